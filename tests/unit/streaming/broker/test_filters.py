"""A stream filter: its query string, what it matches, and what it selects from the log."""

from dataclasses import dataclass
from itertools import combinations
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from news.log.as_of import resolve_as_of
from news.log.reader import Selection, select_states_after
from news.models import Item, LogHead
from streaming.broker.filters import CHANGES, ENTITIES, HEADLINE, HISTORICAL, INCLUDES, StreamFilter
from tests.helpers.changes import LogModel, change_item, rescore_item, withdraw_items
from tests.helpers.edits import correct_item, withdraw_item
from tests.helpers.examples import scale_examples
from tests.helpers.items import append, append_scored

SYMBOLS = ("AAPL", "MSFT", "F")
tickers = st.from_regex(r"[A-Z0-9]{1,5}", fullmatch=True)
filters = st.builds(StreamFilter, st.frozensets(tickers, max_size=5), st.frozensets(st.sampled_from(INCLUDES)))


@dataclass(frozen=True)
class SourceFilter(StreamFilter):
    """A filter with a condition of its own, as one could be added."""

    source: str = ""

    @property
    def query_params(self) -> dict[str, str]:
        return super().query_params | ({"source": self.source} if self.source else {})


@pytest.mark.parametrize(
    ("stream_filter", "text"),
    [
        (StreamFilter(), "all"),
        (StreamFilter(include=frozenset({HEADLINE})), "all"),
        (StreamFilter(frozenset({"MSFT", "AAPL"})), "AAPL,MSFT"),
        (SourceFilter(source="Reuters"), "source=Reuters"),
        (SourceFilter(frozenset({"MSFT", "AAPL"}), source="Reuters"), "tickers=AAPL,MSFT&source=Reuters"),
    ],
)
def test_filter_as_text_shows_every_condition(stream_filter: StreamFilter, text: str) -> None:
    assert str(stream_filter) == text


@given(filters)
def test_filter_from_its_own_query_is_equal(stream_filter: StreamFilter) -> None:
    assert StreamFilter.from_query(stream_filter.query_params) == stream_filter


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            {"include": "body"},
            "include='body': 'body' is unknown; leave it out, or give headline, entities, historical, changes",
        ),
        (
            {"include": "headline,body"},
            "include='headline,body': 'body' is unknown; leave it out, or give headline, entities, historical, changes",
        ),
        ({"include": "headline,"}, "include='headline,': '' is unknown; "),
        ({"include": "Headline"}, "include='Headline': 'Headline' is unknown; "),
        ({"ticker": "A$B"}, "ticker='A$B': "),
        ({"ticker": "A$B", "tickers": "AAPL"}, "tickers='AAPL,A$B': "),
        ({"tickers": "A$B"}, "tickers='A$B': "),
        ({"tickers": ""}, "tickers='': "),
    ],
)
def test_filter_from_malformed_query_raises_with_value_and_cure(query: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=r".*") as error:
        StreamFilter.from_query(query)
    assert str(error.value).startswith(message)


@given(filters, st.lists(tickers, min_size=1, max_size=4), st.booleans())
def test_filter_matches_items_that_share_a_ticker_or_all_without_tickers(
    stream_filter: StreamFilter, item_tickers: list[str], is_historical: bool
) -> None:
    item = SimpleNamespace(tickers=item_tickers, is_historical=is_historical, is_withdrawn=False, change=None)

    has_ticker = not stream_filter.tickers or bool(stream_filter.tickers & {*item_tickers})
    assert stream_filter.matches(item) == (has_ticker and (not is_historical or HISTORICAL in stream_filter.include))


@pytest.mark.parametrize(
    ("query", "canonical", "key"),
    [
        ({}, {}, "all"),
        ({"include": ""}, {}, "all"),
        ({"include": "headline"}, {"include": "headline"}, "all-headline"),
        ({"include": "historical"}, {"include": "historical"}, "all-historical"),
        (
            {"include": "historical, headline,historical"},
            {"include": "headline,historical"},
            "all-headline-historical",
        ),
        ({"include": "entities"}, {"include": "entities"}, "all-entities"),
        (
            {"include": "changes,entities,headline"},
            {"include": "headline,entities,changes"},
            "all-headline-entities-changes",
        ),
        ({"include": "changes,headline"}, {"include": "headline,changes"}, "all-headline-changes"),
        ({"tickers": "AAPL"}, {"tickers": "AAPL"}, "1eb44d625271a4eb75016f27"),
        ({"ticker": "msft,aapl"}, {"tickers": "AAPL,MSFT"}, "6684f49bd3755b93ce309445"),
        ({"ticker": "MSFT", "tickers": "AAPL"}, {"tickers": "AAPL,MSFT"}, "6684f49bd3755b93ce309445"),
        (
            {"tickers": "AAPL", "include": "headline"},
            {"tickers": "AAPL", "include": "headline"},
            "1eb44d625271a4eb75016f27-headline",
        ),
    ],
)
def test_filter_query_is_canonical_and_key_that_of_the_clients_at_the_edge(
    query: dict[str, str], canonical: dict[str, str], key: str
) -> None:
    stream_filter = StreamFilter.from_query(query)

    assert (stream_filter.query_params, stream_filter.key) == (canonical, key)


@pytest.mark.django_db
@pytest.mark.parametrize(("chosen", "mentions"), [((), 9), (("AAPL",), 7), (("AAPL", "MSFT"), 12)])
@pytest.mark.parametrize("include", [(), (HISTORICAL,)])
def test_filter_selects_from_the_log_what_it_matches(
    chosen: tuple[str, ...], mentions: int, include: tuple[str, ...]
) -> None:
    append(0, 2, tickers=["AAPL"])
    append(2, 2, tickers=["MSFT", "AAPL"])
    append(4, 2, tickers=["F"])
    append(6, 3, tickers=["MSFT", "AAPL"], is_historical=True)
    stream_filter = StreamFilter(frozenset(chosen), frozenset(include))
    items = Item.objects.order_by("seq")
    matching = [item.seq for item in items if stream_filter.matches(item)]

    assert [item.seq for item in stream_filter.select_states_after(0, up_to=9, limit=10)] == matching
    assert stream_filter.get_last_seq(9) == matching[-1]
    assert stream_filter.get_metrics().total == mentions


@pytest.mark.django_db
@settings(max_examples=scale_examples(25))
@given(st.data())
def test_filter_selects_what_it_matches_from_a_log_with_changes(data: st.DataObject) -> None:
    """Live streams match states, replays select them, the edge finds the one before: all three are the same states."""
    Item.with_withdrawn.all().delete()
    LogHead.objects.update(seq=0)
    model = LogModel()
    for number in range(data.draw(st.integers(1, 12))):
        current = [*model.current]
        kind = data.draw(st.sampled_from(["append", "tickers", "title", "score", "withdraw"]))
        chosen = data.draw(st.lists(st.sampled_from(SYMBOLS), min_size=1, unique=True))
        if kind == "append" or not current:
            append(number, tickers=chosen, is_historical=data.draw(st.booleans()))
            model.add(Item.objects.filter(seq=len(model.states) + 1))
            continue
        item_id = data.draw(st.sampled_from(current))
        match kind:
            case "tickers":
                change_item(item_id, tickers=chosen)
                model.change(item_id, tickers=tuple(chosen))
            case "title":
                change_item(item_id, title=f"Title {number}")
                model.change(item_id)
            case "score":
                rescore_item(item_id, "negative")
                model.change(item_id, sentiment="negative")
            case "withdraw":
                withdraw_items(item_id)
                model.change(item_id, is_withdrawn=True)
    head = len(model.states)
    states = select_states_after(0, Selection(historical=True, changes=True), up_to=head)

    for size in range(3):
        for tickers in combinations(SYMBOLS, size):
            for include in ((), (HISTORICAL,), (CHANGES,), (HISTORICAL, CHANGES)):
                stream_filter = StreamFilter(frozenset(tickers), frozenset(include))
                expected = model.expect(stream_filter)
                selected = stream_filter.select_states_after(0, up_to=head, limit=100)
                assert [
                    (stream_filter.make_item_event(state, "0a0a0a").name, state.seq) for state in selected
                ] == expected
                assert [state.seq for state in states if stream_filter.matches(state)] == [seq for _, seq in expected]
                for up_to in (head, data.draw(st.integers(0, head))):
                    last = max((seq for _, seq in expected if seq <= up_to), default=0)
                    assert stream_filter.get_last_seq(up_to) == last


@pytest.mark.django_db
@pytest.mark.parametrize("chosen", [(), ("AAPL",), ("AAPL", "MSFT"), ("F",)])
def test_filter_metrics_as_of_a_place_are_those_it_had_when_the_log_ended_there(chosen: tuple[str, ...]) -> None:
    stream_filter = StreamFilter(frozenset(chosen))
    history = [stream_filter.get_metrics()]

    for append_next in (
        lambda: append(0, tickers=["AAPL"]),
        lambda: append(1, tickers=["MSFT", "AAPL"]),
        lambda: append(2, tickers=["MSFT", "F"], is_historical=True),
        lambda: correct_item(2, sentiment="negative"),
        lambda: correct_item(4, tickers=["F"]),
        lambda: correct_item(3, sentiment="neutral"),
        lambda: withdraw_item(1),
        lambda: append(3, tickers=["AAPL"]),
        lambda: withdraw_item(8),
    ):
        append_next()
        history.append(stream_filter.get_metrics())

    assert [metrics.head_seq for metrics in history] == [*range(10)]
    assert [stream_filter.get_metrics_as_of(resolve_as_of(str(metrics.cursor))) for metrics in history] == history


@pytest.mark.parametrize(
    ("chosen", "ticker"), [((), "MSFT"), (("AAPL",), "AAPL"), (("F", "AAPL"), "AAPL"), (("AAPL", "MSFT"), "MSFT")]
)
@pytest.mark.django_db
def test_filter_event_is_about_the_most_relevant_of_its_tickers(chosen: tuple[str, ...], ticker: str) -> None:
    append_scored("Board meets", {"MSFT": "positive", "AAPL": "negative"}, sentiment="neutral")
    item = Item.objects.get()
    entity = item.get_entity(ticker)
    sentiment, score = (entity.sentiment, entity.score) if chosen else ("neutral", item.score)

    event = StreamFilter(frozenset(chosen)).make_item_event(item, "00ff00")

    assert event.payload["ticker"] == ticker
    assert (event.payload["sentiment"], event.payload["score"]) == (sentiment, score)


@pytest.mark.parametrize(
    ("chosen", "changed"),
    [
        ((), [["sentiment", "score"], [], ["tickers"]]),
        (("AAPL",), [[], ["sentiment", "score"], ["tickers"]]),
        (("MSFT",), [[], [], ["tickers"]]),
        (("AAPL", "MSFT"), [[], [], ["tickers", "sentiment", "score"]]),
        (("F",), [None, None, ["tickers", "sentiment", "score"]]),
    ],
)
@pytest.mark.django_db
def test_filter_changes_name_what_differs_from_what_its_stream_had(
    chosen: tuple[str, ...], changed: list[list[str] | None]
) -> None:
    item = append_scored("Board meets", {"MSFT": "positive", "AAPL": "positive"}, sentiment="neutral")
    own = {"MSFT": "positive", "AAPL": "positive"}
    change_item(item.item_id, sentiment="negative", own=own)
    change_item(item.item_id, own=own | {"AAPL": "negative"})
    change_item(
        item.item_id, tickers=["AAPL", "MSFT", "F"], own={"AAPL": "negative", "MSFT": "positive", "F": "neutral"}
    )
    stream_filter = StreamFilter(frozenset(chosen), frozenset({CHANGES}))

    events = {
        state.seq: stream_filter.make_item_event(state, "00ff00").payload
        for state in stream_filter.select_states_after(1, up_to=4, limit=10)
    }

    ignored = {"entities"}  # named where anything else that is said of a ticker changes
    names = [
        [name for name in events[seq]["changed"] if name not in ignored] if seq in events else None for seq in (2, 3, 4)
    ]
    assert names == changed


@pytest.mark.django_db
def test_filters_of_one_form_have_equal_events() -> None:
    item = append_scored("Board meets", {"MSFT": "positive", "AAPL": "negative"})
    change_item(item.item_id, tickers=["F", "AAPL"], own={"F": "neutral", "AAPL": "positive"})
    states = select_states_after(0, Selection(historical=True, changes=True))
    filters = [
        StreamFilter(frozenset(chosen), frozenset(include))
        for size in range(4)
        for chosen in combinations(SYMBOLS, size)
        for include in ((), (CHANGES,), (HEADLINE, ENTITIES))
    ]
    for state in states:
        by_key: dict[object, bytes] = {}
        for stream_filter in filters:
            if stream_filter.matches(state):
                encoded = stream_filter.make_item_event(state, "00ff00").encode()
                assert by_key.setdefault(stream_filter.get_encoding_key(state), encoded) == encoded
        assert len(by_key) < sum(stream_filter.matches(state) for stream_filter in filters)


@pytest.mark.django_db
def test_events_of_values_equal_those_of_models() -> None:
    append(0, 3, tickers=["MSFT", "AAPL"])
    append(3, 2, is_historical=True)
    own = append_scored("Board meets", {"AAPL": "negative", "F": "positive"}, sentiment="neutral")
    first, second = Item.objects.order_by("seq")[:2]
    change_item(first.item_id, title="Losses widen")
    change_item(own.item_id, tickers=["F", "MSFT"], own={"F": "negative", "MSFT": "positive"})
    withdraw_items(second.item_id)
    head = LogHead.objects.get()

    for size in range(len(INCLUDES) + 1):
        for include in combinations(INCLUDES, size):
            for symbols in ((), ("AAPL",), ("AAPL", "F")):
                stream_filter = StreamFilter(frozenset(symbols), frozenset(include))
                events = [
                    [
                        stream_filter.make_item_event(state, head.generation).encode()
                        for state in select(0, up_to=head.seq, limit=100)
                    ]
                    for select in (stream_filter.select_states_after, stream_filter.select_event_states)
                ]
                assert events[0] == events[1], stream_filter
                assert events[0]

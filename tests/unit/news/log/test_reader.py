"""The log read by cursor, on a real database."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from news.ingest.rescoring import rescore
from news.log.cursor import Cursor
from news.log.reader import get_cursor_at, get_head, get_last_seq, resolve_cursor, select_items
from news.models import Item, LogHead
from tests.helpers.examples import scale_examples
from tests.helpers.items import PUBLISHED_AT, append

pytestmark = pytest.mark.django_db
MIX = [("AAPL",), ("MSFT", "AAPL"), ("MSFT",), ("AMD", "NVDA", "MSFT"), ("AAPL", "NVDA")] * 4


@pytest.fixture
def log(db: None) -> list[tuple[str, ...]]:
    """A log of twenty items; returns the tickers of each, the first at place 1."""
    for number, tickers in enumerate(MIX):
        append(number, tickers=tickers)
    return MIX


@settings(max_examples=scale_examples(150))
@given(
    after=st.integers(0, 21),
    upto=st.none() | st.integers(0, 21),
    tickers=st.sets(st.sampled_from(["AAPL", "MSFT", "AMD", "NVDA", "NONE"]), max_size=4),
    limit=st.integers(1, 25),
)
def test_reading_gives_each_item_wanted_once_in_order(
    log: list[tuple[str, ...]], after: int, upto: int | None, tickers: set[str], limit: int
) -> None:
    wanted = [
        seq
        for seq, carried in enumerate(log, start=1)
        if seq > after and (upto is None or seq <= upto) and (not tickers or tickers.intersection(carried))
    ]

    found = select_items(after, upto=upto, tickers=tickers, limit=limit)

    assert [item.seq for item in found] == wanted[:limit]


@pytest.mark.parametrize("tickers", [(), ("MSFT",), ("MSFT", "NVDA"), ("NONE",)])
@pytest.mark.parametrize("floor", [0, 7])
def test_the_last_place_is_that_of_the_last_item_wanted_or_the_floor(
    log: list[tuple[str, ...]], tickers: tuple[str, ...], floor: int
) -> None:
    LogHead.objects.update(min_seq=floor)
    for upto in range(21):
        wanted = [n for n, carried in enumerate(log[:upto], start=1) if not tickers or {*tickers}.intersection(carried)]

        assert get_last_seq(tickers, upto) == max([floor, *wanted])


@pytest.mark.parametrize("tickers", [(), ("MSFT",), ("MSFT", "NVDA")])
def test_page_after_page_reads_the_whole_log(log: list[tuple[str, ...]], tickers: tuple[str, ...]) -> None:
    seen = [0]
    while page := select_items(seen[-1], tickers=tickers, limit=3):
        seen += [item.seq for item in page]

    assert seen[1:] == [item.seq for item in select_items(0, tickers=tickers)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("evt_{epoch}-9", "expired"),
        ("evt_{epoch}-21", "future"),
        ("evt_{epoch}-999999999999999999", "future"),
        ("evt_xyz", "malformed"),
        ("", "malformed"),
        ("evt_{other}-15", "foreign"),
        ("evt_{other}-99", "foreign"),
    ],
)
def test_a_cursor_that_cannot_be_read_on_from_says_why(log: list[tuple[str, ...]], text: str, reason: str) -> None:
    LogHead.objects.update(min_seq=10)
    head = get_head()
    other = "000000" if head.generation != "000000" else "111111"

    assert resolve_cursor(text.format(epoch=head.generation, other=other), head) == (None, reason)


@pytest.mark.parametrize(("mark", "seq"), [("", 10), ("-m1", 15), ("-h99", 20), ("-r7", 12)])
def test_the_id_of_any_event_resolves_to_its_place(log: list[tuple[str, ...]], mark: str, seq: int) -> None:
    LogHead.objects.update(min_seq=10)
    head = get_head()

    assert resolve_cursor(f"evt_{head.generation}-{seq}{mark}", head) == (Cursor(head.generation, seq), None)


def test_a_time_resolves_to_the_place_before_the_first_item_appended_then(log: list[tuple[str, ...]]) -> None:
    epoch = get_head().generation
    times = list(Item.objects.order_by("seq").values_list("appended_at", flat=True))

    for place in (0, 7, 19):
        first_then = times.index(times[place])
        assert get_cursor_at(times[place]) == Cursor(epoch, first_then)
    assert get_cursor_at(times[-1] + timedelta(microseconds=1)) == Cursor(epoch, 20)
    assert get_cursor_at(times[0] - timedelta(days=1)) == Cursor(epoch, 0)


def test_an_empty_log_has_a_place_for_any_time() -> None:
    head = get_head()

    assert get_cursor_at(PUBLISHED_AT) == Cursor(head.generation, 0)
    assert select_items(0) == []


def test_a_start_in_time_misses_no_item_that_was_scored_again(log: list[tuple[str, ...]]) -> None:
    first = Item.objects.get(seq=1)
    Item.objects.filter(pk=first.pk).update(title="Losses widen")

    rescore(Item.objects.filter(pk=first.pk))

    assert get_cursor_at(first.appended_at) == Cursor(get_head().generation, 1)

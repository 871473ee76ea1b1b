"""What a source says otherwise than before corrects its item; what it has said before changes nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from common.time import utc_now
from news.dedup.headline import HeadlineChanges
from news.dedup.loading import MAX_SAME_ID
from news.ingest.changes import append_edits, build_withdrawals
from news.ingest.corrections import build_correction
from news.ingest.pipeline import BatchResult, ingest_records
from news.log.head import advance_head, lock_head
from news.log.reader import Selection, select_states_after
from news.metrics.queries import get_metrics
from news.models import DuplicateReport, Item, ItemChange, ItemRevision, LogHead
from tests.helpers.examples import scale_examples

pytestmark = pytest.mark.django_db
LOSES, WINS = "Boeing X1 loses order", "Boeing X1 wins order"
DAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
RECORD: dict[str, Any] = {
    "title": LOSES,
    "ticker": "BA",
    "external_id": "x1",
    "summary": "The order is lost.",
    "url": "https://wire.example/1",
    "published_at": DAY.isoformat(),
}


def send(*records: dict[str, Any], source: str = "wire", is_feed: bool = False) -> BatchResult:
    """Ingest records, RECORD with the values that each gives; None leaves a field out."""
    complete = ({**RECORD, **record} for record in records)
    batch = [{name: value for name, value in record.items() if value is not None} for record in complete]
    return ingest_records(batch, source=source, is_feed=is_feed)


def statuses(*records: dict[str, Any], **options: Any) -> list[str]:
    return [result.status for result in send(*records, **options).results]


def titles() -> list[str]:
    return list(Item.objects.order_by("pk").values_list("title", flat=True))


def withdraw_all() -> None:
    with transaction.atomic():
        head = lock_head()
        edits = build_withdrawals(Item.objects.all(), reason="wrong", author="")
        append_edits(head, edits)
        advance_head(head, items=len(edits))


def correct_by_hand(**values: Any) -> None:
    """Correct the only item as PATCH does."""
    with transaction.atomic():
        head = lock_head()
        append_edits(head, [build_correction(Item.objects.get(), HeadlineChanges(**values))])
        advance_head(head, items=1)


def test_ingest_same_id_new_content_corrects_item_for_good() -> None:
    lines = [
        {"title": LOSES, "ticker": "BA", "external_id": "x1"},
        {"title": f"CORRECTED: {WINS}", "ticker": "BA", "external_id": "x1"},
        {"title": LOSES, "ticker": "BA", "external_id": "x1"},
    ]

    results = [ingest_records([line], source="wire") for line in lines]

    assert [result.results[0].status for result in results] == ["created", "updated", "duplicate"]
    assert [(len(r.created), r.updated, r.duplicates) for r in results] == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    assert len({result.results[0].item_id for result in results}) == 1
    item, former = Item.objects.get(), ItemRevision.objects.get()
    assert (item.title, item.sentiment, item.seq, item.revision) == (f"CORRECTED: {WINS}", "positive", 2, 1)
    assert (former.title, former.sentiment, former.seq, former.next_seq) == (LOSES, "negative", 1, 2)
    change = ItemChange.objects.get()
    assert (change.kind, change.author) == ("corrected", "")
    assert {"title", "sentiment", "score"} <= {*change.fields}
    assert get_metrics().total == 1


@pytest.mark.parametrize(
    ("field", "value", "attribute", "stored"),
    [
        ("title", WINS, "title", WINS),
        ("title", "Boeing X1 loses order of 5 jets", "title", "Boeing X1 loses order of 5 jets"),
        ("title", LOSES.upper(), "title", LOSES.upper()),
        ("summary", "The order is won.", "summary", "The order is won."),
        ("url", "https://wire.example/2", "url", "https://wire.example/2"),
        ("ticker", "BA,EADSY", "tickers", ["BA", "EADSY"]),
        ("ticker", "EADSY", "tickers", ["EADSY"]),
        ("published_at", "2026-03-02T08:00:00Z", "published_at", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("published_at", "2026-02-27", "published_at", datetime(2026, 2, 27, tzinfo=UTC)),
    ],
)
def test_ingest_field_with_another_value_is_corrected_and_the_others_stay(
    field: str, value: str, attribute: str, stored: object
) -> None:
    send({})
    before = Item.objects.values().get()

    assert statuses({field: value}) == ["updated"]

    after = Item.objects.values().get()
    assert after[attribute] == stored
    kept = {"title", "summary", "url", "tickers", "published_at", "external_id", "item_id", "source"} - {attribute}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert after["first_appended_at"] == before["first_appended_at"]
    assert ItemChange.objects.get().fields[0] == attribute
    assert statuses({field: value}, {}) == ["duplicate", "duplicate"]


@pytest.mark.parametrize(
    "change",
    [
        {"summary": None},
        {"summary": ""},
        {"url": None},
        {"url": "n/a"},
        {"published_at": None},
        {"ticker": None},
        {"ticker": None, "title": LOSES, "summary": "The order is lost."},
        {"title": f"UPDATE 1-{LOSES}"},
        {"title": f"RPT-{LOSES}"},
        {"title": f"CORRECTED-{LOSES}"},
        {"title": f"{LOSES} - Reuters"},
        {"url": "https://wire.example/1?utm_source=rss&utm_medium=feed"},
        {"url": "https://wire.example/1?fbclid=x#comments"},
        {"url": "http://www.wire.example/1/?gclid=1&ref=home&cmp=x"},
        {"historical": True},
    ],
)
def test_ingest_same_content_under_the_same_id_is_a_duplicate(change: dict[str, Any]) -> None:
    send({})

    assert statuses(change) == ["duplicate"]

    assert LogHead.objects.get().seq == 1
    assert not Item.objects.get().is_historical


def test_ingest_order_of_tickers_is_no_correction_and_found_tickers_replace_none() -> None:
    send({"ticker": "BA,EADSY"})

    assert statuses({"ticker": "EADSY,BA"}) == ["duplicate"]
    assert statuses({"ticker": None, "title": "Boeing (BA) X1 wins order"}) == ["updated"]
    assert Item.objects.get().tickers == ["BA", "EADSY"]


VALUES = {
    "title": ["Boeing X1 loses order", "Boeing X1 wins order", "Boeing X1 wins large order", "BOEING X1 wins order"],
    "summary": ["One.", "Two.", None],
    "url": ["https://wire.example/1", "https://wire.example/2", "https://wire.example/2?utm_source=x", None],
    "ticker": ["BA", "BA,EADSY", "EADSY,BA", None],
    "published_at": ["2026-03-02T09:30:00Z", "2026-03-02T11:00:00Z", None],
}


@settings(max_examples=scale_examples(40))
@given(st.lists(st.fixed_dictionaries({k: st.sampled_from(v) for k, v in VALUES.items()}), max_size=6), st.booleans())
def test_ingest_former_content_never_changes_anything(records: list[dict[str, Any]], in_one_batch: bool) -> None:
    with transaction.atomic():
        send({"external_id": "other", "title": "Airbus opens plant", "ticker": "EADSY"})
        first = send({}).created
        sent = send(*records) if in_one_batch else None
        updated = [sent.updated] if sent else [send(record).updated for record in records]
        state = list(Item.objects.order_by("pk").values())
        seq = LogHead.objects.get().seq

        for record in [{}, *records, *reversed(records)]:
            assert statuses(record) == ["duplicate"]
        assert statuses({}, *records) == ["duplicate"] * (1 + len(records))

        assert list(Item.objects.order_by("pk").values()) == state
        assert LogHead.objects.get().seq == seq == 2 + sum(updated)
        assert ItemRevision.objects.filter(item_id=first[0]).count() == sum(updated)
        assert [state.seq for state in select_states_after(0, Selection(historical=True))] == list(range(1, seq + 1))
        transaction.set_rollback(True)


def test_ingest_headline_corrected_by_hand_is_not_reverted_by_its_feed() -> None:
    send({}, is_feed=True)
    correct_by_hand(title="Boeing X1 wins order at last", summary="Checked.", tickers=("BA", "EADSY"))

    assert statuses({}, {"published_at": "2026-03-02T12:00:00Z"}, is_feed=True) == ["duplicate", "duplicate"]
    assert titles() == ["Boeing X1 wins order at last"]
    assert statuses({"title": "Boeing X1 loses large order"}, is_feed=True) == ["updated"]
    assert titles() == ["Boeing X1 loses large order"]


@pytest.mark.parametrize("is_feed", [False, True])
@pytest.mark.parametrize("in_one_batch", [False, True])
def test_ingest_other_story_under_the_same_id_is_a_new_item_with_the_id(is_feed: bool, in_one_batch: bool) -> None:
    stories = [
        {"title": title, "url": f"https://wire.example/{number}", "ticker": None, "summary": None}
        for number, title in enumerate(
            ["Apple beats estimates on iPhone sales", "Apple sues Samsung over patents", "Ford recalls trucks in Iowa"]
        )
    ]

    for expected in (["created"] * 3, ["duplicate"] * 3):
        result = (
            statuses(*stories, is_feed=is_feed)
            if in_one_batch
            else [statuses(story, is_feed=is_feed)[0] for story in stories]
        )
        assert result == expected

    assert list(Item.objects.values_list("external_id", flat=True)) == ["x1"] * 3
    corrected = {"title": "Apple sues Samsung over two patents", "ticker": None, "summary": None, "url": None}
    assert statuses(corrected, is_feed=is_feed) == ["updated"]
    assert titles()[1] == "Apple sues Samsung over two patents"


@pytest.mark.parametrize(("is_feed", "status"), [(False, "created"), (True, "updated")])
def test_ingest_similar_title_without_a_common_ticker_counts_in_feeds_only(is_feed: bool, status: str) -> None:
    send({}, is_feed=is_feed)

    assert statuses({"title": WINS, "ticker": "EADSY"}, is_feed=is_feed) == [status]


@pytest.mark.parametrize(
    ("title", "later", "status"),
    [
        (WINS, timedelta(hours=17), "updated"),
        (WINS, timedelta(hours=19), "created"),
        (f"{LOSES} from Emirates", timedelta(days=7), "updated"),
        (f"{LOSES} from Emirates", timedelta(days=7, seconds=1), "created"),
        (LOSES, timedelta(days=200), "duplicate"),
    ],
)
def test_ingest_similar_title_counts_for_a_time(title: str, later: timedelta, status: str) -> None:
    send({}, is_feed=True)

    assert statuses({"title": title, "published_at": (DAY + later).isoformat()}, is_feed=True) == [status]


def test_ingest_undated_correction_of_old_news_counts_by_its_arrival() -> None:
    send({"published_at": "2011-03-02"})

    assert statuses({"title": WINS, "published_at": None}) == ["updated"]
    assert Item.objects.get().published_at.year == 2011


def test_ingest_feed_moves_no_dates_and_counts_in_summaries_are_no_corrections() -> None:
    send({"summary": "Points: 12, comments: 3"}, is_feed=True)

    later = {"summary": "Points: 57, comments: 41", "published_at": "2026-03-03T09:30:00Z"}
    assert statuses(later, is_feed=True) == ["duplicate"]
    assert statuses({"summary": "Boeing denies it."}, is_feed=True) == ["updated"]
    assert Item.objects.get().published_at == DAY


def test_ingest_summary_of_a_long_feed_that_is_cut_elsewhere_is_no_correction() -> None:
    text = "word " * 3_000
    send({"summary": text[:9_000]}, is_feed=True)

    assert statuses({"summary": text[:5_000]}, {"summary": text}, is_feed=True) == ["duplicate", "duplicate"]


def test_ingest_same_id_of_other_source_corrects_nothing() -> None:
    send({})

    assert statuses({"title": WINS}, source="other") == ["created"]
    assert titles() == [LOSES, WINS]


@pytest.mark.parametrize(
    "marker", ["CORRECTED-", "CORRECTS: ", "CORRECTION: ", "REFILE-", "(Corrected) ", "Correction - "]
)
@pytest.mark.parametrize("external_id", [None, "x2"])
@pytest.mark.parametrize("in_one_batch", [False, True])
def test_ingest_marked_correction_corrects_within_its_source(
    marker: str, external_id: str | None, in_one_batch: bool
) -> None:
    marked = {
        "title": f"{marker}{WINS}",
        "external_id": external_id,
        "url": "https://wire.example/2",
        "summary": None,
        "published_at": "2026-03-03T10:00:00Z",
    }
    result = statuses({}, marked) if in_one_batch else [*statuses({}), *statuses(marked)]

    assert result == ["created", "updated"]
    item = Item.objects.get()
    assert (item.title, item.url, item.published_at) == (f"{marker}{WINS}", "https://wire.example/2", DAY)
    assert (item.external_id, item.summary, item.sentiment) == ("x1", "The order is lost.", "positive")
    assert statuses(marked, {}, {**marked, "external_id": None}) == ["duplicate"] * 3
    assert LogHead.objects.get().seq == 2
    if external_id:
        again = {**marked, "published_at": "2026-03-04T10:00:00Z"}
        assert statuses(again) == ["duplicate"]
        assert statuses({**marked, "title": f"{marker}Boeing X1 wins two orders"}) == ["updated"]
        assert titles() == [f"{marker}Boeing X1 wins two orders"]


@pytest.mark.parametrize(
    ("change", "source", "status"),
    [
        ({}, "wire", "updated"),
        ({}, "other", "duplicate"),
        ({"ticker": "EADSY"}, "wire", "created"),
        ({"published_at": "2026-03-05T09:30:00Z"}, "wire", "updated"),
        ({"published_at": "2026-03-05T09:30:01Z"}, "wire", "created"),
        ({"title": "CORRECTED-Boeing names new finance chief"}, "wire", "created"),
        ({"title": f"CORRECTED-{LOSES}"}, "wire", "duplicate"),
        ({"title": f"CORRECTED-{LOSES}"}, "other", "duplicate"),
        ({"title": f"CORRECTED-{LOSES}", "summary": "Corrects the number of jets."}, "wire", "updated"),
        ({"title": WINS}, "wire", "created"),
        ({"title": f"UPDATE 1-{WINS}"}, "wire", "created"),
    ],
)
def test_ingest_marked_correction_needs_an_original_of_its_source(
    change: dict[str, Any], source: str, status: str
) -> None:
    send({})
    marked = {"title": f"CORRECTED-{WINS}", "external_id": "x2", "summary": None, "url": "https://wire.example/2"}

    assert statuses({**marked, **change}, source=source) == [status]

    if status != "updated":
        assert titles()[0] == LOSES
        assert Item.objects.get(external_id="x1").url == RECORD["url"]


def test_ingest_marked_correction_corrects_the_newest_report_of_its_source() -> None:
    send(
        {"external_id": "1", "title": "Boeing wins order for 20 jets"},
        {"external_id": "2", "title": "Boeing wins order for 30 jets"},
        {"external_id": "3", "title": "Boeing names new finance chief"},
    )
    send({"external_id": "1", "title": "Boeing wins order for 25 jets"}, source="other")

    assert statuses({"external_id": None, "title": "CORRECTED-Boeing wins order for 31 jets"}) == ["updated"]

    assert Item.objects.get(external_id="2").title == "CORRECTED-Boeing wins order for 31 jets"


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"title": WINS},
        {"title": "Boeing quite another title"},
        {"external_id": None},
        {"external_id": "x9"},
        {"external_id": None, "title": WINS},
        {"external_id": None, "title": f"UPDATE 1-{WINS}"},
        {"published_at": None, "title": "Boeing X1 loses its order"},
    ],
)
def test_ingest_withdrawn_headline_is_duplicate(record: dict[str, Any]) -> None:
    send({})
    send({"title": WINS})
    withdraw_all()
    before = Item.with_withdrawn.values().get()

    assert statuses(record) == ["duplicate"]

    assert Item.with_withdrawn.values().get() == before
    assert not DuplicateReport.objects.exclude(url="").exists()
    assert get_metrics().total == 0


def test_ingest_withdrawn_story_of_other_sources_stays_withdrawn_by_title_and_by_id() -> None:
    send({})
    send({"external_id": "p7"}, source="paper")
    withdraw_all()

    assert statuses({"external_id": "p7", "title": WINS}, source="paper") == ["duplicate"]
    assert statuses({"external_id": "r7"}, source="radio") == ["duplicate"]
    assert statuses({"external_id": "r7", "title": "Boeing X1 loses big order"}, source="radio") == ["duplicate"]
    assert not DuplicateReport.objects.exclude(url="").exists()


def test_ingest_id_that_a_withdrawn_item_shares_counts_with_its_title_only() -> None:
    send({"external_id": "1"})
    withdraw_all()
    with transaction.atomic():
        Item.with_withdrawn.update(external_id="2")  # so that the next story can come
        send({"external_id": "1", "title": "Ford recalls trucks", "ticker": "F"})
        Item.with_withdrawn.filter(external_id="2").update(external_id="1")

    assert statuses({"external_id": "1", "title": "Apple beats estimates", "ticker": "AAPL"}) == ["created"]
    assert statuses({"external_id": "1", "published_at": "2026-03-09T09:30:00Z"}) == ["duplicate"]


def test_ingest_historical_item_stays_historical_when_it_is_corrected() -> None:
    send({"historical": True})

    assert statuses({"title": WINS}) == ["updated"]

    assert Item.objects.get().is_historical
    assert select_states_after(0) == []
    assert get_metrics().total == 1


def test_ingest_former_title_is_a_duplicate_of_other_sources_too() -> None:
    send({})
    send({"title": WINS})

    assert statuses({"external_id": None}, {"external_id": "x5"}) == ["duplicate", "duplicate"]
    assert statuses({}, {"title": WINS, "external_id": "9"}, source="other") == ["duplicate", "duplicate"]
    assert titles() == [WINS]


def test_ingest_report_on_the_story_of_another_source_corrects_nothing() -> None:
    story, reworded = (
        "Tesla recalls 120,000 cars over door latch",
        "Tesla recalling 120,000 vehicles on door latch issue",
    )
    send({"title": story, "ticker": "TSLA"})
    report = {"title": reworded, "ticker": "TSLA", "external_id": "p1", "summary": None}
    assert statuses(report, source="paper") == ["duplicate"]

    for change in ({}, {"summary": "More."}, {"title": f"{reworded}s"}, {"published_at": "2026-04-08T09:30:00Z"}):
        assert statuses({**report, **change}, source="paper") == ["duplicate"], change
    assert statuses({**report, "title": "Tesla opens plant in Mexico"}, source="paper") == ["created"]
    assert titles()[0] == story


def test_ingest_same_id_several_times_in_a_batch_keeps_every_state() -> None:
    batch = [{}, {"title": WINS}, {"title": "Boeing X1 wins two orders"}, {}, {"summary": "More."}, {"title": WINS}]

    result = send(*batch)

    assert [r.status for r in result.results] == ["created", "updated", "updated", "duplicate", "updated", "duplicate"]
    assert {r.item_id for r in result.results} == {*result.created}
    assert (result.updated, result.duplicates) == (3, 2)
    item = Item.objects.get()
    assert (item.title, item.summary, item.revision, item.seq) == ("Boeing X1 wins two orders", "More.", 3, 4)
    states = list(ItemRevision.objects.order_by("seq").values_list("seq", "next_seq", "title"))
    assert states == [(1, 2, LOSES), (2, 3, WINS), (3, 4, "Boeing X1 wins two orders")]
    assert statuses(*batch) == ["duplicate"] * 6
    assert LogHead.objects.get().seq == 4
    assert get_metrics().total == 1


def test_ingest_correction_without_new_title_keeps_the_score() -> None:
    send({})
    Item.objects.update(sentiment="positive", analyzer="other")

    send({"summary": "More."})

    item = Item.objects.get()
    assert (item.sentiment, item.analyzer, item.summary) == ("positive", "other", "More.")
    assert ItemChange.objects.get().fields == ["summary"]


def test_ingest_date_given_later_makes_an_undated_item_dated() -> None:
    ingest_records([{**RECORD, "published_at": None}], source="wire", is_feed=True, undated=[0])

    assert statuses({"published_at": utc_now().isoformat()}) == ["updated"]
    assert not Item.objects.get().is_undated


def test_ingest_id_of_many_items_is_compared_with_the_newest() -> None:
    companies = [f"{uuid4().hex} opens {uuid4().hex}" for _ in range(MAX_SAME_ID + 1)]
    for title in companies:
        assert statuses({"title": title, "ticker": "BA", "summary": None}) == ["created"]

    result = [statuses({"title": title, "published_at": "2026-03-09"}) for title in companies[1::-1]]

    assert result == [["updated"], ["created"]]


@pytest.mark.parametrize("is_marked", [False, True])
def test_ingest_new_items_take_a_number_of_queries_that_does_not_grow(
    is_marked: bool, django_assert_max_num_queries: Any
) -> None:
    send({"title": "CORRECTED-Boeing loses its way" if is_marked else LOSES})
    batch = [
        {"title": f"z{number}z builds y{number}y in x{number}x", "external_id": f"{number}", "ticker": f"T{number}"}
        for number in range(200)
    ]
    batch[7]["title"] = f"CORRECTED-{batch[7]['title']}" if is_marked else batch[7]["title"]

    # Head, known hashes and ids, similar stories; lock, newest time, four inserts, keys, buckets, head, savepoints.
    with django_assert_max_num_queries(24):
        assert len(send(*batch).created) == 200


@pytest.mark.django_db(transaction=True)
def test_ingest_same_correction_of_several_threads_is_appended_once() -> None:
    send({})
    threads = 4
    start = threading.Barrier(threads)

    def correct_in_thread(number: int) -> list[str]:
        try:
            start.wait(60)
            own = {"external_id": f"y{number}", "title": f"z{number}z builds y{number}y plant", "ticker": "F"}
            return [
                *statuses({"title": WINS}, own),
                *statuses({"title": f"{WINS} of 5 jets"}, {**own, "summary": "More."}),
            ]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        result = list(pool.map(correct_in_thread, range(threads)))

    assert sum(statuses_of.count("updated") for statuses_of in result) == 2 + threads
    assert sum(statuses_of.count("created") for statuses_of in result) == threads
    item = Item.objects.get(external_id="x1")
    assert (item.title, item.revision) == (f"{WINS} of 5 jets", 2)
    assert LogHead.objects.get().seq == 1 + 2 + 2 * threads
    assert get_metrics().total == 1 + threads

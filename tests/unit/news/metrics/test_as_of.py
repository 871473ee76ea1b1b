"""Metrics, series and items as of any place equal what they were then, whatever happened since."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from news.dedup.headline import Headline
from news.export.items import ItemTable
from news.export.series import SeriesTable
from news.ingest.changes import ItemEdit, build_withdrawals
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.labels.store import set_label
from news.log.as_of import AsOfError, LogPoint, resolve_as_of
from news.log.cursor import Cursor
from news.log.reader import Selection, get_head, select_states_after
from news.metrics.as_of import get_metrics_as_of, get_timeseries_as_of
from news.metrics.bucket_value import BucketValue
from news.metrics.grid import Grid
from news.metrics.periods import Period
from news.metrics.queries import get_metrics
from news.metrics.timeseries import SeriesRange, get_timeseries
from news.models import Axis, ChangeKind, Item, Sentiment
from news.search.item_query import ItemQuery, select_item_page
from news.search.items_as_of import select_page_as_of
from tests.helpers.edits import store_edits
from tests.helpers.examples import scale_examples
from tests.helpers.items import draw_entities, make_scored_item, store_items
from tests.helpers.random_sequence import AGES, FILTERS, KEYS, TICKERS, WORDS, Clock

pytestmark = pytest.mark.django_db

GRIDS = (Grid(60), Grid(3600), Grid(86_400))
QUERIES = (
    ItemQuery(),
    ItemQuery(tickers=("AAPL", "BRK.B"), oldest_first=True),
    ItemQuery(sentiment="negative"),
    ItemQuery(tickers=("^GSPC",), min_score=0.5),
    ItemQuery(tickers=("AAPL", "BTC-USD"), sentiment="negative", min_score=0.6),
)


@dataclass
class Sequence:
    """Random changes of the log, and what was there after each."""

    seed: int
    clock: Clock
    numbered: int = 0
    history: list[str] = field(default_factory=list)
    snapshots: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # by cursor

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)

    def run(self, steps: int) -> None:
        names = ["arrive", "arrive", "arrive_late", "import_old", "rescore", "correct", "correct", "label"]
        names += ["withdraw", "arrive_scored", "rescore_entities"]
        for _ in range(steps):
            name = self.rng.choice(names)
            self.history.append(name)
            getattr(self, name)()
            head = get_head()
            if not self.snapshots or self.snapshots[-1][0] != str(Cursor(head.generation, head.seq)):
                self.snapshots.append((str(Cursor(head.generation, head.seq)), take_snapshot(None)))
            self.clock.now += self.rng.choice([1, 7, 31, 61, 1800, 3700, 90_000])

    def arrive(self) -> None:
        ingest([self._headline(self.rng.choice(AGES[:5])) for _ in range(self.rng.randint(1, 5))])

    def arrive_late(self) -> None:
        ingest([self._headline(self.rng.choice(AGES)) for _ in range(self.rng.randint(1, 5))])

    def import_old(self) -> None:
        ingest([self._headline(200_000 + self.rng.randint(0, 7200), is_historical=True) for _ in range(3)])

    def arrive_scored(self) -> None:
        headlines = [self._headline(self.rng.choice(AGES)) for _ in range(self.rng.randint(1, 5))]
        store_items(
            [
                make_scored_item(
                    headline, draw_entities(self.rng, headline.tickers), sentiment=self.rng.choice(Sentiment.values)
                )
                for headline in headlines
            ]
        )

    def rescore_entities(self) -> None:
        edits = []
        for item in self._choose(2):
            edit = ItemEdit.from_item(item, ChangeKind.RESCORED)
            item.entities = draw_entities(self.rng, item.tickers)
            edits.append(edit)
        store_edits(edits)

    def rescore(self) -> None:
        chosen = self._choose(3)
        for item in chosen:
            Item.objects.filter(pk=item.pk).update(title=f"{self.rng.choice(WORDS)} again {item.pk}")
        rescore(Item.objects.filter(pk__in=[item.pk for item in chosen]))

    def correct(self) -> None:
        edits = []
        for item in self._choose(2):
            edit = ItemEdit.from_item(item, ChangeKind.CORRECTED)
            item.title = f"{item.title} after all"
            item.tickers = self.rng.sample(TICKERS, self.rng.randint(1, 3))
            if item.entities is not None:
                item.entities = draw_entities(self.rng, item.tickers)
            item.published_at = datetime.fromtimestamp(self.clock.now - self.rng.choice(AGES), tz=UTC)
            edits.append(edit)
        store_edits(edits)

    def label(self) -> None:
        for item in self._choose(2):
            set_label(item.item_id, Sentiment(self.rng.choice(Sentiment.values)), author="ann")

    def withdraw(self) -> None:
        store_edits(build_withdrawals(self._choose(1), reason="error", author=""))

    def prune(self) -> None:
        keep = Item.objects.count() // 2
        call_command("prune", "--keep", str(keep), "--batch", "3", stdout=StringIO(), stderr=StringIO())

    def _choose(self, count: int) -> list[Item]:
        items = list(Item.objects.order_by("pk"))
        return self.rng.sample(items, min(count, len(items)))

    def _headline(self, age: int, *, is_historical: bool = False) -> Headline:
        self.numbered += 1
        tickers = self.rng.sample(TICKERS, self.rng.randint(1, 3))
        published_at = datetime.fromtimestamp(self.clock.now - age, tz=UTC)
        title = f"{self.rng.choice(WORDS)} at company {self.numbered * 7919}"
        return Headline(title, tuple(tickers), "test", published_at, is_historical=is_historical)


def take_snapshot(as_of: LogPoint | None) -> dict[str, Any]:
    """Return what is there now, or as of a place."""
    return {
        "metrics": [get_counts(as_of, tickers) for tickers in FILTERS],
        "published": [
            get_counts(as_of, tickers, Period(Axis.PUBLISHED, 1_774_600_000, 1_774_745_970.5)) for tickers in FILTERS
        ],
        "appended": [
            get_counts(as_of, tickers, Period(Axis.APPENDED, 1_774_745_999, 1_774_760_000)) for tickers in FILTERS
        ],
        "series": {
            (grid.seconds, axis): get_series(as_of, SeriesRange(grid, 1_774_000_000, axis=axis, limit=10**6))
            for grid in GRIDS
            for axis in (Axis.PUBLISHED, Axis.APPENDED)
        },
        "items": [list_items(as_of, query) for query in QUERIES],
        "exported": [list_rows(ItemTable(query, as_of=as_of, page_items=3)) for query in QUERIES],
        "exported series": list_rows(SeriesTable(Grid(3600), tickers=["*", "AAPL"], as_of=as_of)),
    }


def list_rows(table: ItemTable | SeriesTable) -> list[dict[str, Any]]:
    """Return the rows of an export, without what is erased when an item is withdrawn."""
    rows: list[dict[str, Any]] = []
    while (page := table.select_page()) is not None:
        rows += page
    erased = ("title", "summary", "url", "source", "sum", "avg")
    return [{name: value for name, value in row.items() if name not in erased} for row in rows]


def follow(up_to: int) -> dict[str, tuple[Any, ...]]:
    """Return what a client has that followed the stream with `include=historical,changes` up to a seq."""
    state: dict[str, tuple[Any, ...]] = {}
    for place in select_states_after(0, Selection(historical=True, changes=True), up_to=up_to):
        if place.is_withdrawn:
            state.pop(place.item_id, None)
        else:
            entities = [entity.brief for entity in place.list_entities()]
            state[place.item_id] = (place.seq, place.tickers, place.sentiment, place.score, place.revision, entities)
    return state


def get_counts(as_of: LogPoint | None, tickers: frozenset[str], period: Period | None = None) -> dict[str, Any]:
    metrics = get_metrics_as_of(as_of, tickers, period=period) if as_of else get_metrics(tickers, period=period)
    payload = metrics.payload()
    del payload["timestamp"]
    return payload


def get_series(as_of: LogPoint | None, page: SeriesRange) -> dict[str, list[Any]]:
    answer = get_timeseries_as_of(as_of, KEYS, page) if as_of else get_timeseries(KEYS, page)
    return {
        key: [
            (
                bucket.start,
                bucket.positive,
                bucket.neutral,
                bucket.negative,
                pytest.approx(bucket.sum),
                get_prices(bucket),
            )
            for bucket in [*series.buckets, *filter(None, [series.partial_bucket])]
        ]
        for key, series in answer.series.items()
    }


def get_prices(bucket: BucketValue) -> tuple[float, ...]:
    return (bucket.open, bucket.high, bucket.low, bucket.close)


def list_items(as_of: LogPoint | None, query: ItemQuery) -> list[tuple[Any, ...]]:
    """Return the items of all pages."""
    select: Callable[..., Any] = (
        (lambda **page: select_page_as_of(query, as_of, **page))
        if as_of
        else (lambda **page: select_item_page(query, **page))
    )
    items, after = [], None
    while True:
        page = select(after=after, limit=4)
        items += [
            (
                *(item.item_id, item.seq, item.tickers, item.sentiment, item.score, item.published_at, item.revision),
                [entity.brief for entity in item.list_entities()],
                (entity := query.choose_entity(item.list_entities())) and entity.item_fields,
            )
            for item in page.items
        ]
        if page.next_key is None:
            return items
        after = page.next_key


@pytest.mark.parametrize("seed", range(scale_examples(4)))
def test_as_of_any_place_equals_what_was_there_then(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    sequence = Sequence(seed, clock)

    sequence.run(10)

    for cursor, expected in sequence.snapshots:
        as_of = resolve_as_of(cursor)
        assert take_snapshot(as_of) == expected, (cursor, sequence.history)
        assert follow(as_of.seq) == {
            item_id: (seq, tickers, sentiment, score, revision, entities)
            for item_id, seq, tickers, sentiment, score, _, revision, entities, _ in expected["items"][0]
        }


def test_as_of_a_place_at_the_start_of_a_minute_counts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    clock.now -= clock.now % 60
    monkeypatch.setattr(time, "time", clock)
    ingest([Headline("Profit rises", ("AAPL",), "test", datetime.fromtimestamp(clock.now, tz=UTC))])
    metrics = get_metrics()

    assert metrics.total == 1
    assert get_metrics_as_of(resolve_as_of(str(metrics.cursor))) == metrics


@pytest.mark.parametrize("seed", range(1))
def test_as_of_after_retention_equals_what_was_there_then_but_the_pruned(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    sequence = Sequence(seed, clock)
    sequence.run(12)

    sequence.prune()

    kept = {*Item.with_withdrawn.values_list("item_id", flat=True)}
    min_seq = get_head().min_seq
    for cursor, expected in sequence.snapshots:
        if int(cursor.split("-")[1]) < min_seq:
            with pytest.raises(AsOfError, match="the earliest is"):
                resolve_as_of(cursor)
            continue
        actual = take_snapshot(resolve_as_of(cursor))
        assert actual["metrics"] == expected["metrics"], cursor
        assert actual["items"] == [[item for item in page if item[0] in kept] for page in expected["items"]], cursor

"""Random sequences of what changes metrics, each step compared with the plain model."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management import call_command

from news.dedup.headline import Headline
from news.ingest.changes import ItemEdit
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.labels.store import remove_label, set_label
from news.metrics.grid import DAY, RESOLUTIONS, Grid
from news.metrics.passed_minutes import MAX_PASSED_SECONDS, get_passed_minutes
from news.metrics.periods import Period, find_inexact_ends
from news.metrics.queries import Metrics, get_metrics
from news.metrics.running_totals import ItemCounts, RunningMetrics
from news.metrics.timeseries import SeriesRange, get_timeseries
from news.models import Axis, Bucket, ChangeKind, Item, Label, Sentiment
from tests.helpers.edits import store_edits
from tests.helpers.items import draw_entities, make_scored_item, store_items
from tests.helpers.metrics_model import HOUR, MINUTE, PRICES, Model, floor

TICKERS = ["AAPL", "BRK.B", "BTC-USD", "^GSPC", "ZURICHINSURANCE.GRP1"]
FILTERS = [frozenset[str](), frozenset({"AAPL"}), frozenset({"AAPL", "BRK.B"}), frozenset({"BTC-USD", "^GSPC", "NONE"})]
KEYS = ["", "AAPL", "^GSPC", "NONE"]
ZONES = ["America/Los_Angeles", "Asia/Kolkata", "Europe/Berlin", "Pacific/Apia", "Australia/Lord_Howe"]
WORDS = ["Profit jumps", "Losses widen", "Board meets"]
# Seconds; near the edges of minutes, hours and days, forwards and back.
CLOCK_STEPS = [1, 29, 59, 60, 61, 1800, 3599, 3600, 7200, 86_340, 86_400, 90_061, -30, -61, -3600, -90_000]
AXES = [Axis.APPENDED, Axis.PUBLISHED, Axis.HISTORICAL]
SAMPLE_AXES = [Axis.SAMPLE_APPENDED, Axis.SAMPLE_PUBLISHED]
AGES = [0, 1, 59, 60, 600, 3600, 86_400, 200_000]


class Clock:
    """A clock that stands still until it is stepped; in place of `time.time`."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 29, 0, 59, 30, tzinfo=UTC).timestamp()  # the night of a change of clocks

    def __call__(self) -> float:
        return self.now


class RandomSequence:
    """Steps chosen by a seed, and the comparison after each."""

    def __init__(self, seed: int, clock: Clock) -> None:
        self.rng = random.Random(seed)
        self.clock = clock
        self.model = Model()
        self.numbered = 0
        self.history: list[str] = []
        self.posted: list[Headline] = []
        self.running: dict[frozenset[str], RunningMetrics] = {}
        self.seen_seq = 0

    def run(self, steps: int) -> None:
        beginning = ["add_samples", "add_samples", "rescore", "prune", "step_clock", "rebuild"]  # before a real item
        names = ["arrive", "arrive", "arrive_late", "import_old", "repeat", *beginning[1:], "remove_samples"]
        names += ["label", "remove_label", "arrive_scored", "arrive_scored", "rescore_entities"]
        samples_end = self.rng.randint(0, steps // 3)
        for number in range(steps):
            name = self.rng.choice(beginning if number < samples_end else names)
            self.history.append(name)
            getattr(self, name)()
            self.compare()

    # --- steps
    def arrive(self) -> None:
        self._ingest([self._headline(self.rng.choice(AGES[:5])) for _ in range(self.rng.randint(1, 6))])

    def arrive_late(self) -> None:
        self._ingest([self._headline(self.rng.choice(AGES)) for _ in range(self.rng.randint(1, 6))])

    def import_old(self) -> None:
        ages = [
            self.rng.choice([2 * DAY, 400 * DAY]) + self.rng.randint(0, 7200) for _ in range(self.rng.randint(1, 6))
        ]
        self._ingest([self._headline(age, is_historical=True) for age in ages])

    def arrive_scored(self) -> None:
        """Append items that say something of its own of each ticker."""
        headlines = [self._headline(self.rng.choice(AGES)) for _ in range(self.rng.randint(1, 6))]
        if not self.model.shows_samples:
            items = [
                make_scored_item(
                    headline, draw_entities(self.rng, headline.tickers), sentiment=self.rng.choice(Sentiment.values)
                )
                for headline in headlines
            ]
            store_items(items)
            self.model.load_log()

    def rescore_entities(self) -> None:
        """Change what items say of their tickers."""
        edits = []
        for item in self.rng.sample(list(Item.objects.order_by("pk")), min(3, Item.objects.count())):
            edit = ItemEdit.from_item(item, ChangeKind.RESCORED)
            item.entities = draw_entities(self.rng, item.tickers)
            edits.append(edit)
        store_edits(edits)
        self.model.load_log()

    def add_samples(self) -> None:
        ages = [self.rng.choice(AGES[:5]) for _ in range(self.rng.randint(1, 6))]
        ingest([self._headline(age, is_sample=True) for age in ages])
        self.model.load_log()

    def remove_samples(self) -> None:
        call_command("prune", "--samples", "--batch", "3", stdout=StringIO(), stderr=StringIO())
        self.model.remove_samples()
        self.running.clear()  # the tailer has them read again

    def repeat(self) -> None:
        self._ingest(self.rng.sample(self.posted, min(3, len(self.posted))))

    def rescore(self) -> None:
        pks = list(Item.objects.order_by("pk").values_list("pk", flat=True))
        chosen = self.rng.sample(pks, min(4, len(pks)))
        for pk in chosen:
            Item.objects.filter(pk=pk).update(title=f"{self.rng.choice(WORDS)} again {pk}")
        rescore(Item.objects.filter(pk__in=chosen))
        self.model.load_log()

    def label(self) -> None:
        for item in self.rng.sample(list(Item.objects.order_by("pk")), min(3, Item.objects.count())):
            symbol = self.rng.choice(["", "", item.tickers[0]])
            set_label(item.item_id, Sentiment(self.rng.choice(Sentiment.values)), symbol=symbol, author="ann")
        self.model.load_log()

    def remove_label(self) -> None:
        labels = list(Label.objects.filter(ended_at__isnull=True).select_related("item").order_by("pk"))
        for label in self.rng.sample(labels, min(2, len(labels))):
            remove_label(label.item.item_id, symbol=label.symbol, author="ann")
        self.model.load_log()

    def prune(self) -> None:
        keep = self.rng.randint(0, Item.objects.count())
        self.history[-1] += f" keep={keep}"
        call_command("prune", "--keep", str(keep), "--batch", "3", stdout=StringIO(), stderr=StringIO())
        self.model.load_log()
        self.model.prune_minutes(self.clock.now)

    def step_clock(self) -> None:
        seconds = self.rng.choice(CLOCK_STEPS)
        self.history[-1] += f" {seconds}"
        self.clock.now += seconds

    def rebuild(self) -> None:
        """Damage the buckets of an hour of which all items are kept, and rebuild."""
        hours = Bucket.objects.filter(seconds=HOUR, key="").order_by("axis", "start").values_list("axis", "start")
        intact = [(Axis(axis), start) for axis, start in hours if self.model.is_intact(Axis(axis), start)]
        for axis, start in self.rng.sample(intact, min(2, len(intact))):
            damaged = Bucket.objects.filter(axis=axis, start__gte=start, start__lt=start + HOUR, seconds__gt=0)
            damaged.filter(seconds=MINUTE).delete()
            damaged.filter(seconds=HOUR).update(positive=1, negative=0, neutral=0, total=9, high=9)
        call_command("rebuild_buckets", stdout=StringIO(), stderr=StringIO())
        for axis, start in intact:  # minutes that `prune` has deleted are there again
            self.model.in_minutes[axis] |= {
                (item_id, key)
                for item_id, entry in self.model.entries.items()
                if floor(entry.time(axis), HOUR) == start
                for key in ("", *entry.tickers)
            }

    def _headline(self, age: int, *, is_historical: bool = False, is_sample: bool = False) -> Headline:
        self.numbered += 1
        tickers = self.rng.sample(TICKERS, self.rng.randint(1, 3))
        published_at = datetime.fromtimestamp(self.clock.now - age, tz=UTC)
        title = f"{self.rng.choice(WORDS)} at company {self.numbered * 7919}"
        source = "sample" if is_sample else "test"
        return Headline(title, tuple(tickers), source, published_at, is_historical=is_historical, is_sample=is_sample)

    def _ingest(self, headlines: list[Headline]) -> None:
        self.posted += headlines
        ingest(headlines)
        self.model.load_log()

    # --- comparison
    def compare(self) -> None:
        try:
            for tickers in FILTERS:
                self._compare_metrics(tickers)
                self._compare_running(tickers)
            for axis in [*AXES, self.rng.choice(SAMPLE_AXES)]:
                for seconds in RESOLUTIONS.values():
                    self._compare_series(Grid(seconds), axis)
                self._compare_series(Grid(DAY, ZoneInfo(self.rng.choice(ZONES))), axis)
                if axis in AXES:
                    self._compare_period(self.rng.choice(FILTERS), axis)
            self.seen_seq = get_metrics().head_seq
        except AssertionError as error:
            error.add_note(f"after {self.history}")
            raise

    def _compare_metrics(self, tickers: frozenset[str]) -> None:
        minute = floor(self.clock.now, MINUTE)
        assert to_counts(get_metrics(tickers)) == self.model.count(tickers, minute=minute, is_counted=lambda _: True)
        for hours in (1, 3, 24):
            start = minute - hours * HOUR + MINUTE
            expected = self.model.count(
                tickers,
                minute=minute,
                is_counted=lambda entry, start=start: not entry.is_historical and entry.appended >= start,
            )
            assert to_counts(get_metrics(tickers, hours=hours)) == expected, (tickers, hours)

    def _compare_running(self, tickers: frozenset[str]) -> None:
        """Feed the items since the last comparison, as the tailer does, and compare with a query."""
        minute, running = floor(self.clock.now, MINUTE), self.running.get(tickers)
        queried = get_metrics(tickers)
        if running is not None:
            for item in Item.objects.filter(seq__gt=self.seen_seq).order_by("seq"):
                if not tickers or tickers & {*item.tickers}:
                    running.add(ItemCounts.of(item))
            if not queried.shows_samples:
                running.hide_samples()
            if running.minute < minute <= running.minute + MAX_PASSED_SECONDS:
                running.move_on(get_passed_minutes(running.keys, since=running.minute, minute=minute))
            if running.is_exact and running.minute == minute:
                assert running.metrics_at(queried.head_seq) == queried, tickers
                return
        self.running[tickers] = RunningMetrics(queried, tickers, minute=minute)

    def _compare_period(self, tickers: frozenset[str], axis: Axis) -> None:
        start, end = self._random_range(axis)
        period = Period(axis, start, end)
        if find_inexact_ends(period, [*tickers]):
            assert not all(entry.is_kept for entry in self.model.entries.values())
            return
        expected = self.model.count(
            tickers,
            minute=floor(self.clock.now, MINUTE),
            is_counted=lambda entry: entry.is_counted(self.model.choose_axis(axis)) and start <= entry.time(axis) < end,
        )
        assert to_counts(get_metrics(tickers, period=period)) == expected, (tickers, period)

    def _compare_series(self, grid: Grid, axis: Axis) -> None:
        current = grid.floor(self.clock.now)
        context = (grid, axis)
        page = get_timeseries(KEYS, SeriesRange(grid, 0, axis=axis, limit=10**6))
        for key in KEYS:
            series = page.series[key]
            expected = self.model.buckets(key, grid, axis, start=0, end=current)
            assert to_dicts(series.buckets, expected) == expected, (key, *context)
        if grid.stored_seconds == MINUTE:
            deleted = self.model.find_deleted_minutes(KEYS, axis, start=0, end=grid.next(current))
            assert page.complete_from == (grid.ceil(deleted[-1]) if deleted else None), context
        self._compare_cut_series(grid, axis)

    def _compare_cut_series(self, grid: Grid, axis: Axis) -> None:
        """Compare the buckets in a random range, of which `end` cuts the last."""
        start, end = self._random_range(axis)
        end = min(end, grid.next(grid.floor(self.clock.now)))
        if start >= end:
            return
        cut = min(grid.floor(end), grid.floor(self.clock.now))
        limit = self.rng.choice([1, 2, 10**6])
        pages = fetch_pages(lambda after: SeriesRange(grid, start, end, axis, limit, after))
        context = (grid, axis, start, end, limit)
        complete_from = max((page.complete_from or 0 for page in pages), default=0)
        for key in KEYS:
            buckets = [bucket for page in pages for bucket in page.series[key].buckets]
            expected = self.model.buckets(key, grid, axis, start=grid.floor(start), end=cut)
            assert to_dicts(buckets, expected) == expected, (key, *context)
            partial = [bucket] if (bucket := pages[-1].series[key].partial_bucket) else []
            expected = self.model.buckets(key, grid, axis, start=max(start, cut), end=end, is_exact=True)
            if complete_from <= cut:
                assert to_dicts(partial, expected) == expected, (key, *context)

    def _random_range(self, axis: Axis) -> tuple[float, float]:
        times = [entry.time(axis) for entry in self.model.entries.values()] or [self.clock.now]
        near = [self.rng.choice(times) + self.rng.choice([-7200, -61, -1, 0, 0.25, 1, 61, 3600]) for _ in range(2)]
        start, end = sorted(near)
        return start, end + (start == end)


def fetch_pages(make_range: Callable[[int | None], SeriesRange]) -> list[Any]:
    """Return all pages of a range."""
    pages = [get_timeseries(KEYS, make_range(None))]
    while pages[-1].next_start is not None:
        pages.append(get_timeseries(KEYS, make_range(pages[-1].next_start)))
    return pages


def to_counts(metrics: Metrics) -> dict[str, Any]:
    payload = metrics.payload()
    del payload["timestamp"]
    return payload


def to_dicts(buckets: Sequence[Any], expected: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return buckets as the model does: without prices where it has none."""
    names = ["start", "count", "positive", "neutral", "negative", "sum"]
    values = [{name: getattr(bucket, name) for name in (*names, *PRICES)} for bucket in buckets]
    for bucket, other in zip(values, expected, strict=False):
        for name in PRICES:
            if name not in other:
                bucket.pop(name)
    return values

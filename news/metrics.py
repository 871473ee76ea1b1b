"""Roll items up into buckets as they are written, and read metrics and time series from the buckets alone.

What a reading costs depends on the number of tickers and on the time asked for, never on the number of items.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Subquery, Sum, Value

from news.clock import format_time, utc_now
from news.cursor import Cursor
from news.models import Axis, Bucket, Item, LogHead, Sentiment

MINUTE = 60
HOUR = 3600
DAY = 86_400
ALL_TIME = 0
LEVELS = {Axis.APPENDED: (MINUTE, HOUR, ALL_TIME), Axis.PUBLISHED: (MINUTE, HOUR)}  # each rolls up the one before
LARGEST_TAGS = 100

# Raw SQL because the ORM's upsert can overwrite a column but not add to it.
UPSERT = """
INSERT INTO news_bucket
    (axis, seconds, key, start, positive, neutral, negative, total, open, high, low, close, opened_at, closed_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (axis, seconds, key, start) DO UPDATE SET
    positive = news_bucket.positive + excluded.positive,
    neutral = news_bucket.neutral + excluded.neutral,
    negative = news_bucket.negative + excluded.negative,
    total = news_bucket.total + excluded.total,
    high = CASE WHEN excluded.high > news_bucket.high THEN excluded.high ELSE news_bucket.high END,
    low = CASE WHEN excluded.low < news_bucket.low THEN excluded.low ELSE news_bucket.low END,
    open = CASE WHEN excluded.opened_at < news_bucket.opened_at THEN excluded.open ELSE news_bucket.open END,
    close = CASE WHEN excluded.closed_at >= news_bucket.closed_at THEN excluded.close ELSE news_bucket.close END,
    opened_at = CASE WHEN excluded.opened_at < news_bucket.opened_at
                     THEN excluded.opened_at ELSE news_bucket.opened_at END,
    closed_at = CASE WHEN excluded.closed_at >= news_bucket.closed_at
                     THEN excluded.closed_at ELSE news_bucket.closed_at END
"""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Counts of items as they stood when the log's head was `head`."""

    epoch: str
    head: int
    total: int = 0
    positive: int = 0
    neutral: int = 0
    negative: int = 0
    by_tag: dict[str, int] = field(default_factory=dict)
    rate_last_hour: int = 0
    rate_last_24h: int = 0

    @property
    def cursor(self) -> Cursor:
        """The place in the log that the counts stand for."""
        return Cursor(self.epoch, self.head)

    def payload(self) -> dict[str, Any]:
        """Return what a `metrics` event carries."""
        counts = asdict(self)
        del counts["epoch"], counts["head"]
        return {**counts, "timestamp": format_time(utc_now())}


@dataclass(slots=True)
class Point:
    """Sentiment of one key over one stretch of time that begins at `start` (Unix seconds, UTC). Values are -1..1."""

    start: int
    positive: int
    neutral: int
    negative: int
    sum: float
    open: float
    high: float
    low: float
    close: float
    opened_at: float
    closed_at: float

    @property
    def count(self) -> int:
        """Number of items."""
        return self.positive + self.neutral + self.negative

    @property
    def avg(self) -> float:
        """Mean value of the items."""
        return self.sum / self.count

    def merge(self, other: "Point") -> None:
        """Take in what `other` counted. Ties in time go to the later call, as items are merged in log order."""
        self.positive += other.positive
        self.neutral += other.neutral
        self.negative += other.negative
        self.sum += other.sum
        self.high = max(self.high, other.high)
        self.low = min(self.low, other.low)
        if other.opened_at < self.opened_at:
            self.open, self.opened_at = other.open, other.opened_at
        if other.closed_at >= self.closed_at:
            self.close, self.closed_at = other.close, other.closed_at


def roll_up(items: Sequence[Item], *, axes: Sequence[Axis] = (Axis.APPENDED, Axis.PUBLISHED)) -> None:
    """Add `items`, in log order, to their buckets. The caller holds the log's lock."""
    rows = [row for axis in axes for row in _rows(items, axis)]
    # Sorted: rows next to each other in the index are written one after the other.
    rows.sort(key=lambda row: row[:4])
    with connection.cursor() as cursor:
        cursor.executemany(UPSERT, rows)


def roll_back(items: Sequence[Item]) -> None:
    """Take `items`, still as they were rolled up, out of the counts. The caller holds the log's lock.

    Open, high, low and close of the published axis can't be taken back: call `rebuild_published` after the change.
    """
    rows = _rows(items, Axis.APPENDED)
    with connection.cursor() as cursor:
        cursor.executemany(UPSERT, [(*row[:4], -row[4], -row[5], -row[6], -row[7], *row[8:]) for row in rows])


def rebuild_published(hours: Iterable[int]) -> None:
    """Roll the items published in the given hours (Unix seconds) up again. The caller holds the log's lock."""
    for hour in sorted(set(hours)):
        Bucket.objects.filter(axis=Axis.PUBLISHED, start__gte=hour, start__lt=hour + HOUR).delete()
        items = Item.objects.filter(published_at__gte=_moment(hour), published_at__lt=_moment(hour + HOUR))
        roll_up(list(items.order_by("seq")), axes=[Axis.PUBLISHED])


def hour_of(moment: datetime) -> int:
    """Return the start of the hour in which `moment` lies, in Unix seconds."""
    return _floor(moment.timestamp(), HOUR)


def read_metrics(tickers: Collection[str] = (), *, hours: int | None = None) -> Metrics:
    """Read the counts over all items, or over those with any of `tickers`.

    With `hours` the counts cover the last so many hours, to the minute; the rates always cover 1 and 24 hours.
    An item with several of the tickers counts once in the totals and once per ticker in `by_tag`.
    """
    # Read before the counts: where no bucket matches there was none at this head either, so zero is exact.
    head = LogHead.objects.get(pk=1)
    minute = _floor(time.time(), MINUTE)
    keys = _keys_touching(tickers) if tickers else Q()
    parts = [
        *_window(keys, minute, hours),
        _part("hour", MINUTE, keys if tickers else Q(key=""), start__gt=minute - HOUR),
        _part("day", MINUTE, keys if tickers else Q(key=""), start__gt=minute - DAY),
    ]
    # One statement, hence one snapshot for all the counts and the head that they stand for. A union, because each
    # part is then a walk along the index; conditions joined by OR would read every bucket there is.
    rows = list(parts[0].union(*parts[1:], all=True))
    return _add_up(rows, set(tickers), epoch=head.epoch, head=rows[0]["head"] if rows else head.seq)


def read_timeseries(ticker: str, *, seconds: int, start: int, end: int, limit: int) -> list[Point]:
    """Read the buckets of a ticker ("" for all items) by time of publication, oldest first, at most `limit`.

    `seconds` is the width of a bucket, a multiple of 60; `start` and `end` (exclusive) are Unix seconds. The bucket in
    which `start` lies is included whole. Buckets without items are left out.
    """
    width = HOUR if seconds % HOUR == 0 else MINUTE
    rows = Bucket.objects.filter(
        axis=Axis.PUBLISHED, seconds=width, key=ticker, start__gte=_floor(start, seconds), start__lt=end
    ).order_by("start")
    points: list[Point] = []
    for begin, members in groupby(rows.iterator(), key=lambda row: _floor(row.start, seconds)):
        if len(points) == limit:
            break
        points.append(_merged(begin, members))
    return points


def _keys(tickers: Sequence[str]) -> list[str]:
    several = [f"+,{','.join(sorted(tickers))},"] if len(tickers) > 1 else []
    return ["", *tickers, *several]


def _keys_touching(tickers: Collection[str]) -> Q:
    if len(tickers) == 1:
        return Q(key__in=tickers)
    shared = Q()
    for ticker in tickers:
        shared |= Q(key__contains=f",{ticker},")
    several = Bucket.objects.filter(shared, axis=Axis.APPENDED, seconds=ALL_TIME, key__startswith="+")
    return Q(key__in=tickers) | Q(key__in=several.values("key"))


def _window(keys: Q, minute: int, hours: int | None) -> list[QuerySet[Bucket, Any]]:
    if hours is None:
        return [_part("window", ALL_TIME, keys)]
    begin = minute - hours * HOUR + MINUTE
    whole_hours = _floor(begin + HOUR - 1, HOUR)
    if not keys:
        # Names every key, so that the index is entered at each key's first minute instead of walked from end to end.
        keys = Q(key__in=Bucket.objects.filter(axis=Axis.APPENDED, seconds=ALL_TIME).values("key"))
    return [
        _part("window", MINUTE, keys, start__gte=begin, start__lt=whole_hours),
        _part("window", HOUR, keys, start__gte=whole_hours),
    ]


def _part(name: str, seconds: int, keys: Q, **time: int) -> QuerySet[Bucket, Any]:
    """Return the counts by key of the buckets of one length in one stretch of time, each row marked with `name`."""
    rows = Bucket.objects.filter(keys, axis=Axis.APPENDED, seconds=seconds, **time)
    return rows.values("key").annotate(
        part=Value(name),
        positives=Sum("positive"),
        neutrals=Sum("neutral"),
        negatives=Sum("negative"),
        head=Subquery(LogHead.objects.filter(pk=1).values("seq")[:1]),
    )


def _add_up(rows: Sequence[Mapping[str, Any]], tickers: set[str], *, epoch: str, head: int) -> Metrics:
    moods: Counter[str] = Counter()
    tags: Counter[str] = Counter()
    rates: Counter[str] = Counter()
    for row in rows:
        key, count = row["key"], row["positives"] + row["neutrals"] + row["negatives"]
        weight = _weight(key, tickers)
        if row["part"] != "window":
            rates[row["part"]] += weight * count
            continue
        for mood in ("positives", "neutrals", "negatives"):
            moods[mood] += weight * row[mood]
        if count and key and not key.startswith("+"):
            tags[key] += count
    largest = sorted(tags.items(), key=lambda tag: (-tag[1], tag[0]))[:LARGEST_TAGS]
    return Metrics(
        epoch=epoch,
        head=head,
        total=moods.total(),
        positive=moods["positives"],
        neutral=moods["neutrals"],
        negative=moods["negatives"],
        by_tag=dict(largest),
        rate_last_hour=rates["hour"],
        rate_last_24h=rates["day"],
    )


def _weight(key: str, tickers: set[str]) -> int:
    """Return how often the items of `key` must be added so that each item with any of `tickers` counts once."""
    if not tickers:
        return 1 if key == "" else 0
    if not key.startswith("+"):
        return 1
    # An item with n of the tickers was counted n times by theirs: take it back n - 1 times.
    return 1 - len(tickers.intersection(key.strip("+,").split(",")))


def _rows(items: Sequence[Item], axis: Axis) -> list[tuple[Any, ...]]:
    """Return the bucket rows of `items` on one axis, at all its levels."""
    rows: list[tuple[Any, ...]] = []
    points: dict[tuple[str, int], Point] = {}
    for item in items:
        at = (item.analysed_at if axis is Axis.APPENDED else item.published_at).timestamp()
        for key in _keys(item.tickers):
            _merge_into(points, key, _point_of(item, at), LEVELS[axis][0])
    for seconds in LEVELS[axis]:
        wider: dict[tuple[str, int], Point] = {}
        for (key, _), point in points.items():
            _merge_into(wider, key, replace(point), seconds)
        points = wider
        rows += [_row(axis, seconds, key, point) for (key, _), point in points.items()]
    return rows


def _merge_into(points: dict[tuple[str, int], Point], key: str, point: Point, seconds: int) -> None:
    point.start = _floor(point.start, seconds)
    known = points.setdefault((key, point.start), point)
    if known is not point:
        known.merge(point)


def _point_of(item: Item, at: float) -> Point:
    value, sentiment = item.value, item.sentiment
    return Point(
        int(at),
        sentiment == Sentiment.POSITIVE,
        sentiment == Sentiment.NEUTRAL,
        sentiment == Sentiment.NEGATIVE,
        value,
        value,
        value,
        value,
        value,
        at,
        at,
    )


def _row(axis: Axis, seconds: int, key: str, point: Point) -> tuple[Any, ...]:
    return (
        axis.value,
        seconds,
        key,
        point.start,
        int(point.positive),
        int(point.neutral),
        int(point.negative),
        point.sum,
        point.open,
        point.high,
        point.low,
        point.close,
        point.opened_at,
        point.closed_at,
    )


def _merged(begin: int, members: Iterator[Bucket]) -> Point:
    merged: Point | None = None
    for row in members:
        point = Point(
            begin,
            row.positive,
            row.neutral,
            row.negative,
            row.total,
            row.open,
            row.high,
            row.low,
            row.close,
            row.opened_at,
            row.closed_at,
        )
        if merged is None:
            merged = point
        else:
            merged.merge(point)
    assert merged is not None, "groupby gives no empty group"
    return merged


def _floor(at: float, seconds: int) -> int:
    """Return the start of the stretch of `seconds` in which `at` lies; all time starts at 0."""
    return int(at // seconds) * seconds if seconds else 0


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, tz=utc_now().tzinfo)

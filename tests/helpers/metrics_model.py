"""A plain model of metrics and time series: a list of items, counted one by one."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from news.metrics.grid import Grid
from news.models import Axis, Item

MINUTE, HOUR = 60, 3600
SENTIMENTS = ("positive", "neutral", "negative")
PRICES = ("open", "high", "low", "close")


@dataclass
class Entry:
    """An item as it was last seen in the log; it stays counted after retention has deleted it."""

    seq: int
    tickers: list[str]
    scores: dict[str, tuple[str, float]]  # sentiment and value by ticker, "" for the headline
    published: float
    appended: float
    is_historical: bool
    is_sample: bool
    is_kept: bool = True

    def time(self, axis: Axis) -> float:
        return self.published if axis in (Axis.PUBLISHED, Axis.SAMPLE_PUBLISHED) else self.appended

    def is_counted(self, axis: Axis) -> bool:
        if self.is_sample:
            return axis in (Axis.SAMPLE_APPENDED, Axis.SAMPLE_PUBLISHED)
        if axis in (Axis.APPENDED, Axis.HISTORICAL):
            return self.is_historical is (axis is Axis.HISTORICAL)
        return axis is Axis.PUBLISHED


@dataclass
class Model:
    """All items ever, which of them are in minutes that retention has not deleted, and where prices are unknown."""

    entries: dict[str, Entry] = field(default_factory=dict)
    in_minutes: dict[Axis, set[tuple[str, str]]] = field(default_factory=lambda: {axis: set() for axis in Axis})
    unpriced_hours: set[tuple[Axis, int]] = field(default_factory=set)
    shows_samples: bool = True

    def choose_axis(self, axis: Axis) -> Axis:
        """Return the axis that answers for another: until the first real item, that of samples."""
        of_samples = {Axis.APPENDED: Axis.SAMPLE_APPENDED, Axis.PUBLISHED: Axis.SAMPLE_PUBLISHED}
        return of_samples.get(axis, axis) if self.shows_samples else axis

    def remove_samples(self) -> None:
        """Forget the samples, of which no count is left."""
        self.entries = {item_id: entry for item_id, entry in self.entries.items() if not entry.is_sample}
        for axis, members in self.in_minutes.items():
            self.in_minutes[axis] = {(item_id, key) for item_id, key in members if item_id in self.entries}
        self.shows_samples = False

    def load_log(self) -> None:
        """Take over new and rescored items from the log, and note which were deleted."""
        stored = {item.item_id: item for item in Item.objects.all()}
        for item_id, item in stored.items():
            existing = self.entries.get(item_id)
            if existing is None:
                for axis in Axis:
                    self.in_minutes[axis] |= {(item_id, key) for key in ("", *item.tickers)}
            elif existing.seq != item.seq:
                self._note_rescored(existing)
            self.entries[item_id] = Entry(
                item.seq,
                item.tickers,
                {"": (item.sentiment, item.value)} | {e.ticker: (e.sentiment, e.value) for e in item.list_entities()},
                item.published_at.timestamp(),
                item.first_appended_at.timestamp(),
                item.is_historical,
                item.is_sample,
            )
            self.shows_samples = self.shows_samples and item.is_sample
        for item_id, entry in self.entries.items():
            entry.is_kept = item_id in stored

    def _note_rescored(self, rescored: Entry) -> None:
        # Where items were deleted, open and close stay as they were, and high and low can only widen.
        for axis in Axis:
            hour = floor(rescored.time(axis), HOUR)
            if any(not entry.is_kept and floor(entry.time(axis), HOUR) == hour for entry in self.entries.values()):
                self.unpriced_hours.add((axis, hour))

    def prune_minutes(self, now: float) -> None:
        """Apply what `prune` does to minutes, after `load_log`."""
        kept = Counter(
            (entry.is_sample, key, floor(entry.published, MINUTE))
            for entry in self.entries.values()
            if entry.is_kept
            for key in ("", *entry.tickers)
        )
        for axis in (Axis.PUBLISHED, Axis.SAMPLE_PUBLISHED):
            self._remove(axis, lambda entry, key: not kept[entry.is_sample, key, floor(entry.published, MINUTE)])
        arrivals = [entry.appended for entry in self.entries.values() if entry.is_kept]
        for axes, unneeded in (
            ((Axis.APPENDED, Axis.SAMPLE_APPENDED), now - 25 * HOUR),
            ((Axis.HISTORICAL,), now),  # not in rates
        ):
            oldest = floor(min([unneeded, *arrivals]), MINUTE)
            for axis in axes:
                self._remove(axis, lambda entry, _, oldest=oldest: floor(entry.appended, MINUTE) < oldest)

    def _remove(self, axis: Axis, is_deleted: Callable[[Entry, str], bool]) -> None:
        self.in_minutes[axis] = {
            (item_id, key) for item_id, key in self.in_minutes[axis] if not is_deleted(self.entries[item_id], key)
        }

    def is_intact(self, axis: Axis, hour: int) -> bool:
        """Return whether all items of an hour are kept."""
        return all(e.is_kept for e in self.entries.values() if e.is_counted(axis) and floor(e.time(axis), HOUR) == hour)

    # --- metrics
    def count(self, tickers: Collection[str], *, minute: int, is_counted: Callable[[Entry], bool]) -> dict[str, Any]:
        """Return the metrics of the entries for which `is_counted` is true."""
        counted = [e for e in self.entries.values() if e.is_sample is self.shows_samples and is_counted(e)]
        sentiments = Counter(entry.scores[key][0] for entry in counted for key in mentions(entry, tickers))
        by_tag = Counter(t for entry in counted for t in entry.tickers if not tickers or t in tickers)
        return {
            "total": sentiments.total(),
            **{name: sentiments[name] for name in SENTIMENTS},
            "by_tag": dict(by_tag),
            "rate_last_hour": self._count_arrivals(tickers, minute - HOUR + MINUTE),
            "rate_last_24h": self._count_arrivals(tickers, minute - 24 * HOUR + MINUTE),
        }

    def _count_arrivals(self, tickers: Collection[str], start: int) -> int:
        return sum(
            len(mentions(e, tickers))
            for e in self.entries.values()
            if e.is_counted(self.choose_axis(Axis.APPENDED)) and e.appended >= start
        )

    # --- series
    def buckets(
        self, key: str, grid: Grid, axis: Axis, *, start: float, end: float, is_exact: bool = False
    ) -> list[dict[str, Any]]:
        """Return the buckets of the entries from `start` to `end`; `is_exact`: also of those in deleted minutes."""
        axis = self.choose_axis(axis)
        members: dict[int, list[Entry]] = {}
        for item_id, entry in sorted(self.entries.items(), key=lambda pair: (pair[1].time(axis), pair[1].seq)):
            is_stored = is_exact or grid.stored_seconds == HOUR or (item_id, key) in self.in_minutes[axis]
            is_inside = entry.is_counted(axis) and start <= entry.time(axis) < end
            if is_stored and is_inside and (not key or key in entry.tickers):
                members.setdefault(grid.floor(entry.time(axis)), []).append(entry)
        return [self._bucket(begin, key, entries, axis) for begin, entries in members.items()]

    def _bucket(self, start: int, key: str, entries: list[Entry], axis: Axis) -> dict[str, Any]:
        values = [entry.scores[key][1] for entry in entries]
        bucket = {
            "start": start,
            "count": len(entries),
            **{name: sum(entry.scores[key][0] == name for entry in entries) for name in SENTIMENTS},
            "sum": pytest.approx(sum(values)),
        }
        if any((axis, floor(entry.time(axis), HOUR)) in self.unpriced_hours for entry in entries):
            return bucket
        return bucket | {"open": values[0], "high": max(values), "low": min(values), "close": values[-1]}

    def find_deleted_minutes(self, keys: Iterable[str], axis: Axis, *, start: float, end: float) -> list[int]:
        """Return the ends of the hours, from the one in which `start` lies, of which minutes were deleted."""
        axis = self.choose_axis(axis)
        return sorted(
            {
                floor(entry.time(axis), HOUR) + HOUR
                for key in keys
                for item_id, entry in self.entries.items()
                if entry.is_counted(axis) and (not key or key in entry.tickers)
                if floor(start, HOUR) <= floor(entry.time(axis), HOUR) < end
                if (item_id, key) not in self.in_minutes[axis]
            }
        )


def mentions(entry: Entry, tickers: Collection[str]) -> list[str]:
    """Return the keys that an entry counts under: "" without tickers, else each that it has."""
    return [ticker for ticker in entry.tickers if ticker in tickers] if tickers else [""]


def floor(time: float, seconds: int) -> int:
    return int(time // seconds) * seconds

"""How many items a source has brought in each hour of the last day, kept in its row: `Source.items_by_hour`."""

from datetime import datetime

HOUR_SECONDS = 3600
HOURS = 24  # before the present hour

HourCounts = list[list[int]]  # start as Unix time, and items; oldest first


def add_items(rows: object, count: int, *, now: datetime) -> HourCounts:
    """Return the counts of a source after a poll that brought `count` items; hours before the last day end."""
    hour = _floor_hour(now)
    counts = {start: former for start, former in _parse(rows).items() if start >= hour - HOURS * HOUR_SECONDS}
    if count:
        counts[hour] = counts.get(hour, 0) + count
    return [[start, counts[start]] for start in sorted(counts)]


def list_counts(rows: object, *, now: datetime) -> list[int]:
    """Return the items of each hour of the last day, oldest first; the last is the present hour."""
    counts, hour = _parse(rows), _floor_hour(now)
    return [counts.get(hour - ago * HOUR_SECONDS, 0) for ago in range(HOURS, -1, -1)]


def _floor_hour(time: datetime) -> int:
    return int(time.timestamp()) // HOUR_SECONDS * HOUR_SECONDS


def _parse(rows: object) -> dict[int, int]:
    return {int(start): int(count) for start, count in rows} if isinstance(rows, list) else {}

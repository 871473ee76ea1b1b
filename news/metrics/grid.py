"""Where the buckets of a time series begin and end."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from news.metrics.bucket_value import HOUR, MINUTE, floor_time

DAY = 86_400
Resolution = Literal["1m", "5m", "15m", "30m", "1h", "24h"]
# Widths of the buckets of a time series, in seconds.
RESOLUTIONS: dict[Resolution, int] = {"1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "24h": DAY}


@dataclass(frozen=True, slots=True)
class Grid:
    """Buckets of one width in UTC, or with `zone` the days of that time zone, which have 23 to 25 hours."""

    seconds: int
    zone: ZoneInfo | None = None

    @property
    def stored_seconds(self) -> int:
        """Length of the stored buckets that these are aggregated from."""
        return HOUR if self.seconds % HOUR == 0 else MINUTE

    def floor(self, time: float) -> int:
        """Return the start of the bucket in which a Unix time lies."""
        if self.zone is None:
            return floor_time(time, self.seconds)
        return self._start_day(datetime.fromtimestamp(time, self.zone).date())

    def ceil(self, time: float) -> int:
        """Return the first start of a bucket at or after a Unix time."""
        start = self.floor(time)
        return start if start == time else self.next(start)

    def next(self, start: int) -> int:
        """Return the start of the bucket after the one that starts at `start`."""
        if self.zone is None:
            return start + self.seconds
        day = datetime.fromtimestamp(start, self.zone).date()
        following = start
        while following <= start:  # a zone that crossed the date line has left out a day
            day += timedelta(days=1)
            following = self._start_day(day)
        return following

    def _start_day(self, day: date) -> int:
        # Where clocks skip midnight, this is the moment at which they do. Minutes are the shortest stored buckets.
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return floor_time(midnight.timestamp(), MINUTE)


class Bounds:
    """Start and end of the buckets of a grid, for times in ascending order: computes those of each bucket once."""

    __slots__ = ("_end", "_grid", "_start")

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._start, self._end = 0, 0

    def of(self, time: int) -> tuple[int, int]:
        """Return start and end of the bucket in which a Unix time lies."""
        if not self._start <= time < self._end:
            self._start = self._grid.floor(time)
            self._end = self._grid.next(self._start)
        return self._start, self._end

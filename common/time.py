"""The current time, and times and durations as text."""

import time as clock
from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the current time, aware, in UTC."""
    # Of the same clock as all other times, which tests can step.
    return datetime.fromtimestamp(clock.time(), tz=UTC)


def format_time(time: datetime) -> str:
    """Return an aware time as ISO-8601 in UTC, with milliseconds and Z: 2026-01-31T09:30:00.000Z."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"


def format_duration(seconds: int) -> str:
    """Return a duration in its two largest units, such as 3 min 05 s."""
    minutes, hours = seconds // 60, seconds // 3600
    if hours:
        return f"{hours} h {minutes % 60:02} min"
    return f"{minutes} min {seconds % 60:02} s" if minutes else f"{seconds} s"

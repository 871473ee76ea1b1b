"""Times as the site writes them: UTC, ISO-8601 with Z."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def format_time(moment: datetime) -> str:
    """Return `moment` (aware) as ISO-8601 with milliseconds and Z: 2026-01-31T09:30:00.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""How a source is doing, in a word and a sentence, for lists of sources."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from news.models import Source

OVERDUE_AFTER = timedelta(minutes=5)

State = Literal["working", "failing", "late", "useless", "waiting", "off"]
ORDER: tuple[State, ...] = ("failing", "late", "useless", "waiting", "working", "off")


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """state: what colors and order follow. label: it in words. problem: what is wrong and the cure, "" for nothing."""

    state: State
    label: str
    problem: str = ""

    @property
    def rank(self) -> int:
        """Place in lists: what needs attention first."""
        return ORDER.index(self.state)


def get_status(source: Source, *, now: datetime) -> SourceStatus:
    """Return how a source is doing."""
    if not source.is_enabled:
        return SourceStatus("off", "Off")
    if source.consecutive_failures:
        label = f"Failing, {source.consecutive_failures:,} in a row" if source.consecutive_failures > 1 else "Failing"
        return SourceStatus("failing", label, source.last_error or "The last poll failed.")
    if source.next_poll_at < now - OVERDUE_AFTER:
        return SourceStatus("late", "Not polled", "Due, but not polled. Check that `manage.py ingest` is running.")
    if source.last_polled_at is None:
        return SourceStatus("waiting", "Not polled yet")
    if source.entries_skipped and not source.items_created:
        problem = "All its entries are skipped; the last ones are listed with the reason."
        return SourceStatus("useless", "No usable entry", problem)
    return SourceStatus("working", "Working")

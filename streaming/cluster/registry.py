"""Let the server processes know of each other through the database: how full each is, and which streams are to end.

The database's clock decides which of them still live, so machines may differ. Refuses to hold much: a process lists
streams only while somebody looks, and not all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import Now

from streaming.models import ServerProcess

PROCESS_TTL_SECONDS = 10.0  # a process that has said nothing for so long is gone
WATCH_SECONDS = 15.0  # somebody who looked looks on for so long
MAX_TO_END = 1000
LOCKED_MILLISECONDS = 500

Streams = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ProcessStats:
    """How full one process is, or several together."""

    processes: int = 0
    connections: int = 0
    max_connections: int = 0
    subscribers_behind: int = 0  # the largest lag, in frames

    def __add__(self, other: "ProcessStats") -> "ProcessStats":
        return ProcessStats(
            self.processes + other.processes,
            self.connections + other.connections,
            self.max_connections + other.max_connections,
            max(self.subscribers_behind, other.subscribers_behind),
        )


@dataclass(frozen=True, slots=True)
class Commands:
    """What a process is asked to do until it reports again."""

    wants_details: bool  # tell of streams
    close_requests: frozenset[int]  # numbers of streams


def heartbeat(
    name: str, figures: ProcessStats, streams: Streams | None, *, host: str, pid: int, started_at: datetime
) -> Commands:
    """Say how full this process is and, where somebody looks, what streams it has; returns what it is asked to do."""
    if connection.vendor == "sqlite":
        # Where writers queue for minutes, this one comes back later instead of waiting with them.
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {LOCKED_MILLISECONDS}")
    said = {
        "connections": figures.connections,
        "max_connections": figures.max_connections,
        "subscribers_behind": figures.subscribers_behind,
        "streams": streams,
        "expires_at": Now() + timedelta(seconds=PROCESS_TTL_SECONDS),
    }
    mine = ServerProcess.objects.filter(name=name)
    with transaction.atomic():
        asked = (
            mine.select_for_update()
            .annotate(is_watched=Q(details_until__gt=Now()))
            .values_list("close_requests", "is_watched")
            .first()
        )
        if asked is None:
            ServerProcess.objects.filter(expires_at__lte=Now()).delete()
            ServerProcess.objects.create(name=name, host=host, pid=pid, started_at=started_at, **said)
            return Commands(wants_details=False, close_requests=frozenset())
        mine.update(**said, close_requests=[])
    to_end, is_watched = asked
    return Commands(bool(is_watched), frozenset(to_end))


def unregister(name: str) -> None:
    """Be gone at once."""
    ServerProcess.objects.filter(name=name).delete()


def select_live_processes() -> QuerySet[ServerProcess]:
    """Return the processes that have told of themselves lately."""
    return ServerProcess.objects.filter(expires_at__gt=Now())


def get_stats(*, without: str = "") -> ProcessStats:
    """Return how full all processes are together, `without` one."""
    totals = (
        select_live_processes()
        .exclude(name=without)
        .aggregate(
            processes=Count("pk"),
            connections=Sum("connections", default=0),
            max_connections=Sum("max_connections", default=0),
            subscribers_behind=Max("subscribers_behind", default=0),
        )
    )
    return ProcessStats(**totals)


def request_stream_details() -> list[ServerProcess]:
    """Have the processes tell of their streams for a while, and return what they have told by now."""
    live = select_live_processes()
    live.update(details_until=Now() + timedelta(seconds=WATCH_SECONDS))
    return list(live)


def request_close(name: str, number: int) -> ServerProcess | None:
    """Ask a process to end one of its streams, and return it; None when it is gone."""
    with transaction.atomic():
        process = select_live_processes().select_for_update().filter(name=name).first()
        if process is not None:
            process.close_requests = [*process.close_requests, number][-MAX_TO_END:]
            process.save(update_fields=["close_requests"])
    return process

"""Share the state of the server processes through the database: how full each is, and which streams it must close.

The database's clock decides which processes are alive. To keep the rows small, a process lists its streams only while
staff look at them, and not all of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from common.sql import seconds_from_now
from streaming.models import ServerProcess
from streaming.workers.membership import SERVER_NAME_CHARACTERS

PROCESS_TTL_SECONDS = 10.0  # after the last heartbeat
DETAILS_TTL_SECONDS = 15.0  # after the last request for stream details
MAX_CLOSE_REQUESTS = 1000
SQLITE_BUSY_TIMEOUT_MILLISECONDS = 500

Streams = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ProcessStats:
    """How full one process is, or several together."""

    processes: int = 0
    connections: int = 0
    max_connections: int = 0
    subscribers_behind: int = 0  # the largest lag, in events

    def __add__(self, other: "ProcessStats") -> "ProcessStats":
        return ProcessStats(
            self.processes + other.processes,
            self.connections + other.connections,
            self.max_connections + other.max_connections,
            max(self.subscribers_behind, other.subscribers_behind),
        )


@dataclass(frozen=True, slots=True)
class Commands:
    """What a process must do until its next heartbeat."""

    wants_details: bool = False  # list its streams
    close_requests: frozenset[int] = frozenset()  # numbers of its streams


def heartbeat(
    name: str, stats: ProcessStats, streams: Streams | None, *, host: str, pid: int, started_at: datetime
) -> Commands:
    """Store the stats of a process and, if details are wanted, its streams; return the commands that wait for it."""
    if connection.vendor == "sqlite":
        # Where writers queue for minutes, give up soon: the next heartbeat tries again.
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_TIMEOUT_MILLISECONDS}")
    fields = {
        "connections": stats.connections,
        "max_connections": stats.max_connections,
        "subscribers_behind": stats.subscribers_behind,
        "streams": streams,
        "expires_at": seconds_from_now(PROCESS_TTL_SECONDS),
    }
    rows = ServerProcess.objects.filter(name=name)
    with transaction.atomic():
        row = (
            rows.select_for_update()
            .annotate(wants_details=Q(details_until__gt=Now()))
            .values_list("wants_details", "close_requests")
            .first()
        )
        if row is None:
            ServerProcess.objects.filter(expires_at__lte=Now()).delete()
            ServerProcess.objects.create(name=name, host=host, pid=pid, started_at=started_at, **fields)
            return Commands()
        rows.update(**fields, close_requests=[])
    wants_details, close_requests = row
    return Commands(bool(wants_details), frozenset(close_requests))


def unregister(name: str) -> None:
    """Remove a process that stops."""
    ServerProcess.objects.filter(name=name).delete()


def select_live_processes() -> QuerySet[ServerProcess]:
    """Return the processes whose last heartbeat is at most PROCESS_TTL_SECONDS old."""
    return ServerProcess.objects.filter(expires_at__gt=Now())


def get_stats(*, exclude: str = "") -> ProcessStats:
    """Return how full all live processes are together, except those whose names begin with `exclude`, if given."""
    processes = select_live_processes().order_by().defer("streams", "close_requests")
    return sum_stats(processes.exclude(name__startswith=exclude) if exclude else processes)


def sum_stats(processes: Iterable[ServerProcess]) -> ProcessStats:
    """Return how full processes are together. Those of one server share a limit, which counts once."""
    processes = [*processes]
    limits = {process.name[:SERVER_NAME_CHARACTERS]: process.max_connections for process in processes}
    return ProcessStats(
        len(processes),
        sum(process.connections for process in processes),
        sum(limits.values()),
        max((process.subscribers_behind for process in processes), default=0),
    )


def request_stream_details() -> list[ServerProcess]:
    """Request the streams of all processes for DETAILS_TTL_SECONDS, and return what they have stored so far."""
    live = select_live_processes()
    live.update(details_until=seconds_from_now(DETAILS_TTL_SECONDS))
    return list(live)


def request_close(name: str, number: int) -> ServerProcess | None:
    """Request that a process closes one of its streams; return the process, or None if it is gone."""
    with transaction.atomic():
        process = select_live_processes().select_for_update().filter(name=name).first()
        if process is not None:
            process.close_requests = [*process.close_requests, number][-MAX_CLOSE_REQUESTS:]
            process.save(update_fields=["close_requests"])
    return process

"""The production server: one process of the site. Several can share a port."""

import ctypes
import socket
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from channels.routing import get_default_application
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import get_resolver

from streaming.server.daphne_server import StreamServer, listen

M_ARENA_MAX = -8  # of glibc's malloc.h


class Command(BaseCommand):
    help = "Serve the site with Daphne. Several processes can share one port; SIGTERM drains."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument(
            "--no-hand-over", action="store_true", help="leave streams to Django, as every other ASGI server does"
        )
        parser.add_argument("--port", type=int, default=settings.PORT, help="port (default: PORT, else 8000)")
        parser.add_argument(
            "--metrics-port",
            type=int,
            help="another port, of 127.0.0.1, for this process alone: for Prometheus, where several share a port",
        )

    def handle(self, *, host: str, port: int, metrics_port: int | None, no_hand_over: bool, **options: Any) -> None:
        _share_one_heap()
        _refuse_unmigrated_database()
        get_resolver().url_patterns  # noqa: B018 - import the views now, not at the first request
        shared = ", a port that another process serves too" if _is_served(host, port) else ""
        try:
            listeners = [listen(host, port)]
        except (OSError, OverflowError) as error:
            raise CommandError(f"--host {host} --port {port}: {_reason(error)}; choose another with PORT=.") from error
        address = f"[{host}]" if ":" in host else host
        self.stderr.write(f"Serving on http://{address}:{listeners[0].getsockname()[1]}{shared}")
        if metrics_port is not None:
            try:
                listeners.append(listen("127.0.0.1", metrics_port, is_shared=False))
            except (OSError, OverflowError) as error:
                raise CommandError(f"--metrics-port {metrics_port}: {_reason(error)}; choose another.") from error
        endpoints = [f"fd:fileno={listener.fileno()}" for listener in listeners]
        server = StreamServer(get_default_application(), endpoints=endpoints)
        server.is_detach_enabled = not no_hand_over
        server.run()


def _share_one_heap() -> None:
    """Have the threads that are yet to come share one heap: each of its own keeps what its largest request needed."""
    with suppress(AttributeError):  # of another C library than glibc
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def _is_served(host: str, port: int) -> bool:
    with suppress(OSError, OverflowError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def _reason(error: Exception) -> object:
    return getattr(error, "strerror", None) or error


def _refuse_unmigrated_database() -> None:
    try:
        executor = MigrationExecutor(connection)
        is_behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except OperationalError as error:
        raise CommandError(f"DATABASE_URL: the database can't be reached: {error}") from error
    finally:
        connection.close()
    if is_behind:
        raise CommandError("The database lacks migrations; run `python manage.py migrate` first.")

"""The production server: one process of the site. Several processes can share a port."""

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

from common.memory import limit_malloc_arenas
from streaming.server.daphne_server import StreamServer, open_listener


class Command(BaseCommand):
    help = "Serve the site with Daphne. Several processes can share a port; SIGTERM closes the streams, then stops."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument(
            "--no-detach", action="store_true", help="leave streams to Django, as other ASGI servers do"
        )
        parser.add_argument("--port", type=int, default=settings.PORT, help="port (default: PORT, else 8000)")
        parser.add_argument(
            "--metrics-port",
            type=int,
            help="additional port on 127.0.0.1 for this process alone, so that Prometheus can scrape processes that "
            "share a port",
        )

    def handle(self, *, host: str, port: int, metrics_port: int | None, no_detach: bool, **options: Any) -> None:
        limit_malloc_arenas()
        _check_migrations()
        get_resolver().url_patterns  # noqa: B018 - import the views now, not at the first request
        note = ", a port that another process serves too" if _is_served(host, port) else ""
        try:
            listeners = [open_listener(host, port)]
        except (OSError, OverflowError) as error:
            raise CommandError(
                f"--host {host} --port {port}: {_describe_error(error)}; choose another with PORT=."
            ) from error
        address = f"[{host}]" if ":" in host else host
        self.stderr.write(f"Serving on http://{address}:{listeners[0].getsockname()[1]}{note}")
        if metrics_port is not None:
            try:
                listeners.append(open_listener("127.0.0.1", metrics_port, is_shared=False))
            except (OSError, OverflowError) as error:
                raise CommandError(
                    f"--metrics-port {metrics_port}: {_describe_error(error)}; choose another."
                ) from error
        endpoints = [f"fd:fileno={listener.fileno()}" for listener in listeners]
        server = StreamServer(get_default_application(), endpoints=endpoints)
        server.is_detach_enabled = not no_detach
        server.run()


def _is_served(host: str, port: int) -> bool:
    with suppress(OSError, OverflowError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def _describe_error(error: Exception) -> object:
    return getattr(error, "strerror", None) or error


def _check_migrations() -> None:
    try:
        executor = MigrationExecutor(connection)
        is_behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except OperationalError as error:
        raise CommandError(f"DATABASE_URL: the database can't be reached: {error}") from error
    finally:
        connection.close()
    if is_behind:
        raise CommandError("The database lacks migrations; run `python manage.py migrate` first.")

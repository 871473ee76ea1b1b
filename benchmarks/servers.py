"""The servers that are compared: how each is started and how an event is published on it.

Servers run on one core, everything else on the other.
"""

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson

from benchmarks.events import make_payload
from benchmarks.running import SERVER_CORE, Publish, RunningServer, asgi_command, build, make_post, running
from benchmarks.sites import MAX_STREAMS, this_site, this_site_in_memory
from tests.helpers.ports import free_port
from tests.helpers.pushpin import running_pushpin

NCHAN_MODULE = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")


@dataclass(frozen=True)
class Peer:
    """A server to measure. A stream of it counts as open when the text `opening` has arrived."""

    name: str
    start: Callable[[Path], AbstractContextManager[RunningServer]]  # argument: an empty folder for its files
    opening: str = "\r\n\r\n"
    max_streams: int = 1000  # the largest number that it is measured with
    concurrent_connects: int = 256


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
        load_module {NCHAN_MODULE};
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


def post_over_http(port: int, path: str, *, encode: Callable[[bytes], bytes] = bytes) -> Publish:
    """Return a function that publishes events by POST, one by one, over one connection."""
    post = make_post(port, path)

    def publish(first: int, count: int) -> None:
        for number in range(first, first + count):
            post(encode(make_payload(number)))

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

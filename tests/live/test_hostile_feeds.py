"""A real `manage.py ingest` with hostile feeds (rows 23 and 24 of docs/reliability.md)."""

import gzip
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import ROOT, Server, base_environment, until

MAX_GROWTH_MB = 50
ENTITY_BOMB = (
    b'<!DOCTYPE r [<!ENTITY a "' + b"ha" * 1_000 + b'">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%s;" % (b"%d" % (n - 1) if n else b"") * 10) for n in range(9))
    + b"]><rss><channel><item><title>&a8;</title></item></channel></rss>"
)  # fmt: skip
GZIP_BOMB = gzip.compress(b" " * 500_000_000)

# The path of each hostile feed, and the error of its source.
HOSTILE = {
    "entities": "declares XML entities",
    "gzip": "sent more than 2,000,000 bytes",
    "members": "sent more than 2,000,000 bytes",
    "nested": "only gzip or deflate, once",
    "endless": "sent more than 2,000,000 bytes",
    "drip": "not done after 30 s",
    "head": "not done after 30 s",
    "headers": "the connection broke",
    "redirect-body": "answered 404",
    "ampersands": "more than 4 s or 24 MB to parse",
    "tags": "more than 4 s or 24 MB to parse",
    "values": "more than 300,000 values",
    "500": "answered 500",
    "loop": "redirects more than 5 times",
    "metadata": "169.254.169.254 is not a public address",
    "private": "10.0.0.1 is not a public address",
    "file": "redirects to a URL that is not http or https",
}
URLS = {
    "at-metadata": ("http://169.254.169.254/latest/meta-data/", "169.254.169.254 is not a public address"),
    "at-file": ("file:///etc/passwd", "is not http or https"),
    "at-disguise": ("http://[::ffff:127.0.0.1]:1/", "is not a public address"),
}
GOOD = [f"good-{number}" for number in range(5)]


class HostileServer(ThreadingHTTPServer):
    """Serves each hostile feed under its name as the path, and a good feed under all other paths."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), HostileHandler)
        self.requests = Counter()  # by path, without slashes
        self.closing = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        pass  # clients close connections at their limits


class HostileHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.strip("/")
        self.server.requests[name] += 1
        with suppress(OSError):
            self.respond(name)

    def respond(self, name):
        match name:
            case "entities":
                self.send(ENTITY_BOMB)
            case "gzip":
                self.send(GZIP_BOMB, Content_Encoding="gzip")
            case "members":
                self.send(gzip.compress(b" " * 100_000) * 90, Content_Encoding="gzip")
            case "nested":
                self.send(gzip.compress(GZIP_BOMB), Content_Encoding="gzip, gzip")
            case "endless":
                self.send(b"<rss>")
                self.repeat(b" " * 100_000, pause=0)
            case "drip":
                self.send(b"<rss>")
                self.repeat(b" ", pause=0.5)
            case "head":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
                self.repeat(b"x", pause=0.5)
            case "headers":
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                self.repeat(b"X: y\r\n" * 1_000, pause=0)
            case "redirect-body":
                self.send(b"", status=302, Location="/gone")
                self.repeat(b" " * 100_000, pause=0)
            case "ampersands":
                self.send(
                    b"<rss version='2.0'><channel><item><title>"
                    + b"&" * 1_900_000
                    + b"x</title></item></channel></rss>"
                )
            case "tags":
                self.send(b"<rss version='2.0'><channel><item>" + b"<a>" * 600_000)
            case "values":
                self.send(b"[" + b"[]," * 600_000 + b"[]]")
            case "500" | "gone":
                self.send(b"", status=500 if name == "500" else 404)
            case "loop":
                self.send(b"", status=301, Location="/loop")
            case "metadata":
                self.send(b"", status=302, Location="http://169.254.169.254/latest/meta-data/")
            case "private":
                self.send(b"", status=307, Location="http://10.0.0.1/")
            case "file":
                self.send(b"", status=302, Location="file:///etc/passwd")
            case _:
                title = f"Apple (AAPL) profit rises {name} {self.server.requests[name]}"
                self.send(f"<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>".encode())

    def send(self, body, *, status=200, **headers):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def repeat(self, chunk, *, pause):
        while not self.server.closing.wait(pause):
            self.wfile.write(chunk)

    def log_message(self, *args):
        pass


class Ingest:
    """A real `manage.py ingest` with its own database."""

    def __init__(self, folder: Path, database: Path) -> None:
        self.database = folder / database.name
        self.database.write_bytes(database.read_bytes())
        self.log = folder / "ingest.log"
        self.environment = base_environment(folder) | {"SOURCE_ALLOWED_NETWORKS": "127.0.0.0/8", "TIINGO_TOKEN": "k"}
        self.process = None

    def add(self, sources):
        code = "import json, sys; from news.models import Source"
        code += f"\nfor row in json.loads({json.dumps(sources)!r}): Source.objects.create(**row)"
        result = Server(self.environment, 0, "").manage("shell", "-c", code)
        assert result.returncode == 0, result.stderr

    def start(self):
        with self.log.open("ab") as log:
            command = [sys.executable, str(ROOT / "manage.py"), "ingest"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stderr=log)

    def select(self, query):
        with closing(sqlite3.connect(self.database, timeout=20)) as connection:
            return connection.execute(query).fetchall()

    def errors(self):
        return dict(self.select("SELECT name, last_error FROM news_source WHERE last_error != ''"))

    def memory_mb(self):
        """Return the resident memory of the process and its children in megabytes."""
        own_pid = self.process.pid
        # Before exec, a child is a fork that shares the memory of its parent, which would count twice.
        child_pids = [pid for pid in _get_children(own_pid) if _get_command(pid) != _get_command(own_pid)]
        return sum(_get_resident_kb(pid) for pid in [own_pid, *child_pids]) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)


def _get_children(pid: int) -> list[int]:
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # the thread has ended
            children += map(int, (task / "children").read_text().split())
    return children


def _get_command(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _get_resident_kb(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


@pytest.fixture
def server():
    server = HostileServer()
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def ingest(tmp_path, fresh_database):
    ingest = Ingest(tmp_path, fresh_database[0])
    yield ingest
    if ingest.process and ingest.process.poll() is None:
        os.kill(ingest.process.pid, signal.SIGKILL)
        ingest.process.wait()


def test_hostile_feeds_get_an_error_and_do_not_delay_good_feeds(server, ingest):
    ingest.add([{"name": name, "url": f"{server.url}/{name}", "interval_seconds": 1} for name in GOOD])
    ingest.start()
    until(lambda: min(server.requests[name] for name in GOOD) >= 3, seconds=60, what="polls of good feeds")
    idle_mb, peak_mb = ingest.memory_mb(), 0.0

    expected = HOSTILE | {name: error for name, (_, error) in URLS.items()}
    ingest.add(
        [
            {"name": name, "url": URLS[name][0] if name in URLS else f"{server.url}/{name}", "interval_seconds": 3600}
            | ({"kind": "tiingo"} if name == "values" else {})
            for name in expected
        ]
    )
    requests_before = Counter(server.requests)

    def all_failed():
        nonlocal peak_mb
        peak_mb = max(peak_mb, ingest.memory_mb())
        return ingest.errors().keys() >= expected.keys()

    until(all_failed, seconds=180, what="an error of each source")

    errors = ingest.errors()
    assert {name: text for name, text in errors.items() if expected.get(name, "?") not in text} == {}
    assert peak_mb - idle_mb < MAX_GROWTH_MB
    # The slowest hostile feed takes 30 s, in which each good feed is due 30 times; a busy machine polls less often.
    assert min(server.requests[name] - requests_before[name] for name in GOOD) >= 8
    assert all(server.requests[name] == 1 for name in HOSTILE if name != "loop")
    assert "Traceback" not in ingest.log.read_text()
    assert ingest.stop() == 0


def test_feed_at_loopback_address_is_not_connected_to(ingest):
    with socket.create_server(("127.0.0.1", 0)) as internal_service:
        internal_service.settimeout(0.01)
        target = f"http://127.0.0.1:{internal_service.getsockname()[1]}/admin"
        ingest.environment["SOURCE_ALLOWED_NETWORKS"] = ""
        ingest.add(
            [{"name": "inner", "url": target}, {"name": "name", "url": target.replace("127.0.0.1", "localhost")}]
        )

        ingest.start()
        until(lambda: len(ingest.errors()) == 2, seconds=60, what="errors of both")

        with pytest.raises(TimeoutError):
            internal_service.accept()
    assert all("is not a public address" in text for text in ingest.errors().values())

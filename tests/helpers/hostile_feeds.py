"""Servers of hostile feeds on the loopback address, and a real `manage.py ingest` that polls them."""

import gzip
import json
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli
from backports import zstd

from tests.helpers.paths import ROOT
from tests.helpers.server import Server, base_environment
from tests.helpers.waiting import allow_for_load

ENTITY_BOMB = (
    b'<!DOCTYPE r [<!ENTITY a "' + b"ha" * 1_000 + b'">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%s;" % (b"%d" % (n - 1) if n else b"") * 10) for n in range(9))
    + b"]><rss><channel><item><title>&a8;</title></item></channel></rss>"
)  # fmt: skip
GZIP_BOMB = gzip.compress(b" " * 500_000_000)
BROTLI_BOMB = brotli.compress(b" " * 100_000_000, quality=5)
ZSTD_BOMB = zstd.compress(b" " * 500_000_000)

# The path of each hostile feed, and the error of its source.
HOSTILE = {
    "entities": "declares XML entities",
    "brotli": "sent more than 10,000,000 bytes",
    "zstd": "sent more than 10,000,000 bytes",
    "gzip": "sent more than 10,000,000 bytes",
    "members": "sent more than 10,000,000 bytes",
    "nested": "sent more than 10,000,000 bytes",
    "endless": "sent more than 10,000,000 bytes",
    "drip": "not done after 30 s",
    "head": "not done after 30 s",
    "headers": "the connection broke",
    "redirect-body": "answered 404",
    "ampersands": "more than 4 s or 24 MB to parse",
    "tags": "more than 4 s or 24 MB to parse",
    "large-ampersands": "more than 12 s or 24 MB to parse",
    "large-entry": "more than 11 s or 24 MB to parse",
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
            case "brotli":
                self.send(BROTLI_BOMB, Content_Encoding="br")
            case "zstd":
                self.send(ZSTD_BOMB, Content_Encoding="zstd")
            case "members":
                self.send(gzip.compress(b" " * 150_000) * 99, Content_Encoding="gzip")
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
            case "large-ampersands":
                self.send(b"<rss version='2.0'><channel><item><title>" + b"&" * 9_900_000 + b"</title></item>")
            case "large-entry":
                words = "profit rises \U0001f4c8 &lt;b&gt;".encode() * 345_000
                self.send(b"<rss version='2.0'><channel><item><title>" + words + b"</title></item></channel></rss>")
            case "tags":
                self.send(b"<rss version='2.0'><channel><item>" + b"<a>" * 600_000 + b"</rss>")
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
        return self.process.wait(allow_for_load(10))


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

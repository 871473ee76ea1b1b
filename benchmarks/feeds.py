"""Measure how late good feeds are polled when other feeds are hostile.

`python -m benchmarks.feeds`: runs `manage.py ingest` over local feeds, some of which send compression bombs, never end,
send slowly, fail or redirect in a loop. Prints a row for a run without hostile feeds and one with them.
"""

import gzip
import json
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median, quantiles

from tests.helpers.paths import ROOT
from tests.helpers.server import Server, base_environment

FIRST_POLLS_SECONDS = 8
ENTRIES = 20  # of a feed; each poll finds a new one
GZIP_BOMB = gzip.compress(b" " * 300_000_000)
AMPERSANDS = b"<rss version='2.0'><channel><item><title>" + b"&" * 1_900_000 + b"x</title></item></channel></rss>"
HOSTILE = ["drip", "gzip", "ampersands", "endless", "stalled", "500", "loop"]  # taken in this order
COLUMNS = ["feeds", "hostile", "polls", "late p50, s", "p99, s", "max, s", "items", "errors", "RSS, MB", "peak, MB"]


class FeedServer(ThreadingHTTPServer):
    """Serves good and hostile feeds; the path says which."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), FeedHandler)
        self.polls: Counter[str] = Counter()
        self.closing = threading.Event()

    def handle_error(self, *_: object) -> None:
        """Log nothing: `ingest` closes the connections of hostile feeds."""


class FeedHandler(BaseHTTPRequestHandler):
    """Answers one request for a feed."""

    server: FeedServer

    def do_GET(self) -> None:
        name = self.path.strip("/")
        self.server.polls[name] += 1
        with suppress(OSError):
            self.send_feed(name.partition("-")[0], self.server.polls[name])

    def send_feed(self, kind: str, number: int) -> None:
        """Send the `number`th response of a feed of this kind."""
        status = {"500": 500, "loop": 302}.get(kind, 200)
        self.send_response(status)
        if kind == "gzip":
            self.send_header("Content-Encoding", "gzip")
        if kind == "loop":
            self.send_header("Location", self.path)
        self.end_headers()
        match kind:
            case "gzip":
                self.wfile.write(GZIP_BOMB)
            case "ampersands":
                self.wfile.write(AMPERSANDS)
            case "endless" | "drip" | "stalled":
                pause = {"endless": 0.0, "drip": 0.5, "stalled": 3600.0}[kind]
                while not self.server.closing.wait(pause):
                    self.wfile.write(b" " * (1 if kind == "drip" else 100_000))
            case "good":
                self.wfile.write(make_feed(self.path, number))

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def make_feed(path: str, number: int) -> bytes:
    """Return an RSS feed with the entries from `number` on."""
    items = "".join(
        f"<item><title>Apple (AAPL) profit rises, report {entry} of {path}</title><guid>{path}-{entry}</guid>"
        f"<description>&lt;p&gt;{'Sales of phones were up. ' * 10}&lt;/p&gt;</description></item>"
        for entry in range(number, number + ENTRIES)
    )
    return f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()


def run(feeds: int, hostile: int, *, interval: int, seconds: float) -> str:
    """Run `ingest` for `seconds`; returns the row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        environment = base_environment(Path(folder)) | {"SOURCE_ALLOWED_NETWORKS": "127.0.0.0/8"}
        site = Server(environment, 0, token="")
        assert site.manage("migrate", "-v0").returncode == 0
        server = FeedServer()
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        names = [f"{HOSTILE[number % len(HOSTILE)]}-{number}" for number in range(hostile)]
        names += [f"good-{number}" for number in range(feeds - hostile)]
        add_sources(site, names, f"http://127.0.0.1:{server.server_address[1]}", interval)
        log = Path(folder) / "log"
        with log.open("wb") as output:
            command = [sys.executable, str(ROOT / "manage.py"), "ingest"]
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=output)
        rss, peak = watch_memory(process.pid, seconds)
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        server.closing.set()
        server.shutdown()
        server.server_close()
        lines = log.read_text().splitlines()
    good = [line for line in lines if "event=source_polled" in line and "source=good-" in line]
    late = [float(match[1]) for line in good if (match := re.search(r" late=([\d.]+)", line))]
    items = sum(int(match[1]) for line in good if (match := re.search(r" created=(\d+)", line)))
    errors = sum("event=source_failed" in line for line in lines)
    p99 = quantiles(late, n=100)[98]
    cells = [feeds, hostile, len(late), f"{median(late):.2f}", f"{p99:.2f}", f"{max(late):.2f}", items, errors]
    return format_row([*cells, f"{rss:.0f}", f"{peak:.0f}"])


def add_sources(site: Server, names: list[str], url: str, interval: int) -> None:
    """Add enabled sources whose first polls are spread over an interval."""
    code = (
        "import json; from datetime import timedelta; from django.utils import timezone\n"
        "from news.models import Source\n"
        f"names = json.loads({json.dumps(names)!r})\n"
        "for number, name in enumerate(names):\n"
        f"    wait = timedelta(seconds=5 + {interval} * number / len(names))\n"
        f"    Source.objects.create(name=name, url='{url}/' + name, interval_seconds={interval},"
        " next_poll_at=timezone.now() + wait)\n"
    )
    process = site.manage("shell", "-c", code)
    assert process.returncode == 0, process.stderr


def watch_memory(pid: int, seconds: float) -> tuple[float, float]:
    """Return the resident MB of a process and its children after the first polls, and the peak within `seconds`."""
    started, first_mb, peak_mb = time.monotonic(), 0.0, 0.0
    while (elapsed := time.monotonic() - started) < seconds:
        children = [int(p) for task in Path(f"/proc/{pid}/task").glob("*/children") for p in load_text(task).split()]
        current_mb = sum(resident_mb(process_id) for process_id in [pid, *children])
        peak_mb = max(peak_mb, current_mb)
        first_mb = first_mb or (current_mb if elapsed > FIRST_POLLS_SECONDS else 0.0)
        time.sleep(0.05)
    return first_mb, peak_mb


def load_text(path: Path) -> str:
    """Return the text of a file, or '' if it no longer exists."""
    with suppress(OSError):
        return path.read_text()
    return ""


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process."""
    match = re.search(r"VmRSS:\s+(\d+)", load_text(Path(f"/proc/{pid}/status")))
    return int(match[1]) / 1024 if match else 0.0


def format_row(cells: list[object]) -> str:
    """Return a row of a Markdown table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--hostile", type=int, default=4, help="how many of the feeds (default: 4)")
    parser.add_argument("--interval", type=int, default=10, help="seconds between polls of a feed (default: 10)")
    parser.add_argument("--seconds", type=float, default=90, help="how long `ingest` runs, each time (default: 90)")
    options = parser.parse_args()
    print(format_row(COLUMNS), format_row(["---"] * len(COLUMNS)), sep="\n")
    for hostile in (0, options.hostile):
        print(run(options.feeds, hostile, interval=options.interval, seconds=options.seconds), flush=True)

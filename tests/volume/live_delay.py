"""Measure how long live events take at a server with a long log, alone and beside hostile readers of each kind.

Run as `python -m tests.volume.live_delay --items 1000000`, or `make test-volume`. Posts items as a user would, and
takes the time from an event's `timestamp`, which is that of its transaction, until a client has it. The database is
built once and kept in var/.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from common.time import utc_now
from tests.helpers.paths import ROOT
from tests.helpers.ports import free_port
from tests.helpers.server import Server, base_environment, migrate
from tests.helpers.sse import Stream
from tests.volume.database import TICKERS

READERS = 20
SECONDS = 20.0  # of measuring, for each kind of reader
POSTS_PER_SECOND = 10
GOAL_MS = 100.0
CACHE = ROOT / "var" / "volume"
PAGE = ROOT / "docs" / "performance.md"
HEADING = "## Live events beside hostile clients\n"


@dataclass(frozen=True, slots=True)
class Delays:
    """What one run measured, in milliseconds."""

    kind: str
    events: int
    p50: float
    p99: float
    longest: float
    post: float  # the median time of a post


def list_readers(head: str, now: datetime) -> dict[str, list[str]]:
    """Return the paths that each kind of hostile reader requests; `head` is the newest cursor."""
    generation = head.partition("-")[0]
    tail = f"{generation}-0"
    recent = (now - timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
    few, many = ",".join(TICKERS[:20]), ",".join(TICKERS[:100])
    start = (now - timedelta(days=30)).isoformat().replace("+00:00", "Z")

    def path(address: str, **query: str) -> str:
        return f"/api/v2/{address}?{urlencode(query)}"

    middle = f"{generation}-{int(head.split('-')[1]) // 2}"
    return {
        "stream, since= 5 minutes": [path("stream", since=recent)],
        "stream, replay from the tail": [path("stream", last_event_id=tail)],
        "stream, replay, 20 tickers": [path("stream", last_event_id=tail, tickers=few)],
        "stream, replay, 100 tickers": [path("stream", last_event_id=tail, tickers=many)],
        "past range, max": [path("stream", since=cursor, until=head, speed="max") for cursor in (tail, middle)],
        "past range, max, 20 tickers": [path("stream", since=tail, until=head, speed="max", tickers=few)],
        "past range, speed 1000": [path("stream", since=middle, until=head, speed="1000")],
        "events, pages": [path("events", after=cursor, limit="1000") for cursor in (tail, middle)],
        "events, pages, 20 tickers": [path("events", after=c, limit="1000", tickers=few) for c in (tail, middle)],
        "events, pages, 100 tickers": [path("events", after=c, limit="1000", tickers=many) for c in (tail, middle)],
        "items, q": ["/api/v2/items?q=nothing{n}&limit=1000"],
        "series, minutes of 20 tickers": [
            path("timeseries", tickers=few, resolution="1m", start=start, limit="1000"),
        ],
        "exports": [path("export"), path("export", format="csv", tickers=few)],
        "page, its list and totals": ["/", "/rows", "/snapshot", f"/?{urlencode({'tickers': ','.join(TICKERS[:6])})}"],
        "metrics, hours, 100 tickers": [path("metrics", hours="720", tickers=many), path("metrics", hours="8760")],
    }


def get_database(count: int) -> tuple[Path, str]:
    """Return a SQLite file with so many items, and an ingest token that it knows; builds it if there is none."""
    folder = CACHE / str(count)
    token = folder / "token"
    environment = base_environment(folder)
    if token.exists():  # built by this version or an earlier one
        migrated = Server(environment, port=0, token="").manage("migrate", "-v0")
        assert migrated.returncode == 0, migrated.stderr
    else:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        secret = migrate(environment["DATABASE_URL"], folder)
        subprocess.run(
            [sys.executable, "-m", "tests.volume.database", str(count)], env=environment, cwd=ROOT, check=True
        )
        token.write_text(secret)
    return folder / "site.sqlite3", token.read_text()


@contextmanager
def running_server(count: int, root: Path) -> Iterator[Server]:
    """Start the server of a checkout on a copy of the database."""
    database, token = get_database(count)
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        folder = Path(name)
        shutil.copy(database, folder)
        options = {"STREAM_MAX_CONNECTIONS": "1000", "STREAM_MAX_PER_ADDRESS": "1000"}
        server = Server(base_environment(folder) | options, free_port(), token, log=folder / "server.log")
        server.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(server.port)],
            env=server.environment,
            cwd=root,
            stderr=server.log.open("w"),
        )
        while not server._answers():
            time.sleep(0.1)
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def hostile_readers(server: Server, paths: list[str]) -> Iterator[None]:
    """Let READERS readers request the paths, in a process of their own."""
    arguments = ["-m", "tests.volume.hostile_readers", str(server.port), str(READERS), json.dumps(paths)]
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def measure(server: Server, kind: str, *, seconds: float) -> Delays:
    """Post items for some seconds, and return the delays with which a client got them."""
    delays: list[float] = []
    posted: list[str] = []
    with Stream(server.url) as stream:
        stream.receive_kinds("metrics")
        is_over = threading.Event()
        receiver = threading.Thread(target=_receive, args=[stream, delays, is_over])
        receiver.start()
        post_times = _post(server, posted, seconds=seconds)
        deadline = time.monotonic() + 60
        while len(delays) < len(posted) and time.monotonic() < deadline:
            time.sleep(0.05)
        is_over.set()
        receiver.join()
    assert len(delays) == len(posted), f"{kind}: {len(posted) - len(delays)} of {len(posted)} events did not arrive"
    p50, p99 = (statistics.quantiles(delays, n=100, method="inclusive")[index] for index in (49, 98))
    return Delays(kind, len(delays), p50, p99, max(delays), 1000 * statistics.median(post_times))


def _receive(stream: Stream, delays: list[float], is_over: threading.Event) -> None:
    while not is_over.is_set():
        stream.socket.settimeout(0.2)
        try:
            stream._raw += stream.socket.recv(1 << 16)
        except TimeoutError:
            continue
        now = utc_now()
        stream._unchunk()
        times = [datetime.fromisoformat(item.data["timestamp"]) for item in stream.items()[len(delays) :]]
        delays += [1000 * (now - appended_at).total_seconds() for appended_at in times]


def _post(server: Server, posted: list[str], *, seconds: float) -> list[float]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    began_at, times = time.monotonic(), []
    for number in range(int(seconds * POSTS_PER_SECOND)):
        time.sleep(max(0.0, began_at + number / POSTS_PER_SECOND - time.monotonic()))
        if time.monotonic() - began_at > 3 * seconds:
            break  # posts take so long that the events are few
        sent_at = time.monotonic()
        title = f"{TICKERS[number % 50]} lifts outlook {time.time_ns()} in round {number}"
        connection.request(
            "POST", "/api/v2/items", json.dumps({"title": title, "ticker": TICKERS[number % 50]}), headers
        )
        response = connection.getresponse()
        payload = json.loads(response.read())
        if response.status == 201:
            posted += payload["created"]
        times.append(time.monotonic() - sent_at)
    connection.close()
    return times


def run(count: int, root: Path, *, seconds: float, only: str) -> list[Delays]:
    """Measure alone and beside each kind of reader; returns a row for each."""
    rows = []
    with running_server(count, root) as server:
        head = server.call("/api/v2/stream/status")[1]["head"]
        kinds = {"none": []} | list_readers(head, utc_now())
        for kind, paths in kinds.items():
            if only not in kind and kind != "none":
                continue
            if not paths:
                measure(server, "warm-up", seconds=3)
                rows.append(measure(server, kind, seconds=seconds))
            else:
                with hostile_readers(server, paths):
                    time.sleep(3)
                    rows.append(measure(server, kind, seconds=seconds))
                time.sleep(6)  # what they asked for is stopped by then
            print(to_line(rows[-1]), flush=True)
    return rows


def to_line(row: Delays) -> str:
    """Return a row of the table."""
    return f"| {row.kind} | {row.events} | {row.p50:.0f} | {row.p99:.0f} | {row.longest:.0f} | {row.post:.0f} |"


def write_page(rows: list[Delays], count: int) -> None:
    """Replace the table of docs/performance.md."""
    before, _, after = PAGE.read_text().partition(HEADING)
    rest = after.partition("\n## ")[2]
    text = f"""
A log of {count:,} items on SQLite, one `serve`, {POSTS_PER_SECOND} posts a second, {READERS} clients of one kind at a
time that request without a pause (`make test-volume`). Milliseconds from the `timestamp` of an event until a client
has it; the goal is a p99 below {GOAL_MS:.0f}.

| clients beside | events | p50 | p99 | longest | median post |
|---|---|---|---|---|---|
"""
    table = "\n".join(map(to_line, rows))
    PAGE.write_text(before.rstrip("\n") + "\n\n" + HEADING + text + table + "\n" + (f"\n## {rest}" if rest else ""))


def main() -> None:
    """Measure, print the table, and write it to docs/ if that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--root", type=Path, default=ROOT, help="another checkout, whose server is measured")
    parser.add_argument("--only", default="", help="kinds of readers whose name contains this")
    parser.add_argument("--docs", action="store_true", help="write the table to docs/performance.md")
    options = parser.parse_args()
    rows = run(options.items, options.root, seconds=options.seconds, only=options.only)
    if options.docs:
        write_page(rows, options.items)
    if late := [row.kind for row in rows if row.p99 > GOAL_MS]:
        sys.exit(f"p99 above {GOAL_MS:.0f} ms beside: {', '.join(late)}")


if __name__ == "__main__":
    main()

"""Measure what it costs to take items into the log and to read metrics from it, and print tables.

`python -m benchmarks.storing [--small] [import|ingest|metrics ...]`; --small takes a tenth of the items, to try the
benchmark itself; named tables only are made.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.helpers.ports import free_port
from tests.helpers.server import Server, base_environment

TICKERS = [f"T{number:03d}" for number in range(500)]
MOODS = ["profit rises", "losses widen", "revenue misses estimates", "board to meet", "wins a large order"]
RUNS = 5
READS = 200
# Run by `manage.py shell`. The first transaction reads the lists of words and names.
INGEST = """
import json
import time
from news.ingest.pipeline import ingest_records

records = [json.loads(line) for line in open({path!r})]
ingest_records([{{"title": "Apple and Ford", "source": "warm-up"}}], source="bench")
began = time.perf_counter()
for first in range(0, len(records), {batch}):
    ingest_records(records[first : first + {batch}], source="bench")
print(len(records) / (time.perf_counter() - began))
"""


def main() -> None:
    """Measure each and print its table."""
    scale = 10 if "--small" in sys.argv else 1
    asked = set(sys.argv[1:]) - {"--small"} or {"import", "ingest", "metrics"}
    if "import" in asked:
        import_rates((10_000 // scale, TICKERS), (10_000 // scale, ["AAPL"]), (100_000 // scale, TICKERS))
    if "ingest" in asked:
        ingest_rates(1, 10, 100, 1_000)
    if "metrics" in asked:
        metrics_cost(1_000, 1_000_000 // scale)


def import_rates(*files: tuple[int, list[str]]) -> None:
    """Print items per second and peak memory of `import_items` for files of so many items over these tickers.

    Medians of RUNS.
    """
    print("\n| items | tickers | items/s | peak RSS, MB |\n|---|---|---|---|")
    for size, tickers in files:
        rates, peaks = [], []
        for _ in range(RUNS):
            with fresh_site() as server:
                path = write_items(Path(server.environment["HOME"]) / "items.jsonl", size, tickers)
                peak, answer = run_measured(server, "import_items", str(path))
                peaks.append(peak / 1024)
                rates.append(size / float(answer.rpartition("seconds=")[2]))
        figures = f"{statistics.median(rates):,.0f} | {statistics.median(peaks):.0f}"
        print(f"| {size:,} | {len(tickers)} | {figures} |", flush=True)


def ingest_rates(*batches: int) -> None:
    """Print items per second of the whole ingest path for transactions of these sizes; medians of RUNS.

    Records in, items committed: checked, looked up among those told before, scored, counted. Without reading files.
    """
    print("\n| items in a transaction | items/s | ms for a transaction |\n|---|---|---|")
    for batch in batches:
        rates = []
        for _ in range(RUNS):
            with fresh_site() as server:
                path = write_items(Path(server.environment["HOME"]) / "items.jsonl", min(5_000, 300 * batch))
                script = INGEST.format(path=str(path), batch=batch)
                rates.append(float(server.manage("shell", "-v0", "-c", script).stdout))
        rate = statistics.median(rates)
        print(f"| {batch:,} | {rate:,.0f} | {1000 * batch / rate:.1f} |", flush=True)


def metrics_cost(*sizes: int) -> None:
    """Print the median time of one `GET /api/v2/metrics` and of a stream's opening for logs of these sizes."""
    print("\n| items over 500 tickers | GET /api/v2/metrics, ms | with hours=24, ms | stream to its snapshot, ms |")
    print("|---|---|---|---|")
    for size in sizes:
        with fresh_site() as server:
            path = write_items(Path(server.environment["HOME"]) / "items.jsonl", size)
            run_measured(server, "import_items", str(path))
            server.start()
            url = server.url
            all_time = median_ms(lambda url=url: read(f"{url}/api/v2/metrics"))
            a_day = median_ms(lambda url=url: read(f"{url}/api/v2/metrics?hours=24"))
            opening = median_ms(lambda url=url: read_opening(f"{url}/api/v2/stream"))
            server.kill()
            print(f"| {size:,} | {all_time:.1f} | {a_day:.1f} | {opening:.1f} |", flush=True)


@contextmanager
def fresh_site() -> Iterator[Server]:
    """Give a site with an empty database, not started."""
    with tempfile.TemporaryDirectory() as folder:
        environment = base_environment(Path(folder)) | {"HOME": folder}
        server = Server(environment, free_port(), token="", log=Path(folder) / "server.log")
        assert server.manage("migrate", "-v0").returncode == 0
        yield server


def write_items(path: Path, count: int, among: list[str] = TICKERS) -> Path:
    """Write `count` distinct headlines as JSONL, the same ones each time.

    A fifth of them name two or three of the tickers they are spread over, where there are as many.
    """
    chance = random.Random(1)
    with path.open("w") as file:
        for number in range(count):
            title = f"Company {number} {chance.choice(MOODS)} in quarter {number % 97}"
            named = chance.choices([1, 2, 3], [8, 1, 1])[0]
            tickers = chance.sample(among, min(named, len(among)))
            file.write(json.dumps({"title": title, "tickers": tickers, "source": "wire"}) + "\n")
    return path


def run_measured(server: Server, *arguments: str) -> tuple[int, str]:
    """Run a management command and return its peak resident memory in KB and what it printed."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        env=server.environment,
        stdout=subprocess.PIPE,
        text=True,
        stderr=subprocess.DEVNULL,
    )
    answer = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, arguments
    return usage.ru_maxrss, answer


def median_ms(call: object) -> float:
    """Return the median duration of READS calls in milliseconds."""
    times = []
    for _ in range(READS):
        began = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def read(url: str) -> bytes:
    """Return the body of one GET."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read()


def read_opening(url: str) -> None:
    """Open a stream, wait for its metrics, and leave."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        while answer.readline() != b"event: metrics\n":
            pass


if __name__ == "__main__":
    main()

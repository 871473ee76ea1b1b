"""Measure the ingestion of items and the reading of metrics, and print tables.

`python -m benchmarks.storing [--small] [import|ingest|metrics ...]`: `--small` uses a tenth of the items, to test the
benchmark itself. Without names, all tables are printed.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from benchmarks.sites import fresh_site
from tests.helpers.server import Server

TICKERS = [f"T{number:03d}" for number in range(500)]
TITLE_ENDINGS = ["profit rises", "losses widen", "revenue misses estimates", "board to meet", "wins a large order"]
RUNS = 5
REQUESTS = 200
# Run by `manage.py shell`. The first transaction loads the lists of words and names.
INGEST = """
import json
import time
from news.ingest.pipeline import ingest_records

records = [json.loads(line) for line in open({path!r})]
ingest_records([{{"title": "Apple and Ford", "source": "warm-up"}}], source="bench")
started = time.perf_counter()
for first in range(0, len(records), {batch}):
    ingest_records(records[first : first + {batch}], source="bench")
print(len(records) / (time.perf_counter() - started))
"""


def main() -> None:
    """Print the named tables, or all."""
    scale = 10 if "--small" in sys.argv else 1
    tables = set(sys.argv[1:]) - {"--small"} or {"import", "ingest", "metrics"}
    if "import" in tables:
        import_rates((10_000 // scale, TICKERS), (10_000 // scale, ["AAPL"]), (100_000 // scale, TICKERS))
    if "ingest" in tables:
        ingest_rates(1, 10, 100, 1_000)
    if "metrics" in tables:
        metrics_cost(1_000, 1_000_000 // scale)


def import_rates(*files: tuple[int, list[str]]) -> None:
    """Print items per second and peak memory of `import_items`, medians of RUNS.

    Each of `files` is the number of items and the tickers they name.
    """
    print("\n| items | tickers | items/s | peak RSS, MB |\n|---|---|---|---|")
    for size, tickers in files:
        rates, peaks = [], []
        for _ in range(RUNS):
            with fresh_site() as server:
                path = write_items(Path(server.environment["HOME"]) / "items.jsonl", size, tickers)
                peak_kilobytes, output = run_measured(server, "import_items", str(path))
                peaks.append(peak_kilobytes / 1024)
                rates.append(size / float(output.rpartition("seconds=")[2]))
        rate, peak = statistics.median(rates), statistics.median(peaks)
        print(f"| {size:,} | {len(tickers)} | {rate:,.0f} | {peak:.0f} |", flush=True)


def ingest_rates(*batches: int) -> None:
    """Print items per second of the ingest pipeline for transactions of these sizes, medians of RUNS.

    The pipeline validates, deduplicates, scores, inserts and counts the items. Reading the file is not included.
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
    """Print the median time of `GET /api/v2/metrics` and of opening a stream, for logs of these sizes."""
    print("\n| items over 500 tickers | GET /api/v2/metrics, ms | with hours=24, ms | stream to its snapshot, ms |")
    print("|---|---|---|---|")
    for size in sizes:
        with fresh_site() as server:
            path = write_items(Path(server.environment["HOME"]) / "items.jsonl", size)
            run_measured(server, "import_items", str(path))
            server.start()
            url = server.url
            all_time = median_ms(lambda url=url: fetch(f"{url}/api/v2/metrics"))
            a_day = median_ms(lambda url=url: fetch(f"{url}/api/v2/metrics?hours=24"))
            opening = median_ms(lambda url=url: fetch_first_metrics(f"{url}/api/v2/stream"))
            server.kill()
            print(f"| {size:,} | {all_time:.1f} | {a_day:.1f} | {opening:.1f} |", flush=True)


def write_items(path: Path, count: int, tickers: list[str] = TICKERS) -> Path:
    """Write `count` distinct headlines as JSONL, the same each time; returns `path`.

    A fifth of them name two or three of `tickers`, the others one.
    """
    random_source = random.Random(1)
    with path.open("w") as file:
        for number in range(count):
            title = f"Company {number} {random_source.choice(TITLE_ENDINGS)} in quarter {number % 97}"
            ticker_count = random_source.choices([1, 2, 3], [8, 1, 1])[0]
            item_tickers = random_source.sample(tickers, min(ticker_count, len(tickers)))
            file.write(json.dumps({"title": title, "tickers": item_tickers, "source": "wire"}) + "\n")
    return path


def run_measured(server: Server, *arguments: str) -> tuple[int, str]:
    """Run a management command; returns its peak resident memory in KB and its output."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        env=server.environment,
        stdout=subprocess.PIPE,
        text=True,
        stderr=subprocess.DEVNULL,
    )
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, arguments
    return usage.ru_maxrss, output


def median_ms(call: object) -> float:
    """Return the median duration of REQUESTS calls in milliseconds."""
    milliseconds = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        call()
        milliseconds.append(1000 * (time.perf_counter() - started))
    return statistics.median(milliseconds)


def fetch(url: str) -> bytes:
    """Return the body of a GET."""
    with urllib.request.urlopen(url, timeout=30) as response:
        return response.read()


def fetch_first_metrics(url: str) -> None:
    """Open a stream, wait for its first metrics and close it."""
    with urllib.request.urlopen(url, timeout=30) as response:
        while response.readline() != b"event: metrics\n":
            pass


if __name__ == "__main__":
    main()

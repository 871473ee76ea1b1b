"""Ingest items in a separate process, as `manage.py ingest` does, with titles that `load.c` parses.

Reads lines `FIRST COUNT`, commits each as one batch and prints the seconds it took. The arguments are tickers, which
the items carry in turn.
"""

import sys
import time

import django

django.setup()

from benchmarks.events import make_title  # noqa: E402 - needs Django set up
from news.ingest.pipeline import ingest  # noqa: E402
from news.ingest.validation import parse_headline  # noqa: E402

TICKERS = sys.argv[1:] or ["AAPL"]

for line in sys.stdin:
    first, count = map(int, line.split())
    started = time.perf_counter()
    records = [
        {"title": make_title(number), "ticker": TICKERS[number % len(TICKERS)]}
        for number in range(first, first + count)
    ]
    ingest([parse_headline(record, source="bench") for record in records])
    print(time.perf_counter() - started, flush=True)

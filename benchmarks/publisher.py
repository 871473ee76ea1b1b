"""Ingest items in a process of its own, as `manage.py ingest` does, and stamp them for `load.c`.

Each line of the input, `FIRST COUNT`, is a batch to make and commit; each is answered with the seconds that took. The
arguments are tickers, which the items carry in turn.
"""

import sys
import time

import django

django.setup()

from benchmarks.servers import title_of  # noqa: E402 - Django has to be set up
from news.ingest.pipeline import ingest  # noqa: E402
from news.ingest.validation import parse_headline  # noqa: E402

TICKERS = sys.argv[1:] or ["AAPL"]

for line in sys.stdin:
    first, count = map(int, line.split())
    began = time.perf_counter()
    records = [
        {"title": title_of(number), "ticker": TICKERS[number % len(TICKERS)]} for number in range(first, first + count)
    ]
    ingest([parse_headline(record, source="bench") for record in records])
    print(time.perf_counter() - began, flush=True)

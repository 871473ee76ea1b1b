"""Ingest items in a process of its own, as `manage.py ingest` does, and stamp them for `load.c`.

Each line of the input, `FIRST COUNT`, is a batch to make and commit; each is answered with the seconds that took.
"""

import sys
import time

import django

django.setup()

from benchmarks.servers import title_of  # noqa: E402 - Django has to be set up
from news.headline import read_headline  # noqa: E402
from news.ingest import ingest  # noqa: E402

for line in sys.stdin:
    first, count = map(int, line.split())
    began = time.perf_counter()
    titles = [title_of(number) for number in range(first, first + count)]
    ingest([read_headline({"title": title, "ticker": "AAPL"}, source="bench") for title in titles])
    print(time.perf_counter() - began, flush=True)

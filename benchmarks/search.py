"""Measure searches in a long log: pages of 20 items for words that are rare, frequent, or in no item.

`python -m benchmarks.search [--items 1000000]` uses the SQLite database of `tests.volume.live_delay`, built once and
kept in var/. With DATABASE_URL, that database: it is migrated and filled if it is empty.

CPU time is that of this process and, on PostgreSQL, of its server process; on a machine with other load it tells more
than the duration.
"""

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.volume.database import TICKERS, WORDS, build
from tests.volume.live_delay import get_database

REPEATS = 50  # of each kind of search, each with other words
LIMIT = 20


def make_searches(dice: random.Random, count: int) -> dict[str, Callable[[], dict[str, Any]]]:
    """Return the kinds of searches. A title has a ticker, six of 21 words (each is in 29 % of titles), and a number."""

    def words(number: int) -> list[str]:
        return dice.sample(WORDS, number)

    def number() -> str:
        return str(dice.randint(1, count))

    def ticker() -> str:
        return TICKERS[int(len(TICKERS) * dice.random() ** 3)]

    return {
        "no such word": lambda: {"q": f"nothing{number()}"},
        "no such prefix": lambda: {"q": f"xq{number()[:2]}*"},
        "rare word": lambda: {"q": number()},
        "rare prefix": lambda: {"q": f"{number()[:5]}*"},
        "frequent prefix": lambda: {"q": f"{words(1)[0][:2]}*"},
        "word of one item in 500": lambda: {"q": ticker()},
        "frequent word": lambda: {"q": words(1)[0]},
        "four frequent words": lambda: {"q": " ".join(words(4))},
        "phrase of two frequent words": lambda: {"q": f'"{" ".join(words(2))}"'},
        "frequent word without another": lambda: {"q": "{} -{}".format(*words(2))},
        "frequent and rare word": lambda: {"q": f"{words(1)[0]} {number()}"},
        "seven frequent words, in no item": lambda: {"q": " ".join(words(7))},
        "phrase of four, in few items": lambda: {"q": f'"{" ".join(words(4))}"'},
        "frequent word of a rare ticker": lambda: {"q": words(1)[0], "tickers": [TICKERS[-1]]},
        "frequent word of a sentiment": lambda: {"q": words(1)[0], "sentiment": "positive"},
        "frequent word of no source": lambda: {"q": words(1)[0], "source": "none"},
    }


def search(q: str, **filters: Any) -> int:
    """Return the number of items on the first page."""
    from news.search.item_query import ItemQuery, select_item_page
    from news.search.words import parse_search

    return len(select_item_page(ItemQuery(search=parse_search(q), **filters), limit=LIMIT).items)


def get_server_cpu() -> Callable[[], float]:
    """Return a function for the CPU seconds of the database's process for this connection; 0 for SQLite."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return lambda: 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        path = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return lambda: int(path.read_text().split()[0]) / 1e9


def measure(searches: dict[str, Callable[[], dict[str, Any]]]) -> Iterator[tuple[str, float, list[float], list[float]]]:
    """Yield for each kind the mean number of items, CPU milliseconds and durations in milliseconds of its searches."""
    server_cpu = get_server_cpu()
    search("warm-up")
    for kind, make in searches.items():
        matches, cpus, walls = [], [], []
        for _ in range(REPEATS):
            query = make()
            wall, cpu = time.perf_counter(), time.process_time() + server_cpu()
            matches.append(search(**query))
            walls.append(1000 * (time.perf_counter() - wall))
            cpus.append(1000 * (time.process_time() + server_cpu() - cpu))
        yield kind, statistics.mean(matches), cpus, walls


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=int, default=1_000_000)
    options = parser.parse_args()
    if "DATABASE_URL" not in os.environ:
        os.environ["DATABASE_URL"] = f"sqlite:///{get_database(options.items)[0]}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentiment_site.settings")
    os.environ.setdefault("SECRET_KEY", "a-key-for-tests-of-thirty-two-characters-or-more")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from news.models import Item

    if not Item.objects.exists():
        build(options.items)
    print("| search | items | CPU, ms: p50 | p99 | greatest | duration, ms: p50 | p99 |\n|---|---|---|---|---|---|---|")
    for kind, matches, cpus, walls in measure(make_searches(random.Random(1), options.items)):
        (cpu_50, cpu_99), (wall_50, wall_99) = (
            [statistics.quantiles(values, n=100, method="inclusive")[index] for index in (49, 98)]
            for values in (cpus, walls)
        )
        print(
            f"| {kind} | {matches:.1f} | {cpu_50:.1f} | {cpu_99:.1f} | {max(cpus):.1f}"
            f" | {wall_50:.1f} | {wall_99:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()

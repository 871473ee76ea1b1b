"""`manage.py serve` over a log that is made up in memory, faster than a database could write it.

`python -m benchmarks.in_memory_log PUBLISH_PORT [what serve takes]`: each line `FIRST COUNT` that is sent to
PUBLISH_PORT appends so many items. All from the tail on is the product's: encoding, topics, rings, connections.
"""

import os
import sys
import threading
from socket import create_server
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentiment_site.settings")
django.setup(set_prefix=False)

import news.log.reader  # noqa: E402
import news.metrics.queries  # noqa: E402 - Django has to be set up
from benchmarks.servers import title_of  # noqa: E402
from common.time import utc_now  # noqa: E402
from news.models import Item, LogHead  # noqa: E402

EPOCH = "aaaaaa"
KEPT = 200_000  # items; no tail is so far behind


class MadeUpLog:
    """A log in memory, read as `news.log.reader` reads the database."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.dropped = 0  # from the beginning

    def append(self, first: int, count: int) -> None:
        """Append items, numbered from `first`."""
        self.items.extend(make_item(number) for number in range(first, first + count))
        if len(self.items) > 2 * KEPT:
            del self.items[:KEPT]
            self.dropped += KEPT

    def get_head(self) -> LogHead:
        """Return the end of the log."""
        return LogHead(generation=EPOCH, seq=self.dropped + len(self.items))

    def select_items(
        self, after: int, *, upto: int = sys.maxsize, limit: int = news.log.reader.LOG_PAGE_ITEMS, **_: Any
    ) -> list[Item]:
        """Return the next items after a place, up to another."""
        return self.items[max(0, after - self.dropped) : min(after + limit, upto) - self.dropped]

    def read_metrics(self, *_: Any, **__: Any) -> news.metrics.queries.Metrics:
        """Return metrics that count nothing."""
        return news.metrics.queries.Metrics(EPOCH, self.read_head().seq)


def make_item(number: int) -> Item:
    """Return an item like those of the database."""
    return Item(
        item_id=f"00000000-0000-7000-8000-{number:012}",
        seq=number,
        title=title_of(number),
        source="bench",
        tickers=["AAPL"],
        sentiment="neutral",
        score=0.5,
        appended_at=utc_now(),
    )


log = MadeUpLog()
# Before anybody imports them from there.
news.log.reader.get_head, news.log.reader.select_items = log.get_head, log.select_items
news.metrics.queries.get_metrics = log.read_metrics

from django.core.management import execute_from_command_line  # noqa: E402

from streaming.broker import tailer  # noqa: E402


def append_as_told(port: int) -> None:
    """Append what each line that comes asks for, and ring the bell."""
    with create_server(("127.0.0.1", port)) as listener, listener.accept()[0].makefile() as lines:
        for line in lines:
            first, count = map(int, line.split())
            log.append(first, count)
            for loop, follower in [*tailer._tails.items()]:
                loop.call_soon_threadsafe(follower._wakeup.set)


if __name__ == "__main__":
    threading.Thread(target=append_as_told, args=(int(sys.argv[1]),), daemon=True).start()
    execute_from_command_line(["manage.py", "serve", *sys.argv[2:]])

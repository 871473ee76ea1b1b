"""Run `manage.py serve` over a log in memory, which grows faster than a database can be written.

`python -m benchmarks.in_memory_log PUBLISH_PORT [options of serve]`: each line `FIRST COUNT` sent to PUBLISH_PORT
appends COUNT items. Everything from the tailer on is the code of the site: encoding, topics, rings, connections.
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
import news.metrics.queries  # noqa: E402 - needs Django set up
from benchmarks.events import make_title  # noqa: E402
from common.time import utc_now  # noqa: E402
from news.models import Item, LogHead  # noqa: E402

GENERATION = "aaaaaa"
MIN_KEPT_ITEMS = 200_000  # no tailer is this far behind


class InMemoryLog:
    """A log in memory with the functions of `news.log.reader`."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.dropped = 0  # number of items deleted from the start

    def append(self, first: int, count: int) -> None:
        """Append items, numbered from `first`."""
        self.items.extend(make_item(number) for number in range(first, first + count))
        if len(self.items) > 2 * MIN_KEPT_ITEMS:
            del self.items[:MIN_KEPT_ITEMS]
            self.dropped += MIN_KEPT_ITEMS

    def get_head(self) -> LogHead:
        """Return the end of the log."""
        return LogHead(generation=GENERATION, seq=self.dropped + len(self.items))

    def select_states_after(
        self, after: int, *_: Any, up_to: int | None = None, limit: int = news.log.reader.LOG_PAGE_ITEMS, **__: Any
    ) -> list[Item]:
        """Return at most `limit` items with `after` < seq <= `up_to`."""
        return self.items[max(0, after - self.dropped) : min(after + limit, up_to or sys.maxsize) - self.dropped]

    def get_metrics(self, *_: Any, **__: Any) -> news.metrics.queries.Metrics:
        """Return metrics of zero items."""
        return news.metrics.queries.Metrics(GENERATION, self.get_head().seq)


def make_item(number: int) -> Item:
    """Return an item like those of the database."""
    now = utc_now()
    return Item(
        item_id=f"00000000-0000-7000-8000-{number:012}",
        seq=number,
        title=make_title(number),
        source="bench",
        tickers=["AAPL"],
        sentiment="neutral",
        score=0.5,
        published_at=now,
        first_appended_at=now,
        appended_at=now,
    )


log = InMemoryLog()
# Replaced before other modules import them from there.
news.log.reader.get_head, news.log.reader.select_states_after = log.get_head, log.select_states_after
news.log.reader.select_values = log.select_states_after
news.metrics.queries.get_metrics = log.get_metrics

from django.core.management import execute_from_command_line  # noqa: E402

from streaming.broker import service  # noqa: E402


def serve_appends(port: int) -> None:
    """Append the items of each received line, and wake every tailer."""
    with create_server(("127.0.0.1", port)) as listener, listener.accept()[0].makefile() as lines:
        for line in lines:
            first, count = map(int, line.split())
            log.append(first, count)
            for loop, stream_service in [*service._services.items()]:
                loop.call_soon_threadsafe(stream_service._tailer.wake)


if __name__ == "__main__":
    threading.Thread(target=serve_appends, args=(int(sys.argv[1]),), daemon=True).start()
    execute_from_command_line(["manage.py", "serve", *sys.argv[2:]])

"""Read the log in pages for those who are behind: each page once, however many of them need it at about the same time.

After an outage everybody comes back at once, from nearly the same place. Were each to read for itself, the reading
would take longer than the ring lasts, and nobody would ever catch up.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import DatabaseError

from news.log.cursor import Cursor
from news.log.reader import get_head, select_items
from streaming.broker.hub import StreamFilter
from streaming.protocol.events import item_event

PAGE_ITEMS = 100
PAGES_KEPT = 32
MAX_CONCURRENT_READS = 4  # so that a crowd that comes back doesn't hold up what everybody else waits for
RETRY_SECONDS = 1.0
WITH_HEADLINE = "headline"

Read = Callable[..., Awaitable[Any]]
Key = tuple[StreamFilter, str, int, int]  # an interest, an epoch, and the places between which the page lies
logger = structlog.get_logger(__name__)


class CursorExpired(Exception):
    """What was to be replayed has been trimmed from the log."""


@dataclass(frozen=True, slots=True)
class ReplayPage:
    """Some items' places and frames, the place that they reach, and the one up to which some may be missing."""

    events: list[tuple[int, bytes]]
    end_seq: int
    min_seq: int


class Replay:
    """The pages read last. `read` runs a function on the thread that may read the database."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._pages: OrderedDict[Key, asyncio.Task[ReplayPage]] = OrderedDict()
        self._read_slots = asyncio.Semaphore(MAX_CONCURRENT_READS)

    async def get_page(self, seen: Cursor, here: Cursor, interest: StreamFilter) -> tuple[bytes, Cursor]:
        """Return the next items of an interest after `seen`, up to `here`, as one chunk, and the cursor it reaches.

        Waits while the database can't be read. Errors: Expired.
        """
        begin, end = seen.seq, here.seq
        if not interest.tickers:
            # All pages begin at round places, so that who comes from another place needs the same pages. With a filter
            # that would mean to look at everything that lies between.
            begin -= begin % PAGE_ITEMS
            end = min(end, begin + PAGE_ITEMS)
        key = (interest, here.generation, begin, end)
        if key not in self._pages:
            self._pages[key] = asyncio.ensure_future(self._fetch(key))
            while len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
        # Shielded: who leaves must not take the page from the others.
        page = await asyncio.shield(self._pages[key])
        if page.min_seq > seen.seq:
            raise CursorExpired
        return b"".join(frame for place, frame in page.events if place > seen.seq), Cursor(
            here.generation, page.end_seq
        )

    async def _fetch(self, key: Key) -> ReplayPage:
        while True:
            try:
                async with self._read_slots:
                    page: ReplayPage = await self._read(_load_page, *key)
                    return page
            except DatabaseError as error:
                logger.error("replay_unreadable", error=str(error), retry_seconds=RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:
                self._pages.pop(key, None)  # who asks next may fare better
                raise

    def stop(self) -> None:
        """Stop reading."""
        for page in self._pages.values():
            page.cancel()


def _load_page(interest: StreamFilter, epoch: str, begin: int, end: int) -> ReplayPage:
    items = select_items(begin, upto=end, tickers=interest.tickers, limit=PAGE_ITEMS)
    with_headline = interest.include == WITH_HEADLINE
    frames = [(item.seq, item_event(item, epoch, with_headline=with_headline).encode()) for item in items]
    # The floor last: what was trimmed while the items were read is below it.
    return ReplayPage(frames, items[-1].seq if len(items) == PAGE_ITEMS else end, get_head().min_seq)

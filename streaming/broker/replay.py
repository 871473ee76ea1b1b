"""Replay the log in pages to clients that are behind; clients at nearly the same position share each page.

After an outage, all clients resume at about the same position. If each read the log for itself, reading would take
longer than the ring lasts, and none of them would catch up.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import structlog
from django.db import Error

from common.database import is_unavailable
from news.log.cursor import Cursor
from news.log.reader import get_head
from streaming.broker.counters import EventCount, sum_counts
from streaming.broker.filters import StreamFilter

REPLAY_PAGE_ITEMS = 250
MAX_CACHED_PAGES = 16
MAX_CONCURRENT_READS = 2  # so that many resuming clients leave threads to other requests
RETRY_SECONDS = 1.0

Read = Callable[..., Awaitable[Any]]
Result = TypeVar("Result")
# Filter, generation, seq after which the page begins, and seq up to which it goes; None: REPLAY_PAGE_ITEMS items.
PageKey = tuple[StreamFilter, str, int, int | None]
logger = structlog.get_logger(__name__)


class CursorExpired(Exception):
    """Items after the cursor were trimmed from the log."""


class ReplayEvent(NamedTuple):
    """An encoded event and its name, the seq of its state, and when that was appended, in Unix seconds."""

    seq: int
    appended_at: float
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ReplayPage:
    """The events of some states, and the seq that the page reaches.

    `min_seq` is the newest seq that was trimmed: states up to it may be missing.
    """

    events: list[ReplayEvent]
    end_seq: int
    min_seq: int


class ReplayChunk(NamedTuple):
    """Consecutive events as one chunk, the cursor that they reach, and what they are, for the counters."""

    data: bytes
    cursor: Cursor
    counts: tuple[EventCount, ...]


class ReplayCache:
    """A cache of pages. `read` runs a function with arguments on a thread that may use the database.

    concurrent_reads: the number of reads that run at once.
    """

    def __init__(self, read: Read, *, concurrent_reads: int = MAX_CONCURRENT_READS) -> None:
        self._read = read
        self._pages: OrderedDict[PageKey, asyncio.Task[ReplayPage]] = OrderedDict()
        self._waiting: Counter[asyncio.Task[ReplayPage]] = Counter()  # clients
        self._read_slots = asyncio.Semaphore(concurrent_reads)
        self.invalidations = 0  # times that the pages were dropped

    async def get_next_chunk(self, after: Cursor, up_to: Cursor, stream_filter: StreamFilter) -> ReplayChunk:
        """Return the next events after one cursor, up to another.

        Waits while the database can't be read. Errors: CursorExpired.
        """
        events, end = await self.get_events(after, up_to, stream_filter)
        return ReplayChunk(b"".join(event.data for event in events), end, count_events(events))

    async def get_events(
        self, after: Cursor, up_to: Cursor, stream_filter: StreamFilter
    ) -> tuple[list[ReplayEvent], Cursor]:
        """Return what `get_next_chunk` does, event by event."""
        begin = after.seq
        end: int | None = up_to.seq
        if not stream_filter.has_conditions:
            # Unfiltered pages start at multiples of the page size, so that clients share them. Aligning a filtered page
            # would mean reading everything in between. Only a page near the head of the log, which grows, has an end
            # seq: one without skips historical items, however many.
            begin -= begin % REPLAY_PAGE_ITEMS
            end = up_to.seq if up_to.seq <= begin + REPLAY_PAGE_ITEMS else None
        key = (stream_filter, up_to.generation, begin, end)
        if key not in self._pages:
            self._pages[key] = asyncio.ensure_future(self._load(key))
            while len(self._pages) > MAX_CACHED_PAGES:
                self._pages.popitem(last=False)
        page = await self._wait_for(key)
        if page.min_seq > after.seq:
            raise CursorExpired
        events = [event for event in page.events if after.seq < event.seq <= up_to.seq]
        return events, Cursor(up_to.generation, min(page.end_seq, up_to.seq))

    async def run_read(self, function: Callable[..., Result], *args: Any) -> Result:
        """Run a database read in turn with those of pages. Waits while the database is unavailable.

        Errors: what the function raises otherwise.
        """
        while True:
            try:
                async with self._read_slots:
                    result: Result = await self._read(function, *args)
                    return result
            except Error as error:
                if not is_unavailable(error):
                    raise
                logger.error("replay_read_failed", error=str(error), retry_seconds=RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)

    async def _wait_for(self, key: PageKey) -> ReplayPage:
        """Return a page when it is read. A client that leaves cancels it unless others wait for it."""
        page = self._pages[key]
        self._waiting[page] += 1
        try:
            return await asyncio.shield(page)
        except asyncio.CancelledError:
            if self._waiting[page] == 1 and self._pages.get(key) is page:
                del self._pages[key]
                page.cancel()
            raise
        finally:
            self._waiting[page] -= 1
            if not self._waiting[page]:
                del self._waiting[page]

    def invalidate(self) -> None:
        """Drop the pages, so that they are read again. Clients that wait for one still get it."""
        self._pages.clear()
        self.invalidations += 1

    def stop(self) -> None:
        """Cancel all reads."""
        for page in self._pages.values():
            page.cancel()

    async def _load(self, key: PageKey) -> ReplayPage:
        try:
            return await self.run_read(_select_page, *key)
        except Exception:
            self._pages.pop(key, None)  # the next request reads the page again
            raise


def count_events(events: Iterable[ReplayEvent]) -> tuple[EventCount, ...]:
    """Return the number and bytes of events by name."""
    return sum_counts((event.name, len(event.data)) for event in events)


def _select_page(stream_filter: StreamFilter, generation: str, begin: int, end: int | None) -> ReplayPage:
    end = get_head().seq if end is None else end
    states = stream_filter.select_event_states(begin, up_to=end, limit=REPLAY_PAGE_ITEMS)
    events = []
    for state in states:
        event = stream_filter.make_item_event(state, generation)
        events.append(ReplayEvent(state.seq, state.appended_at.timestamp(), event.name, event.encode()))
    # `min_seq` is read last: what was trimmed while the states were read is below it.
    return ReplayPage(events, states[-1].seq if len(states) == REPLAY_PAGE_ITEMS else end, get_head().min_seq)

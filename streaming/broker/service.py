"""The streaming service of one process: hub, tailer, connection limits, replay, open streams and database threads.

This module imports no extension. Extensions register themselves: `register_item_listener` for what happens to new
items (django-eventstream's listeners), `register_background_task` for what runs beside the streams (statistics).
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from itertools import count
from random import uniform
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import structlog
from django.conf import settings
from django.db import Error

from accounts.grants import find_revoked
from common.database import is_unavailable
from common.kept_answers import clear_all
from common.supervision import TaskHealth, repeat, supervise
from common.time import utc_now
from news.log.cursor import Cursor
from news.log.notify import listen
from news.log.reader import LoggedState
from streaming.broker.connection_limits import ConnectionLimiter
from streaming.broker.db_executor import DBExecutor, Result
from streaming.broker.filters import HEADLINE, StreamFilter
from streaming.broker.handles import StreamHandle
from streaming.broker.hub import Hub
from streaming.broker.replay import ReplayCache
from streaming.broker.tailer import InitialSnapshot, Tailer
from streaming.broker.topics import Subscriber
from streaming.protocol.events import make_heartbeat_event
from streaming.workers.membership import WORKER

CLOSE_CHECK_SECONDS = 1.0
GRANT_CHECK_ROUNDS = 2  # each grant is checked every so many rounds of the grant check
REQUEST_READ_THREADS = 4
PLAYBACK_CONCURRENT_READS = 1  # at once, of all playbacks together
MAX_WAITING_READS = 100
CLOSE_SECONDS = 2.0  # how long `stop` waits for the database threads, which a database that does not answer keeps

logger = structlog.get_logger(__name__)


class ListedStream(Protocol):
    """What the service lists of an open stream; `streaming.http.stream` has the real ones."""

    number: int  # within this process
    opened_at: float  # monotonic seconds
    handle: StreamHandle

    @property
    def lag(self) -> int:
        """Number of pending events."""

    def describe(self, now: float) -> dict[str, Any]:
        """Return what the admin shows of the stream at `now` (monotonic seconds)."""


ItemListener = Callable[[Sequence[LoggedState]], None]
BackgroundTask = Callable[["StreamService"], Coroutine[Any, Any, None]]

_item_listeners: dict[str, ItemListener] = {}
_background_tasks: dict[str, BackgroundTask] = {}
_services: WeakKeyDictionary[asyncio.AbstractEventLoop, "StreamService"] = WeakKeyDictionary()


def register_item_listener(name: str, listener: ItemListener) -> None:
    """Call `listener` with each page of new items in the services that `get_service` makes."""
    _item_listeners[name] = listener


def register_background_task(name: str, task: BackgroundTask) -> None:
    """Run `task` in the services that `get_service` makes, from their start until it returns or is cancelled.

    One that fails is logged by name and started again; `/health/ready` reports it while it keeps failing.
    """
    _background_tasks[name] = task


def get_service() -> "StreamService":
    """Return the service of the running event loop; the first call makes it."""
    loop = asyncio.get_running_loop()
    if loop not in _services:
        _services[loop] = StreamService(item_listeners=_item_listeners, tasks=_background_tasks)
    return _services[loop]


def get_services() -> list["StreamService"]:
    """Return the services of all event loops of this process, including ended ones."""
    return [*_services.values()]


async def stop_service() -> None:
    """Stop the service of the running event loop, if there is one; `get_service` then makes a new one."""
    service = _services.pop(asyncio.get_running_loop(), None)
    if service is not None:
        await service.stop()


class StreamService:
    """Everything that the open streams of one event loop share."""

    def __init__(
        self, *, item_listeners: Mapping[str, ItemListener] = {}, tasks: Mapping[str, BackgroundTask] = {}
    ) -> None:
        self.hub = Hub(ring_size=settings.STREAM_RING_FRAMES)
        self.limiter = ConnectionLimiter(
            limit=settings.STREAM_MAX_CONNECTIONS,
            per_address=settings.STREAM_MAX_PER_ADDRESS,
            playbacks_per_address=settings.STREAM_MAX_PLAYBACKS_PER_ADDRESS,
            shared=WORKER.slots if WORKER else None,
        )
        self.streams: set[ListedStream] = set()
        # No request can delay live events: what requests look up has other threads than the tailer.
        self.tailer_executor = DBExecutor("tailer")
        self._service_executor = DBExecutor("service")
        self._request_executor = DBExecutor(
            "lookup",
            threads=REQUEST_READ_THREADS,
            max_waiting=MAX_WAITING_READS,
            statement_seconds=settings.STATEMENT_TIMEOUT_SECONDS,
        )
        self.executors = (self.tailer_executor, self._service_executor, self._request_executor)
        self.replay = ReplayCache(self.run_request_read)
        # Apart, so that playbacks neither drop the pages that resuming clients need nor keep them waiting.
        self.playback_pages = ReplayCache(self.run_request_read, concurrent_reads=PLAYBACK_CONCURRENT_READS)
        self._tailer = Tailer(
            self.hub, self.tailer_executor.run, self._call_item_listeners, on_texts_invalid=self._drop_cached_texts
        )
        self._item_listeners = item_listeners
        self._grant_check_rounds = count()
        self._tasks: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "tailer": lambda: self._supervise("tailer", self._tailer.run),
            "log_notifications": lambda: self._supervise(
                "log_notifications", partial(listen, self._tailer.take_appended)
            ),
            "heartbeat": lambda: self._repeat("heartbeat", settings.STREAM_HEARTBEAT_SECONDS, self._send_heartbeat),
            "expiry": lambda: self._repeat("expiry", CLOSE_CHECK_SECONDS, self._close_expired),
            "grant_check": lambda: self._repeat("grant_check", CLOSE_CHECK_SECONDS, self._close_revoked),
        }
        if taken := self._tasks.keys() & tasks.keys():
            raise ValueError(f"{min(taken)}: is the name of a task of the service; register another name.")
        self._tasks |= {name: partial(self._supervise, name, partial(task, self)) for name, task in tasks.items()}
        self._running: list[asyncio.Task[None]] = []
        self._start_lock = asyncio.Lock()

    @property
    def current_cursor(self) -> Cursor:
        """The position in the log up to which every topic is complete."""
        return self._tailer.current_cursor

    @property
    def is_started(self) -> bool:
        """Whether it follows the log, so that `start` has nothing to do."""
        return bool(self._running)

    async def start(self, *, at: Cursor | None = None) -> Cursor:
        """Start to follow the log, unless that is done, and return the current cursor.

        It begins at the head of the log, or at the cursor `at`, which must not be older than the log's `min_seq`.
        Errors: django.db.Error when the log can't be read; a later call tries again.
        """
        async with self._start_lock:
            if not self._running:
                await self._tailer.start(at=at)
                self._running = [asyncio.create_task(run()) for run in self._tasks.values()]
        return self.current_cursor

    async def stop(self) -> None:
        """Stop all tasks and close the database connections; a database that does not answer is not waited for."""
        self._tailer.release_attaches()
        self.replay.stop()
        self.playback_pages.stop()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await asyncio.gather(*(each.close(within=CLOSE_SECONDS) for each in self.executors))

    async def run_request_read(self, function: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        """Run a database read that a request asks for. If the request is cancelled, its statement is stopped.

        Errors: what the function raises; StatementTimeout and TooManyReads, both django.db.OperationalError.
        """
        return await self._request_executor.run(function, *args, **kwargs)

    async def run_service_call(self, function: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        """Run a short database call of the service itself or of the relay; neither requests nor the tailer wait for it.

        Errors: what the function raises.
        """
        return await self._service_executor.run(function, *args, **kwargs)

    def subscribe(self, stream_filter: StreamFilter) -> Subscriber:
        """Return a new subscriber at the end of its topic's ring."""
        return self.hub.subscribe(stream_filter, cursor=self.current_cursor, expires_at=_random_expiry())

    async def attach(self, subscriber: Subscriber) -> InitialSnapshot | None:
        """Return where a subscriber begins, or None if its stream is to be closed; see `Tailer.attach`."""
        return await self._tailer.attach(subscriber)

    def begin_attach(self, subscriber: Subscriber) -> asyncio.Future[InitialSnapshot | None]:
        """Return a future of what `attach` returns, for a stream that has no task; see `Tailer.begin_attach`."""
        return self._tailer.begin_attach(subscriber)

    def register_handle(self) -> StreamHandle:
        """Return a handle for a stream that reads no topic, so that it is closed like the others."""
        handle = StreamHandle(expires_at=_random_expiry())
        self.hub.register(handle)
        return handle

    def unregister(self, handle: StreamHandle) -> None:
        """Forget a handle or subscriber. Idempotent."""
        self.hub.unregister(handle)
        if isinstance(handle, Subscriber) and not handle.topic.subscribers:
            self._tailer.discard(handle.topic)

    def wake(self) -> None:
        """Read the log now instead of at the end of the poll interval."""
        self._tailer.wake()

    def close_all(self, reason: str) -> None:
        """Accept no new stream, and close those that are open."""
        self.limiter.close()
        self.hub.close_all(reason)
        self._tailer.release_attaches()

    def _call_item_listeners(self, items: Sequence[LoggedState]) -> None:
        for name, listener in self._item_listeners.items():
            try:
                listener(items)
            except Exception:
                logger.exception("item_listener_failed", listener=name)

    def _drop_cached_texts(self) -> None:
        """Drop events and answers that hold texts, as some were withdrawn. Clients behind get them from the log."""
        clear_all()
        self.replay.invalidate()
        self.playback_pages.invalidate()
        for topic in self.hub.topics.values():
            if HEADLINE in topic.filter.include:
                topic.drop_events()

    async def _supervise(self, name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        await supervise(TaskHealth(name), run)

    async def _repeat(self, name: str, seconds: float, function: Callable[[], Coroutine[Any, Any, None]]) -> None:
        health = TaskHealth(name)
        await supervise(health, partial(repeat, health, seconds, function), settle_seconds=None)

    async def _send_heartbeat(self) -> None:
        """Put a heartbeat into every ring: one timer per process, not one per stream."""
        connections = self.limiter.total_count
        self._tailer.append_to_all(make_heartbeat_event(self.current_cursor, now=utc_now(), connections=connections))
        self.hub.notify()

    async def _close_expired(self) -> None:
        """Close streams whose lifetime is over."""
        self.hub.close_expired(time.monotonic())

    async def _close_revoked(self) -> None:
        """Close streams whose grant was revoked."""
        number = next(self._grant_check_rounds)
        # A part in each round, so that a check of many streams is spread over several.
        grants = {grant for grant in self.hub.grants if (hash(grant) - number) % GRANT_CHECK_ROUNDS == 0}
        if not grants:
            return
        try:
            self.hub.close_revoked(await self.run_service_call(find_revoked, grants))
        except Error as error:
            # The tailer logs a database that can't be read; streams stay open until the grants can be checked.
            if not is_unavailable(error):
                raise


def _random_expiry() -> float:
    # Jittered, so that streams that were opened together don't all reconnect together.
    return time.monotonic() + settings.STREAM_MAX_SECONDS * uniform(0.8, 1)

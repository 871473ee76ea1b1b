"""Follow a stream over HTTP as any client would: resume after each disconnect, honour `retry:`, and keep a summary.

Uses HTTP and the protocol only, neither the log nor the database.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import uniform

import httpx2

from streaming.protocol.events import EVENT_TYPES
from streaming.protocol.sse import ReceivedEvent, SSEParser

CONNECT_SECONDS = 10.0
RETRY_SECONDS = 1.0
RETRY_CAP_SECONDS = 8.0


class StreamRejected(Exception):
    """The server responds with a status that a retry does not change; the text has the status and its detail."""

    def __init__(self, text: str, *, status: int) -> None:
        super().__init__(text)
        self.status = status


class StreamComplete(Exception):
    """The server responds that nothing is left of a past range (204)."""


class StreamUnavailable(Exception):
    """The server responds with 429 or 5xx: a retry after `retry_seconds` may succeed; 0 if it names no time."""

    def __init__(self, text: str, *, status: int, retry_seconds: float) -> None:
        super().__init__(text)
        self.status = status
        self.retry_seconds = retry_seconds


@dataclass(slots=True)
class StreamSummary:
    """Statistics of a stream that a client follows."""

    events: Counter[str] = field(default_factory=Counter)
    connects: int = 0
    disconnects: int = 0  # of streams that were open
    failures: int = 0  # to open a stream
    heartbeat_gaps: int = 0  # times that a heartbeat was overdue
    repeated: int = 0  # items received twice
    out_of_order: int = 0  # items received after a later one
    longest_gap_seconds: float = 0.0  # between two events
    _generation: str = ""
    _last_seq: int = 0
    _received_at: float | None = None  # monotonic time

    def add(self, event: ReceivedEvent) -> None:
        """Count an event, and for an item check that it was not received before or out of order."""
        now = time.monotonic()
        self.longest_gap_seconds = max(self.longest_gap_seconds, now - (self._received_at or now))
        self._received_at = now
        self.events[event.name] += 1
        if event.name not in EVENT_TYPES or not EVENT_TYPES[event.name].is_of_item:
            return
        generation, _, seq_text = event.id.partition("-")
        seq = int(seq_text)
        if generation != self._generation:
            self._generation, self._last_seq = generation, 0
        self.repeated += seq == self._last_seq
        self.out_of_order += seq < self._last_seq
        self._last_seq = max(self._last_seq, seq)


class StreamClient:
    """Follows one stream.

    `warn` is called with a message at each disconnect, heartbeat gap and rejection; `wait` sleeps for some seconds.
    A heartbeat is overdue after `max_gap_seconds`; after as long without a byte, the client reconnects.
    """

    def __init__(
        self,
        client: httpx2.Client,
        url: httpx2.URL,
        *,
        headers: Mapping[str, str],
        warn: Callable[[str], None],
        max_gap_seconds: float,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.summary = StreamSummary()
        self._client = client
        self._url = url
        self._headers = dict(headers)
        self._warn = warn
        self._wait = wait
        self._max_gap_seconds = max_gap_seconds
        self._timeout = httpx2.Timeout(CONNECT_SECONDS, read=max_gap_seconds)
        self._heartbeat_at = 0.0  # monotonic time
        self._failures = 0

    def follow(self) -> Iterator[ReceivedEvent]:
        """Yield the events of the stream, each once, across disconnects; those of the live stream without end.

        Errors: StreamRejected if the server responds that it can't serve the request, httpx2.UnsupportedProtocol if the
        URL's scheme is not HTTP or HTTPS.
        """
        while True:
            parser = SSEParser()
            connects_before = self.summary.connects
            problem, delay = "the server ended the stream", 0.0
            try:
                yield from self._follow_connection(parser)
            except StreamComplete:
                return
            except StreamUnavailable as error:
                problem, delay = str(error), error.retry_seconds
            except httpx2.ReadTimeout:
                self.summary.heartbeat_gaps += 1
                problem = f"no data for {self._max_gap_seconds:g} s, not even a heartbeat"
            except httpx2.UnsupportedProtocol:
                raise
            except httpx2.TransportError as error:
                problem = f"{type(error).__name__}: {error}"
            was_connected = self.summary.connects > connects_before
            self.summary.disconnects += was_connected
            self.summary.failures += not was_connected
            delay = delay or self._next_delay(parser)
            self._failures += 1
            self._warn(f"{self._url}: {problem}; reconnecting in {delay:.1f} s")
            self._wait(delay)

    def follow_once(self) -> Iterator[ReceivedEvent]:
        """Yield the events of one connection until the server ends it, without a retry.

        Errors: StreamRejected, StreamUnavailable and StreamComplete for a status other than 200, httpx2.TransportError
        when the connection fails.
        """
        yield from self._follow_connection(SSEParser())

    def _follow_connection(self, parser: SSEParser) -> Iterator[ReceivedEvent]:
        with self._client.stream("GET", self._url, headers=self._headers, timeout=self._timeout) as response:
            if response.status_code == 204:
                raise StreamComplete("204: nothing is left of the range.")
            if response.status_code != 200:
                raise _build_error(response)
            self.summary.connects += 1
            self._heartbeat_at = time.monotonic()
            for chunk in response.iter_bytes():
                for event in parser.feed(chunk):
                    self._failures = 0
                    self._headers["Last-Event-ID"] = event.id
                    self.summary.add(event)
                    self._check_heartbeats(event)
                    yield event

    def _check_heartbeats(self, event: ReceivedEvent) -> None:
        now = time.monotonic()
        if event.name != "heartbeat":
            if now - self._heartbeat_at <= self._max_gap_seconds:
                return
            self.summary.heartbeat_gaps += 1
            self._warn(f"{self._url}: no heartbeat for {now - self._heartbeat_at:.1f} s although other events arrive")
        self._heartbeat_at = now

    def _next_delay(self, parser: SSEParser) -> float:
        if parser.retry is not None and not self._failures:
            return parser.retry / 1000
        backoff: float = min(RETRY_SECONDS * 2.0**self._failures, RETRY_CAP_SECONDS)
        return backoff * uniform(0.75, 1.25)


def _build_error(response: httpx2.Response) -> StreamRejected | StreamUnavailable:
    response.read()
    try:
        detail = str(response.json()["detail"])
    except (ValueError, LookupError, TypeError):
        detail = response.text[:200]
    text = f"{response.status_code}: {json.dumps(detail, ensure_ascii=False)}"
    if response.status_code != 429 and response.status_code < 500:
        return StreamRejected(text, status=response.status_code)
    retry_after = response.headers.get("Retry-After", "")
    retry_seconds = float(retry_after) if retry_after.isascii() and retry_after.isdecimal() else 0.0
    return StreamUnavailable(text, status=response.status_code, retry_seconds=retry_seconds)

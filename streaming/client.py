"""Follow a stream from outside, as any client would: resume after each cut, wait as told, and keep account.

Knows HTTP and the protocol; nothing of the log or the database.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import uniform

import httpx2

from streaming.protocol.sse import ReceivedEvent, SSEParser

CONNECT_SECONDS = 10.0
RETRY_SECONDS = 1.0
RETRY_CAP_SECONDS = 8.0


class StreamRefused(Exception):
    """The server answers with a status that a retry does not change; the text is the status and the server's detail."""

    def __init__(self, text: str, *, status: int) -> None:
        super().__init__(text)
        self.status = status


class StreamUnavailable(Exception):
    """The server answers 429 or 5xx: a retry after `retry_seconds` may succeed; 0 where it names no time."""

    def __init__(self, text: str, *, status: int, retry_seconds: float) -> None:
        super().__init__(text)
        self.status = status
        self.retry_seconds = retry_seconds


@dataclass(slots=True)
class StreamSummary:
    """What a follower has seen so far."""

    events: Counter[str] = field(default_factory=Counter)
    connects: int = 0
    cuts: int = 0  # of streams that were open
    failures: int = 0  # to open one
    silences: int = 0  # times that heartbeats stayed away
    repeated: int = 0
    out_of_order: int = 0
    longest_gap_seconds: float = 0.0
    _place: tuple[str, int] = ("", 0)
    _heard_at: float | None = None  # monotonic time

    def add(self, event: ReceivedEvent) -> None:
        """Count an event, how long it was awaited, and whether an item came twice or before its turn."""
        now = time.monotonic()
        self.longest_gap_seconds = max(self.longest_gap_seconds, now - (self._heard_at or now))
        self._heard_at = now
        self.events[event.kind] += 1
        if event.kind != "new_item":
            return
        epoch, _, place = event.id.partition("-")
        known = self._place[1] if self._place[0] == epoch else 0
        self.repeated += int(place) == known
        self.out_of_order += int(place) < known
        self._place = (epoch, max(known, int(place)))


class StreamClient:
    """Follows one stream. `warn` is told in words of every cut, silence and refusal; `wait` sleeps so many seconds.

    `silence_seconds` is how long heartbeats may stay away. After so long without a byte it connects again.
    """

    def __init__(
        self,
        client: httpx2.Client,
        url: httpx2.URL,
        *,
        headers: Mapping[str, str],
        warn: Callable[[str], None],
        silence_seconds: float,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.account = StreamSummary()
        self._client = client
        self._url = url
        self._headers = dict(headers)
        self._warn = warn
        self._wait = wait
        self._silence_seconds = silence_seconds
        self._timeout = httpx2.Timeout(CONNECT_SECONDS, read=silence_seconds)
        self._beat_at = 0.0  # monotonic time
        self._failures = 0

    def follow(self) -> Iterator[ReceivedEvent]:
        """Yield the events of the stream for ever, each once, across its cuts.

        Errors: StreamRefused when the server answers that the request can't be served, UnsupportedProtocol for a URL
        that is not of HTTP.
        """
        while True:
            reader = SSEParser()
            connects = self.account.connects
            trouble, delay = "the server ended the stream", 0.0
            try:
                yield from self._read_one(reader)
            except StreamUnavailable as refusal:
                trouble, delay = str(refusal), refusal.retry_seconds
            except httpx2.ReadTimeout:
                self.account.silences += 1
                trouble = f"nothing heard for {self._silence_seconds:g} s, not even a heartbeat"
            except httpx2.UnsupportedProtocol:
                raise
            except httpx2.TransportError as error:
                trouble = f"{type(error).__name__}: {error}"
            is_cut = self.account.connects > connects
            self.account.cuts += is_cut
            self.account.failures += not is_cut
            delay = delay or self._next_delay(reader)
            self._failures += 1
            self._warn(f"{self._url}: {trouble}; connecting again in {delay:.1f} s")
            self._wait(delay)

    def follow_once(self) -> Iterator[ReceivedEvent]:
        """Yield the events of one connection until the server ends it, without a retry.

        Errors: StreamRefused and StreamUnavailable for a status other than 200, httpx2.TransportError when the
        connection fails.
        """
        yield from self._read_one(SSEParser())

    def _read_one(self, reader: SSEParser) -> Iterator[ReceivedEvent]:
        with self._client.stream("GET", self._url, headers=self._headers, timeout=self._timeout) as answer:
            if answer.status_code != 200:
                raise _refusal(answer)
            self.account.connects += 1
            self._beat_at = time.monotonic()
            for chunk in answer.iter_bytes():
                for event in reader.feed(chunk):
                    self._failures = 0
                    self._headers["Last-Event-ID"] = event.id
                    self.account.add(event)
                    self._listen_for_heartbeats(event)
                    yield event

    def _listen_for_heartbeats(self, event: ReceivedEvent) -> None:
        now = time.monotonic()
        if event.kind != "heartbeat":
            if now - self._beat_at <= self._silence_seconds:
                return
            self.account.silences += 1
            self._warn(f"{self._url}: no heartbeat for {now - self._beat_at:.1f} s, though other events come")
        self._beat_at = now

    def _next_delay(self, reader: SSEParser) -> float:
        if reader.retry is not None and not self._failures:
            return reader.retry / 1000
        backoff: float = min(RETRY_SECONDS * 2.0**self._failures, RETRY_CAP_SECONDS)
        return backoff * uniform(0.75, 1.25)


def _refusal(answer: httpx2.Response) -> Exception:
    answer.read()
    try:
        detail = str(answer.json()["detail"])
    except (ValueError, LookupError, TypeError):
        detail = answer.text[:200]
    text = f"{answer.status_code}: {json.dumps(detail, ensure_ascii=False)}"
    if answer.status_code != 429 and answer.status_code < 500:
        return StreamRefused(text, status=answer.status_code)
    after = answer.headers.get("Retry-After", "")
    retry_seconds = float(after) if after.isascii() and after.isdecimal() else 0.0
    return StreamUnavailable(text, status=answer.status_code, retry_seconds=retry_seconds)

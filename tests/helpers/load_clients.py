"""Many stream clients in one process, cheap enough for 100,000 events a second.

Each follows the stream, reconnects after every disconnect with the last event id that it received completely, and
records the order of its items. `LoadClients.check` compares them with the log.
"""

import asyncio
import re
import threading
import time
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from itertools import pairwise
from random import randrange, uniform
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from tests.helpers.server import Server
from tests.helpers.waiting import WAIT_SECONDS, allow_for_load, eventually

# One block of the site, from its first byte to its blank line. A block in any other form does not match.
BLOCK = re.compile(
    rb"(?:\A|(?<=\n\n))(?::[^\r\n]*\n|retry: ([0-9]+)\n)*"
    rb"(?:event: ([a-z_]+)\nid: (evt_[0-9a-f]+-([0-9]+)[^\r\n]*)\n"
    rb'data: (?:[^\r\n]*?"item_id": ?"([^"\r\n]*)")?[^\r\n]*\n)?\n'
)
CHUNK_HEAD = re.compile(rb"(?:\r\n)?([0-9a-fA-F]+)\r\n")
READ_BYTES = 1 << 18
TICKERS = [["AAPL"], ["MSFT"], ["NVDA", "AAPL"], ["TSLA"]]
ITEM_KINDS = (b"new_item", b"item_updated", b"item_removed")
NEWS = ["profit rises", "losses widen", "board meets", "wins a large order", "cuts its outlook"]

Log = Sequence[tuple[int, str]]  # number and id of each item, in order


class Response:
    """One HTTP/1.x response, parsed in parts of any size."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.is_ended = False
        self._raw = b""
        self._is_chunked = False
        self._chunk_left = 0

    def feed(self, received: bytes) -> bytes:
        """Parse received bytes, and return those of the body."""
        self._raw += received
        if not self.status and not self._parse_head():
            return b""
        if self._is_chunked:
            return self._parse_chunks()
        body, self._raw = self._raw, b""
        return body

    def close(self) -> None:
        """Note that the server has closed the connection, which ends a body without chunks."""
        self.is_ended = self.is_ended or (self.status > 0 and not self._is_chunked)

    def _parse_head(self) -> bool:
        head, end, rest = self._raw.partition(b"\r\n\r\n")
        if not end:
            return False
        first, *lines = head.decode("latin-1").split("\r\n")
        self.status, self._raw = int(first.split()[1]), rest
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self._is_chunked = self.headers.get("transfer-encoding") == "chunked"
        return True

    def _parse_chunks(self) -> bytes:
        parts, raw, at = [], self._raw, 0
        while not self.is_ended:
            if self._chunk_left:
                part = raw[at : at + self._chunk_left]
                parts.append(part)
                at += len(part)
                self._chunk_left -= len(part)
            if not (head := CHUNK_HEAD.match(raw, at)):
                assert self._chunk_left or len(raw) - at < 20, f"no chunk starts with {raw[at : at + 20]!r}"
                break
            at, self._chunk_left = head.end(), int(head[1], 16)
            self.is_ended = not self._chunk_left
        self._raw = raw[at:]
        return b"".join(parts)


@dataclass(frozen=True)
class Ending:
    """How one response of the stream ended; `retry` is that of the last block, in ms."""

    is_clean: bool
    is_own: bool
    retry: int | None


@dataclass(frozen=True)
class Discrepancies:
    """Numbers of the items at which what a client got differs from the log."""

    lost: list[int]
    doubled: list[int]
    reordered: list[int]
    unexpected: list[int]

    def __bool__(self) -> bool:
        return any((self.lost, self.doubled, self.reordered, self.unexpected))


class Client:
    """One client that follows a stream through every disconnect."""

    def __init__(self, group: "LoadClients", name: str, url: str, drops: int) -> None:
        self.name = name
        self.start: int | None = None  # number at its first event; it must get every item after it
        self.seq = 0
        self.last_id = b""
        self.seqs = array("Q")
        self.events = self.unreachable = 0
        self.longest_silence = 0.0
        self.endings: list[Ending] = []
        self.rejections: list[tuple[int, float]] = []  # status and Retry-After, in seconds
        self.resets: list[str] = []
        self.violations: list[str] = []  # repeated or decreasing ids, malformed blocks
        self.is_following = False
        self._group = group
        self._address = urlsplit(url)
        self.drops_left = drops
        self._retry_seconds: float | None = None
        self._marked_ids: set[bytes] = set()
        self._last_event_at = 0.0

    async def follow(self) -> None:
        """Follow the stream until cancelled."""
        while True:
            await self._connect()
            await asyncio.sleep(self._draw_pause())

    async def _connect(self) -> None:
        try:
            reader, writer = await asyncio.open_connection(self._address.hostname, self._address.port, limit=READ_BYTES)
        except OSError:
            self.unreachable += 1
            return
        try:
            writer.write(self._request())
            await self._receive(reader)
        finally:
            self.is_following = False
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    async def _receive(self, reader: asyncio.StreamReader) -> None:
        """Read one response to its end, or to the byte at which this client drops it."""
        response, blocks = Response(), Blocks(self)
        bytes_left = randrange(self._group.drop_within_bytes) if self.drops_left > 0 else None
        with suppress(ConnectionError):
            while bytes_left != 0 and not response.is_ended:
                received = await reader.read(min(READ_BYTES, bytes_left or READ_BYTES))
                if not received:
                    response.close()
                    break
                bytes_left = bytes_left and bytes_left - len(received)
                body = response.feed(received)
                if response.status not in (0, 200):
                    self._retry_seconds = float(response.headers.get("retry-after", 0))
                    self.rejections.append((response.status, self._retry_seconds))
                    return
                blocks.feed(body)
        self.drops_left -= bytes_left == 0
        if not response.status and bytes_left != 0:
            self.unreachable += 1  # accepted by the kernel alone, because the server stopped listening
            return
        self.endings.append(Ending(response.is_ended, bytes_left == 0, blocks.last_retry))

    def record(self, blocks: list[tuple[bytes, ...]]) -> None:
        """Record complete blocks."""
        group, events = self._group, self.events
        for retry, kind, event_id, digits, item_id in blocks:
            if retry:
                self._retry_seconds = int(retry) / 1000
            if not kind:
                continue
            seq = int(digits)
            if kind in ITEM_KINDS:
                self.seqs.append(seq)
                if seq <= self.seq:
                    self.violations.append(f"{event_id.decode()} after {self.seq}")
                if group.item_ids.setdefault(seq, item_id) != item_id:
                    self.violations.append(f"{event_id.decode()} is {item_id!r}, for others {group.item_ids[seq]!r}")
                if group.kinds.setdefault(seq, kind) != kind:
                    self.violations.append(f"{event_id.decode()} is {kind!r}, for others {group.kinds[seq]!r}")
            else:
                self._record_other(kind, event_id, seq)
            self.events += 1
            self.seq, self.last_id = seq, event_id
        if self.events > events:
            self._note_arrival()

    def _record_other(self, kind: bytes, event_id: bytes, seq: int) -> None:
        if self.start is None:
            self.start = self.seq = seq
        if kind == b"reset":
            self.resets.append(event_id.decode())
        elif seq < self.seq:
            self.violations.append(f"{event_id.decode()} after {self.seq}")
        if event_id in self._marked_ids:
            self.violations.append(f"{event_id.decode()} twice")
        self._marked_ids.add(event_id)

    def _note_arrival(self) -> None:
        now = time.monotonic()
        if self._last_event_at:
            self.longest_silence = max(self.longest_silence, now - self._last_event_at)
        self._last_event_at = now
        self.is_following = True

    def compare(self, log_seqs: "array[int]") -> Discrepancies:
        """Compare the items that arrived with the numbers of those in the log."""
        start = bisect_right(log_seqs, self.start) if self.start is not None else len(log_seqs)
        expected = log_seqs[start:]
        if self.seqs == expected:
            return Discrepancies([], [], [], [])
        counts = Counter(self.seqs)
        return Discrepancies(
            lost=[seq for seq in expected if seq not in counts],
            doubled=[seq for seq, count in counts.items() if count > 1],
            reordered=[after for before, after in pairwise(self.seqs) if after < before],
            unexpected=sorted(set(counts).difference(expected)),
        )

    def __str__(self) -> str:
        state = "following" if self.is_following else "disconnected"
        counts = (
            f"{len(self.endings)} disconnects, {len(self.rejections)} rejections, {self.unreachable} times unreachable"
        )
        return f"{self.name} at {self.seq} ({state}; {counts})"

    def _request(self) -> bytes:
        lines = [f"GET /api/v2/stream?{self._group.query} HTTP/{self._group.version}", f"Host: {self._address.netloc}"]
        if self.last_id:
            lines.append(f"Last-Event-ID: {self.last_id.decode()}")
        return "\r\n".join([*lines, "", ""]).encode()

    def _draw_pause(self) -> float:
        if self._group.retry_factor and self._retry_seconds is not None:
            return self._retry_seconds * self._group.retry_factor
        return self._group.pause_seconds * uniform(0.5, 1.5)


class Blocks:
    """The blocks of one response; an incomplete block at its end is dropped, as the standard requires."""

    def __init__(self, client: Client) -> None:
        self.last_retry: int | None = None
        self._client = client
        self._text = b""

    def feed(self, body: bytes) -> None:
        """Record the blocks that `body` completes."""
        self._text += body
        end = self._text.rfind(b"\n\n") + 2
        if end < 2:
            return
        matches = BLOCK.findall(self._text, 0, end)
        if len(matches) != self._text.count(b"\n\n", 0, end):
            self._client.violations.append(f"a malformed block in {self._text[:end]!r}")
        self._text = self._text[end:]
        self.last_retry = int(matches[-1][0]) if matches and matches[-1][0] else None
        self._client.record(matches)


class LoadClients:
    """Clients that follow the streams of the sites at `urls` (taken in turn) while the context is open.

    They reconnect after about `pause_seconds`; or, if `retry_factor` is not 0, after that many times the last `retry:`
    or Retry-After of the server. Each disconnects `drops` times by itself, at a random byte of the response.
    """

    def __init__(
        self,
        *urls: str,
        clients: int,
        pause_seconds: float = 0.1,
        retry_factor: float = 0,
        drops: int = 0,
        drop_within_bytes: int = 100_000,
        tickers: str = "",
        include: str = "",
        version: str = "1.1",
    ) -> None:
        parameters = {"tickers": tickers, "include": include}
        self.query = urlencode({name: value for name, value in parameters.items() if value})
        self.pause_seconds = pause_seconds
        self.retry_factor = retry_factor
        self.drop_within_bytes = drop_within_bytes
        self.version = version
        self.item_ids: dict[int, bytes] = {}  # by number, as the first client received it
        self.kinds: dict[int, bytes] = {}  # likewise
        self.clients = [Client(self, f"client {n}", urls[n % len(urls)], drops) for n in range(clients)]
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(client.follow()) for client in self.clients]
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.leave()

    def check_log_of(self, server: Server) -> None:
        """Fail unless every client got each place of a server's log after its first event, as the same event."""
        places = committed_events(server, self.query)
        self.check([(seq, item_id) for seq, item_id, _ in places])
        kinds = {seq: kind for seq, _, kind in places}
        others = {seq: kind for seq, kind in self.kinds.items() if kinds[seq] != kind.decode()}
        assert not others, f"{len(others)} events have another name than in the log: {[*others.items()][:5]}"

    async def leave(self) -> None:
        """Close every stream; a second call does nothing."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def until_all(self, condition: Callable[[Client], Any], what: str, *, seconds: float = WAIT_SECONDS) -> None:
        """Wait until `condition` holds for every client; fail with those for which it does not."""
        began_at = time.monotonic()
        while behind := [client for client in self.clients if not condition(client)]:
            for task in self._tasks:
                if task.done():
                    task.result()
            names = "; ".join(map(str, behind[:5]))
            assert time.monotonic() - began_at < allow_for_load(seconds), (
                f"not within {seconds} s for {len(behind)} of {len(self.clients)} clients: {what}; {names}"
            )
            await asyncio.sleep(0.02)

    async def until_all_follow(self) -> None:
        """Wait until every client has had an event of its current stream."""
        await self.until_all(lambda client: client.is_following, "follows the stream")

    async def until_all_have(self, seq: int, *, seconds: float = WAIT_SECONDS) -> None:
        """Wait until every client has reached `seq`."""
        await self.until_all(lambda client: client.seq >= seq, f"has reached {seq}", seconds=seconds)

    def compare(self, log: Log) -> list[tuple[Client, Discrepancies]]:
        """Compare what each client got with the items of the log after its first event."""
        log_seqs = array("Q", (seq for seq, _ in log))
        return [(client, client.compare(log_seqs)) for client in self.clients]

    def check(self, log: Log) -> None:
        """Fail unless every client got each item of the log after its first event, once and in order."""
        received = {seq: self.item_ids[seq].decode() for seq, _ in log if seq in self.item_ids}
        others = [(seq, item_id, received[seq]) for seq, item_id in log if received.get(seq, item_id) != item_id]
        assert not others, f"{len(others)} items have another id in the log than in the stream: {others[:5]}"
        faults = [
            f"{client}: {_describe(client, discrepancies)}"
            for client, discrepancies in self.compare(log)
            if discrepancies or client.violations or client.resets
        ]
        assert not faults, f"{len(faults)} of {len(self.clients)} clients did not get the log:\n" + "\n".join(
            faults[:5]
        )


class Poster:
    """Posts items at a steady rate from a thread, while the context is open, whether or not the server answers.

    An item without an answer may be in the log or not. After a delay the next batches are larger.
    """

    def __init__(self, server: Server, *, rate: int = 500, first: int = 0) -> None:
        self.sent = 0
        self.created: list[str] = []
        self.server = server
        self._rate = rate
        self._first = first  # number of the first item
        self._stopped = threading.Event()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(asyncio.to_thread(self._post_until_stopped))
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop after the current batch; a second call does nothing."""
        self._stopped.set()
        await self._task

    async def until_sent(self, count: int, *, seconds: float = WAIT_SECONDS) -> None:
        """Wait until `count` items in all have been sent."""
        await eventually(lambda: self.sent >= count or self._task.done(), seconds=seconds)

    def post(self, count: int = 1) -> None:
        """Post the next items, and add their ids to `created`."""
        numbers = range(self._first + self.sent, self._first + self.sent + count)
        batch = [make_item(number) for number in numbers]
        self.sent += count
        self.created += self.server.post(*batch)

    def _post_until_stopped(self) -> None:
        began_at = time.monotonic()
        while not self._stopped.wait(0.05):
            due = int((time.monotonic() - began_at) * self._rate) - self.sent
            if due > 0:
                with suppress(OSError, HTTPException):
                    self.post(min(due, 1000))


def make_item(number: int) -> dict[str, Any]:
    """Return a unique item; every second one has AAPL, half of these as the second ticker."""
    tickers = TICKERS[number % len(TICKERS)]
    return {"title": f"{tickers[0]} {NEWS[number % len(NEWS)]} in lot {number}", "tickers": tickers}


def committed(server: Server, query: str = "") -> list[tuple[int, str]]:
    """Return number and item id of every place of the log, as polling clients with these parameters get them."""
    return [(seq, item_id) for seq, item_id, _ in committed_events(server, query)]


def committed_events(server: Server, query: str = "") -> list[tuple[int, str, str]]:
    """Return number, item id and event of every place of the log, as polling clients get them."""
    generation = server.call("/api/v2/stream/status")[1]["head"].rpartition("-")[0]
    page: dict[str, Any] = {"cursor": f"{generation}-0", "has_more": True}
    places: list[tuple[int, str, str]] = []
    while page["has_more"]:
        page = server.call(f"/api/v2/events?after={page['cursor']}&limit=1000&{query}")[1]
        places += [
            (int(event["id"].rpartition("-")[2]), event["data"]["item_id"], event["event"]) for event in page["events"]
        ]
    return places


def head_seq(server: Server) -> int:
    """Return the newest number of the log."""
    return int(server.call("/api/v2/stream/status")[1]["head"].rpartition("-")[2])


async def until_all_have_the_log(poster: Poster, *groups: LoadClients, seconds: float = WAIT_SECONDS) -> None:
    """Wait until every client has reached the end of the log, twice.

    An item that a client would get a second time has arrived before an item that is posted afterwards.
    """
    for _ in range(2):
        await asyncio.to_thread(poster.post, len(TICKERS))
        for group in groups:
            log = await asyncio.to_thread(committed, poster.server, group.query)
            await group.until_all_have(log[-1][0], seconds=seconds)


def _describe(client: Client, discrepancies: Discrepancies) -> str:
    faults = vars(discrepancies) | {"resets": client.resets, "violations": client.violations}
    return ", ".join(f"{len(values)} {name} {values[:5]}" for name, values in faults.items() if values)

"""A crowd of stream clients in one process, cheap enough for 100,000 events a second.

Each follows the stream, comes back after every cut with the last event id it has wholly received, and remembers what
came in which order. `Crowd.check` compares that with the log.
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
from urllib.parse import urlsplit

from tests.helpers.server import Server
from tests.helpers.waiting import WAIT_SECONDS, allow_for_load, eventually

# One block of ours, from its first byte to its blank line. A block in any other form does not match.
BLOCK = re.compile(
    rb"(?:\A|(?<=\n\n))(?::[^\r\n]*\n|retry: ([0-9]+)\n)*"
    rb"(?:event: ([a-z_]+)\nid: (evt_[0-9a-f]+-([0-9]+)[^\r\n]*)\n"
    rb'data: (?:[^\r\n]*?"item_id": ?"([^"\r\n]*)")?[^\r\n]*\n)?\n'
)
CHUNK_HEAD = re.compile(rb"(?:\r\n)?([0-9a-fA-F]+)\r\n")
READ_BYTES = 1 << 18
TICKERS = [["AAPL"], ["MSFT"], ["NVDA", "AAPL"], ["TSLA"]]
NEWS = ["profit rises", "losses widen", "board meets", "wins a large order", "cuts its outlook"]

Log = Sequence[tuple[int, str]]  # place and id of each item, in order


class Response:
    """One HTTP/1.x response, taken in however its bytes are cut."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.is_ended = False
        self._raw = b""
        self._is_chunked = False
        self._chunk_left = 0

    def feed(self, received: bytes) -> bytes:
        """Take in bytes and return those of the body."""
        self._raw += received
        if not self.status and not self._read_head():
            return b""
        if self._is_chunked:
            return self._unchunk()
        body, self._raw = self._raw, b""
        return body

    def close(self) -> None:
        """Hear that the server has closed its side: that is how a body without chunks ends."""
        self.is_ended = self.is_ended or (self.status > 0 and not self._is_chunked)

    def _read_head(self) -> bool:
        head, end, rest = self._raw.partition(b"\r\n\r\n")
        if not end:
            return False
        first, *lines = head.decode("latin-1").split("\r\n")
        self.status, self._raw = int(first.split()[1]), rest
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self._is_chunked = self.headers.get("transfer-encoding") == "chunked"
        return True

    def _unchunk(self) -> bytes:
        parts, raw, at = [], self._raw, 0
        while not self.is_ended:
            if self._chunk_left:
                part = raw[at : at + self._chunk_left]
                parts.append(part)
                at += len(part)
                self._chunk_left -= len(part)
            if not (head := CHUNK_HEAD.match(raw, at)):
                assert self._chunk_left or len(raw) - at < 20, f"no chunk begins with {raw[at : at + 20]!r}"
                break
            at, self._chunk_left = head.end(), int(head[1], 16)
            self.is_ended = not self._chunk_left
        self._raw = raw[at:]
        return b"".join(parts)


@dataclass(frozen=True)
class Ending:
    """How one response of the stream ended: `retry` is what the server's very last block asked for, in ms."""

    is_clean: bool
    is_own: bool
    retry: int | None


@dataclass(frozen=True)
class Verdict:
    """Places in the log where what a client got is not what it should have got."""

    lost: list[int]
    doubled: list[int]
    reordered: list[int]
    unexpected: list[int]

    def __bool__(self) -> bool:
        return any((self.lost, self.doubled, self.reordered, self.unexpected))


class Client:
    """One client that follows a stream through every cut."""

    def __init__(self, crowd: "Crowd", name: str, url: str, drops: int) -> None:
        self.name = name
        self.start: int | None = None  # place of its first event: it is to get what comes after
        self.place = 0
        self.last_id = b""
        self.seqs = array("Q")
        self.events = self.unreachable = 0
        self.longest_silence = 0.0
        self.endings: list[Ending] = []
        self.refusals: list[tuple[int, float]] = []  # status and Retry-After, in seconds
        self.resets: list[str] = []
        self.oddities: list[str] = []  # ids that came twice or stood before what had come, blocks of another form
        self.is_following = False
        self._crowd = crowd
        self._address = urlsplit(url)
        self.drops_left = drops
        self._asked_seconds: float | None = None
        self._marked_ids: set[bytes] = set()
        self._heard_at = 0.0

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
            await self._read(reader)
        finally:
            self.is_following = False
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Read one response to its end, or up to the byte at which this client drops it."""
        response, blocks = Response(), Blocks(self)
        bytes_left = randrange(self._crowd.drop_within_bytes) if self.drops_left > 0 else None
        with suppress(ConnectionError):
            while bytes_left != 0 and not response.is_ended:
                received = await reader.read(min(READ_BYTES, bytes_left or READ_BYTES))
                if not received:
                    response.close()
                    break
                bytes_left = bytes_left and bytes_left - len(received)
                body = response.feed(received)
                if response.status not in (0, 200):
                    self._asked_seconds = float(response.headers.get("retry-after", 0))
                    self.refusals.append((response.status, self._asked_seconds))
                    return
                blocks.feed(body)
        self.drops_left -= bytes_left == 0
        if not response.status and bytes_left != 0:
            self.unreachable += 1  # taken in by the kernel alone, as the server stopped listening
            return
        self.endings.append(Ending(response.is_ended, bytes_left == 0, blocks.last_retry))

    def take(self, blocks: list[tuple[bytes, ...]]) -> None:
        """Take note of whole blocks."""
        crowd, events = self._crowd, self.events
        for retry, kind, event_id, digits, item_id in blocks:
            if retry:
                self._asked_seconds = int(retry) / 1000
            if not kind:
                continue
            seq = int(digits)
            if kind == b"new_item":
                self.seqs.append(seq)
                if seq <= self.place:
                    self.oddities.append(f"{event_id.decode()} after place {self.place}")
                if crowd.item_ids.setdefault(seq, item_id) != item_id:
                    self.oddities.append(f"{event_id.decode()} is {item_id!r}, to others {crowd.item_ids[seq]!r}")
            else:
                self._take_marked(kind, event_id, seq)
            self.events += 1
            self.place, self.last_id = seq, event_id
        if self.events > events:
            self._hear()

    def _take_marked(self, kind: bytes, event_id: bytes, seq: int) -> None:
        if self.start is None:
            self.start = self.place = seq
        if kind == b"reset":
            self.resets.append(event_id.decode())
        elif seq < self.place:
            self.oddities.append(f"{event_id.decode()} after place {self.place}")
        if event_id in self._marked_ids:
            self.oddities.append(f"{event_id.decode()} twice")
        self._marked_ids.add(event_id)

    def _hear(self) -> None:
        now = time.monotonic()
        if self._heard_at:
            self.longest_silence = max(self.longest_silence, now - self._heard_at)
        self._heard_at = now
        self.is_following = True

    def compare(self, places: "array[int]") -> Verdict:
        """Compare the items that came with the places of those that should have."""
        start = bisect_right(places, self.start) if self.start is not None else len(places)
        due = places[start:]
        if self.seqs == due:
            return Verdict([], [], [], [])
        counts = Counter(self.seqs)
        return Verdict(
            lost=[seq for seq in due if seq not in counts],
            doubled=[seq for seq, count in counts.items() if count > 1],
            reordered=[after for before, after in pairwise(self.seqs) if after < before],
            unexpected=sorted(set(counts).difference(due)),
        )

    def __str__(self) -> str:
        return (
            f"{self.name} at {self.place} ({'following' if self.is_following else 'away'}; {len(self.endings)} cuts,"
            f" {len(self.refusals)} refusals, {self.unreachable} times no answer)"
        )

    def _request(self) -> bytes:
        narrowed = f"?tickers={self._crowd.tickers}" if self._crowd.tickers else ""
        lines = [f"GET /api/v2/stream{narrowed} HTTP/{self._crowd.version}", f"Host: {self._address.netloc}"]
        if self.last_id:
            lines.append(f"Last-Event-ID: {self.last_id.decode()}")
        return "\r\n".join([*lines, "", ""]).encode()

    def _draw_pause(self) -> float:
        if self._crowd.patience and self._asked_seconds is not None:
            return self._asked_seconds * self._crowd.patience
        return self._crowd.pause_seconds * uniform(0.5, 1.5)


class Blocks:
    """The blocks of one response: what is not whole when it ends is lost with it, as the standard says."""

    def __init__(self, client: Client) -> None:
        self.last_retry: int | None = None
        self._client = client
        self._text = b""

    def feed(self, body: bytes) -> None:
        """Pass the blocks on that `body` completes."""
        self._text += body
        end = self._text.rfind(b"\n\n") + 2
        if end < 2:
            return
        found = BLOCK.findall(self._text, 0, end)
        if len(found) != self._text.count(b"\n\n", 0, end):
            self._client.oddities.append(f"a block of another form in {self._text[:end]!r}")
        self._text = self._text[end:]
        self.last_retry = int(found[-1][0]) if found and found[-1][0] and not found[-1][1] else None
        self._client.take(found)


class Crowd:
    """Clients that follow the streams of the sites at `urls` (taken in turn) while the context is open.

    They come back after about `pause_seconds`; or, if `patience` is not 0, after `patience` times what the server last
    asked for with `retry:` or Retry-After. Each leaves `drops` times of itself, at a random byte of the response.
    """

    def __init__(
        self,
        *urls: str,
        clients: int,
        pause_seconds: float = 0.1,
        patience: float = 0,
        drops: int = 0,
        drop_within_bytes: int = 100_000,
        tickers: str = "",
        version: str = "1.1",
    ) -> None:
        self.tickers = tickers
        self.pause_seconds = pause_seconds
        self.patience = patience
        self.drop_within_bytes = drop_within_bytes
        self.version = version
        self.item_ids: dict[int, bytes] = {}  # by place, as the first client to get it was told
        self.clients = [Client(self, f"client {n}", urls[n % len(urls)], drops) for n in range(clients)]
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(client.follow()) for client in self.clients]
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.leave()

    async def leave(self) -> None:
        """Close every stream for good; doing it twice is harmless."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def until_all(self, condition: Callable[[Client], Any], what: str, *, seconds: float = WAIT_SECONDS) -> None:
        """Wait until `condition` holds for every client; fails with those for which it does not."""
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
        """Wait until every client has had an event of its present stream."""
        await self.until_all(lambda client: client.is_following, "follows the stream")

    async def until_all_have(self, seq: int, *, seconds: float = WAIT_SECONDS) -> None:
        """Wait until every client has come to place `seq` of the log."""
        await self.until_all(lambda client: client.place >= seq, f"has come to place {seq}", seconds=seconds)

    def verdicts(self, log: Log) -> list[tuple[Client, Verdict]]:
        """Compare what each client got with the items of the log after the place where it came in."""
        places = array("Q", (seq for seq, _ in log))
        return [(client, client.compare(places)) for client in self.clients]

    def check(self, log: Log) -> None:
        """Fail unless every client got each item of the log after the place where it came in, once and in order."""
        told = {seq: self.item_ids[seq].decode() for seq, _ in log if seq in self.item_ids}
        others = [(seq, item_id, told[seq]) for seq, item_id in log if told.get(seq, item_id) != item_id]
        assert not others, f"{len(others)} items have another id in the log than in the stream: {others[:5]}"
        faults = [
            f"{client}: {_describe(client, verdict)}"
            for client, verdict in self.verdicts(log)
            if verdict or client.oddities or client.resets
        ]
        assert not faults, f"{len(faults)} of {len(self.clients)} clients did not get the log:\n" + "\n".join(
            faults[:5]
        )


class Poster:
    """Posts items at a steady rate from a thread, while the context is open, whether or not the server answers.

    What got no answer may be in the log or not. What was put off is made up for, in larger batches.
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
        """End after the present batch; doing it twice is harmless."""
        self._stopped.set()
        await self._task

    async def until_sent(self, count: int, *, seconds: float = WAIT_SECONDS) -> None:
        """Wait until so many items in all have been sent."""
        await eventually(lambda: self.sent >= count or self._task.done(), seconds=seconds)

    def post(self, count: int = 1) -> None:
        """Post the next items; their ids go to `created`."""
        numbers = range(self._first + self.sent, self._first + self.sent + count)
        batch = [make_item(number) for number in numbers]
        self.sent += count
        self.created += self.server.post(*batch)

    def _post_until_stopped(self) -> None:
        began = time.monotonic()
        while not self._stopped.wait(0.05):
            due = int((time.monotonic() - began) * self._rate) - self.sent
            if due > 0:
                with suppress(OSError, HTTPException):
                    self.post(min(due, 1000))


def make_item(number: int) -> dict[str, Any]:
    """Return an item like no other; every second one names AAPL, half of these second to another ticker."""
    tickers = TICKERS[number % len(TICKERS)]
    return {"title": f"{tickers[0]} {NEWS[number % len(NEWS)]} in lot {number}", "tickers": tickers}


def committed(server: Server, tickers: str = "") -> list[tuple[int, str]]:
    """Return place and id of every item of the log, as pollers are told."""
    epoch = server.call("/api/v2/stream/status")[1]["head"].rpartition("-")[0]
    narrowed = f"&tickers={tickers}" if tickers else ""
    page: dict[str, Any] = {"cursor": f"{epoch}-0", "has_more": True}
    items: list[tuple[int, str]] = []
    while page["has_more"]:
        page = server.call(f"/api/v2/events?after={page['cursor']}&limit=1000{narrowed}")[1]
        items += [(int(event["id"].rpartition("-")[2]), event["data"]["item_id"]) for event in page["events"]]
    return items


def head_seq(server: Server) -> int:
    """Return the newest place of the log."""
    return int(server.call("/api/v2/stream/status")[1]["head"].rpartition("-")[2])


async def until_all_have_the_log(poster: Poster, *crowds: Crowd, seconds: float = WAIT_SECONDS) -> None:
    """Wait until every client has come to the end of the log, twice.

    What a client was to get a second time, it has got when it has an item posted after it had everything.
    """
    for _ in range(2):
        await asyncio.to_thread(poster.post, len(TICKERS))
        for crowd in crowds:
            log = await asyncio.to_thread(committed, poster.server, crowd.tickers)
            await crowd.until_all_have(log[-1][0], seconds=seconds)


def _describe(client: Client, verdict: Verdict) -> str:
    faults = vars(verdict) | {"resets": client.resets, "odd": client.oddities}
    return ", ".join(f"{len(found)} {name} {found[:5]}" for name, found in faults.items() if found)

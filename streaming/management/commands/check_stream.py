"""Check the stream of a site over HTTP as a client receives it, for cron and monitors.

Uses neither the site's database nor its secrets.
"""

import json
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from queue import Empty, SimpleQueue
from threading import Thread

import httpx2
from django.conf import settings
from django.core.management.base import BaseCommand

from news.log.cursor import Cursor, CursorError, parse_cursor
from streaming.client import StreamClient, StreamRejected, StreamUnavailable
from streaming.protocol.sse import ReceivedEvent

STREAM_PATH = "/api/v2/stream"
STATUS_PATH = "/api/v2/stream/status"
MAX_SECONDS = 86_400
CURES = dict.fromkeys((301, 302, 307, 308), "give the URL to which it redirects, such as https") | {
    400: "add the site's host to ALLOWED_HOSTS",
    401: "give a valid --token or none: the stream is public",
    404: "check the URL",
    429: "raise STREAM_MAX_PER_ADDRESS; behind a proxy, set TRUSTED_PROXIES",
    503: "if it is full, raise STREAM_MAX_CONNECTIONS or start another `serve`; /health/ready names other causes",
}
OTHER_CURE = "look at the log of the site or of a proxy in front of it"


class CheckFailed(Exception):
    """A check failed; the text is the subject, the value found and the cure."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The time that each step may take, in seconds."""

    open_seconds: float
    heartbeat_seconds: float
    head_seconds: float


@dataclass(slots=True)
class CheckResult:
    """What the check measured, in seconds; None for steps that were not reached."""

    open_seconds: float | None = None
    heartbeat_seconds: float | None = None
    head_seconds: float | None = None
    problem: str | None = None

    def to_json(self) -> str:
        """Return the result as one line of JSON."""
        return json.dumps({"ok": self.problem is None} | asdict(self), ensure_ascii=False)


class Command(BaseCommand):
    help = (
        "Check the stream of a site over HTTP: it opens, heartbeats arrive, and it reaches the log's head. "
        "Prints one line of JSON. Exits with 0 if all checks pass, 1 if one fails, 2 for bad arguments. "
        "Takes up to one heartbeat interval of the server and uses one of its connections for that time."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        local = f"http://127.0.0.1:{settings.PORT}"
        interval = settings.STREAM_HEARTBEAT_SECONDS
        parser.add_argument(
            "url", nargs="?", type=parse_site, default=local, help=f"URL of the site (default: {local})"
        )
        parser.add_argument(
            "--seconds",
            type=parse_seconds,
            default=5.0,
            help="seconds until the stream must reach the head of the log, from the request for the head "
            "(default: %(default)g; without REDIS_URL an item can take STREAM_POLL_SECONDS)",
        )
        parser.add_argument(
            "--open-seconds",
            type=parse_seconds,
            default=1.0,
            help="seconds until the first heartbeat and metrics must arrive, including the time to connect "
            "(default: %(default)g)",
        )
        parser.add_argument(
            "--heartbeat-seconds",
            type=parse_seconds,
            default=max(1.5 * interval, interval + 1),  # compared with a short interval, the delay is large
            help="maximum seconds between two heartbeats (default: %(default)g, 1.5 times "
            "STREAM_HEARTBEAT_SECONDS as set on this machine)",
        )
        parser.add_argument("--token", help="Bearer token (default: none, the stream is public)")

    def handle(
        self,
        *,
        url: httpx2.URL,
        seconds: float,
        open_seconds: float,
        heartbeat_seconds: float,
        token: str | None,
        **options: object,
    ) -> None:
        limits = Limits(open_seconds, heartbeat_seconds, head_seconds=seconds)
        check = StreamCheck(url, headers={"Authorization": f"Bearer {token}"} if token else {}, limits=limits)
        result = check.run()
        self.stdout.write(result.to_json())
        if result.problem:
            sys.exit(1)


class StreamCheck:
    """One check of one site.

    Threads receive and the caller's thread waits, so that a limit holds whatever blocks, including a DNS server or a
    server that sends a byte at a time. The threads are daemons and never delay the end of the process.
    """

    def __init__(self, site: httpx2.URL, *, headers: Mapping[str, str], limits: Limits) -> None:
        path = site.path.rstrip("/")
        self._stream_url = site.copy_with(path=path + STREAM_PATH)
        self._status_url = site.copy_with(path=path + STATUS_PATH)
        self._headers = dict(headers)
        self._limits = limits
        self._result = CheckResult()
        self._messages: SimpleQueue[tuple[float, ReceivedEvent | Cursor | Exception]] = SimpleQueue()
        self._began_at = 0.0  # monotonic time, like all times in this class
        self._heartbeat_at = 0.0
        self._cursor: Cursor | None = None  # of the newest event

    def run(self) -> CheckResult:
        """Check the opening, the next heartbeat and the head; stop at the first failure."""
        try:
            self._check_opening()
            self._check_heartbeat()
            self._check_head()
        except CheckFailed as failure:
            self._result.problem = str(failure)
        return self._result

    def _check_opening(self) -> None:
        self._began_at = time.monotonic()
        self._start(self._follow_stream)
        limit = self._limits.open_seconds
        missing = {"heartbeat", "metrics"}
        while missing:
            try:
                received_at, message = self._receive(until=self._began_at + limit)
            except Empty:
                raise CheckFailed(
                    f"{self._stream_url}: no {' and no '.join(sorted(missing))} within {limit:g} s of the request; "
                    "look for log_read_failed in the site's log and for a proxy that buffers."
                ) from None
            if isinstance(message, ReceivedEvent):
                missing.discard(message.name)
        self._result.open_seconds = round(received_at - self._began_at, 3)

    def _check_heartbeat(self) -> None:
        opening_at, limit = self._heartbeat_at, self._limits.heartbeat_seconds
        while self._heartbeat_at == opening_at:
            try:
                self._receive(until=opening_at + limit)
            except Empty:
                raise CheckFailed(
                    f"{self._stream_url}: no second heartbeat within {limit:g} s; check the server's load, look "
                    "for a proxy that buffers, or raise --heartbeat-seconds above its STREAM_HEARTBEAT_SECONDS."
                ) from None
        self._result.heartbeat_seconds = round(self._heartbeat_at - opening_at, 3)

    def _check_head(self) -> None:
        # After the heartbeat and not at the opening, which is always at the head: so that newer items are checked, too.
        requested_at, limit = time.monotonic(), self._limits.head_seconds
        self._start(self._fetch_head)
        head: Cursor | None = None
        received_at = requested_at
        while head is None or not self._has_reached(head):
            try:
                received_at, message = self._receive(until=requested_at + limit)
            except Empty:
                raise CheckFailed(self._describe_overdue_head(head)) from None
            if isinstance(message, Cursor):
                head = message
        self._result.head_seconds = round(received_at - requested_at, 3)

    def _has_reached(self, head: Cursor) -> bool:
        # The id of any event counts, because that of a heartbeat or metrics is never ahead of an item not yet sent.
        cursor = self._cursor
        return cursor is not None and cursor.generation == head.generation and cursor.seq >= head.seq

    def _describe_overdue_head(self, head: Cursor | None) -> str:
        limit = self._limits.head_seconds
        if head is None:
            return (
                f"{self._status_url}: no response within {limit:g} s; look for database_unavailable in the site's log."
            )
        return (
            f"{self._stream_url}: at {self._cursor} {limit:g} s after the request to {self._status_url}, which "
            f"returned {head} as head; look for log_read_failed and notify_failed in the site's log."
        )

    def _receive(self, *, until: float) -> tuple[float, ReceivedEvent | Cursor]:
        """Return when a thread received the next message, and the message.

        Errors: Empty after `until`; what the thread raised.
        """
        received_at, message = self._messages.get(timeout=max(0, until - time.monotonic()))
        if received_at > until:
            raise Empty
        if isinstance(message, Exception):
            raise message
        if isinstance(message, ReceivedEvent):
            self._cursor = parse_event_cursor(message.id, url=self._stream_url)
            if message.name == "heartbeat":
                self._heartbeat_at = received_at
        return received_at, message

    def _start(self, receive: Callable[[], Iterable[ReceivedEvent | Cursor]]) -> None:
        def run() -> None:
            try:
                for message in receive():
                    self._messages.put((time.monotonic(), message))
            except Exception as error:  # raised again by _receive
                self._messages.put((time.monotonic(), error))

        Thread(target=run, daemon=True).start()

    def _follow_stream(self) -> Iterator[ReceivedEvent]:
        limits = self._limits
        with httpx2.Client() as client:
            stream = StreamClient(
                client,
                self._stream_url,
                headers={"Accept": "text/event-stream"} | self._headers,
                warn=lambda text: None,
                max_gap_seconds=limits.open_seconds + limits.heartbeat_seconds + limits.head_seconds,
            )
            try:
                yield from stream.follow_once()
            except (StreamRejected, StreamUnavailable) as error:
                raise CheckFailed(describe_status(self._stream_url, error.status, str(error))) from error
            except httpx2.HTTPError as error:
                raise CheckFailed(describe_transport_error(self._stream_url, error)) from error
        raise CheckFailed(
            f"{self._stream_url}: the stream ended {time.monotonic() - self._began_at:.1f} s after the request; unless "
            "the server was stopped, look for a proxy whose read timeout is below two heartbeat intervals."
        )

    def _fetch_head(self) -> Iterator[Cursor]:
        url = self._status_url
        try:
            response = httpx2.get(url, headers=self._headers, timeout=self._limits.head_seconds)
        except httpx2.HTTPError as error:
            raise CheckFailed(describe_transport_error(url, error)) from error
        if response.status_code != 200:
            text = f"{response.status_code}: {response.text[:200]}"
            raise CheckFailed(describe_status(url, response.status_code, text))
        try:
            head = str(response.json()["head"])
        except (ValueError, LookupError, TypeError):
            raise CheckFailed(f"{url}: no `head` in {response.text[:200]!r}; check the URL.") from None
        yield parse_event_cursor(head, url=url)


def parse_event_cursor(text: str, *, url: httpx2.URL) -> Cursor:
    """Return the cursor of an event id or head. Errors: CheckFailed for a text that is not one."""
    try:
        return parse_cursor(text)
    except CursorError:
        raise CheckFailed(
            f"{url}: {text[:80]!r} is not an event id like evt_<generation>-<seq>; check the URL."
        ) from None


def describe_status(url: httpx2.URL, status: int, text: str) -> str:
    """Return the failure text of a response other than 200; `text` begins with the status."""
    return f"{url}: returned {text}; {CURES.get(status, OTHER_CURE)}."


def describe_transport_error(url: httpx2.URL, error: httpx2.HTTPError) -> str:
    """Return the failure text of a failed connection."""
    return f"{url}: {type(error).__name__}: {error}; start the site, or check the URL and the network."


def parse_site(text: str) -> httpx2.URL:
    """Return the URL of a site. Errors: ArgumentTypeError for another scheme, user, query or stream path."""
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL as error:
        raise ArgumentTypeError(f"{text!r}: {error}") from error
    is_site = url.scheme in ("http", "https") and url.host and not (url.userinfo or url.query or url.fragment)
    if not is_site or url.path.rstrip("/").endswith("/stream"):
        raise ArgumentTypeError(
            f"{url.copy_with(userinfo=b'')!s}: must be the URL of a site, like https://news.example.org."
        )
    return url


def parse_seconds(text: str) -> float:
    """Return a duration in seconds. Errors: ArgumentTypeError unless it is above 0 and at most a day."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= MAX_SECONDS:
        raise ArgumentTypeError(f"{text!r}: must be a number of seconds above 0, {MAX_SECONDS} at most.")
    return seconds

"""Fetch one document over HTTP, politely and with limits on bytes, redirects and time.

Refuses anything but http and https. The client's transport is the one place through which every connection goes.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import httpx2

USER_AGENT = "sentiment-site/0.1 (reader of RSS and Atom feeds)"
ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)
CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0  # without a byte
TOTAL_SECONDS = 30.0  # from first to last byte, redirects included
MAX_BYTES = 5_000_000  # after decompression
MAX_REDIRECTS = 5
MAX_VALIDATOR = {"etag": 500, "last-modified": 100}  # characters; a longer one is not kept


class SourceError(Exception):
    """A source that can't be read; the text names the host, what happened and the cure."""

    def __init__(self, text: str, *, retry_after_seconds: float = 0.0) -> None:
        super().__init__(text)
        self.retry_after_seconds = retry_after_seconds  # what the server asked for, 0 for nothing


@dataclass(frozen=True, slots=True)
class Document:
    """What a server sent. `body` is None when nothing has changed since the validators were given out."""

    url: str  # after redirects
    body: bytes | None
    content_type: str
    etag: str
    last_modified: str


def make_client(transport: httpx2.BaseTransport | None = None) -> httpx2.Client:
    """Return a client for any number of sources and threads. It keeps no cookies and no idle connections."""
    return httpx2.Client(
        transport=transport,
        headers={"User-Agent": USER_AGENT, "Accept": ACCEPT},
        timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        limits=httpx2.Limits(max_keepalive_connections=0),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=True,
        max_redirects=MAX_REDIRECTS,
    )


def fetch(
    url: str,
    client: httpx2.Client,
    *,
    etag: str = "",
    last_modified: str = "",
    total_seconds: float = TOTAL_SECONDS,
) -> Document:
    """Get `url`, unless it is unchanged since `etag` and `last_modified` were given out.

    Errors: SourceError, whatever the server or the network does.
    """
    host = name_host(url)
    headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    try:
        with _time_box(total_seconds) as box:
            try:
                return _get(url, client, {name: value for name, value in headers.items() if value}, box)
            except (httpx2.HTTPError, OSError) as error:
                box.check(host)
                raise SourceError(f"{host}: {_explain(error)}") from error
    except (httpx2.InvalidURL, UnicodeError, ValueError) as error:
        raise SourceError(f"{host}: not an address that can be asked ({error}); correct the source's URL.") from error


def name_host(url: str) -> str:
    """Return the host of `url` for people to read: no password, no query."""
    with suppress(ValueError):
        if host := urlsplit(url).hostname:
            return host[:100]
    return repr(url[:60])


class _TimeBox:
    """Cuts the connections it was shown when time is up. Read timeouts don't see a server that drips bytes."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._seconds = seconds
        self._ends = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()

    def watch(self, event: str, info: dict[str, Any]) -> None:
        """Note a connection that was made (the client's `trace` extension)."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            with self._lock:
                self._sockets.append(info["return_value"].get_extra_info("socket"))
            if self.is_over:
                self.cut()

    def cut(self) -> None:
        self.is_over = True
        with self._lock:
            for connection in self._sockets:
                # socket's own method: that of an SSLSocket would tear down what another thread is reading from.
                with suppress(OSError):
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def check(self, host: str) -> None:
        """Raise SourceError when time is up."""
        if self.is_over or time.monotonic() > self._ends:
            raise SourceError(f"{host}: not done after {self._seconds:g} s; it is asked again later.")


@contextmanager
def _time_box(seconds: float) -> Iterator[_TimeBox]:
    box = _TimeBox(seconds)
    timer = threading.Timer(seconds, box.cut)
    timer.daemon = True
    timer.start()
    try:
        yield box
    finally:
        timer.cancel()


def _get(url: str, client: httpx2.Client, headers: dict[str, str], box: _TimeBox) -> Document:
    host = name_host(url)
    with client.stream("GET", url, headers=headers, extensions={"trace": box.watch}) as response:
        if response.status_code == 304:
            body = None
        elif response.status_code == 200:
            body = _read_body(response, host, box)
        else:
            raise SourceError(
                f"{host}: answered {response.status_code}; {_cure(response.status_code)}.",
                retry_after_seconds=_read_retry_after(response.headers.get("retry-after", "")),
            )
        return Document(
            url=str(response.url),
            body=body,
            content_type=response.headers.get("content-type", ""),
            etag=_read_validator(response, "etag"),
            last_modified=_read_validator(response, "last-modified"),
        )


def _read_body(response: httpx2.Response, host: str, box: _TimeBox) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        box.check(host)
        if len(body) > MAX_BYTES:
            raise SourceError(f"{host}: sent more than {MAX_BYTES:,} bytes; give the URL of a shorter feed.")
    box.check(host)  # a connection cut by the box may look like the end of the body
    return bytes(body)


def _read_validator(response: httpx2.Response, name: str) -> str:
    value = response.headers.get(name, "")
    return value if len(value) <= MAX_VALIDATOR[name] and value.isascii() and value.isprintable() else ""


def _read_retry_after(value: str) -> float:
    """Return the seconds that a Retry-After header asks for (RFC 9110, 10.2.3), 0 for none or nonsense."""
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _cure(status: int) -> str:
    if status in (401, 402, 403, 407, 451):
        return "it does not let this site in; give a URL that needs no login"
    if status in (404, 410):
        return "the feed is gone; correct the source's URL or disable it"
    if status == 429:
        return "it is asked too often; give the source a longer interval"
    if status >= 500:
        return "the fault is there; it is asked again later"
    return "correct the source's URL"


_EXPLANATIONS: list[tuple[type[Exception], str]] = [
    (httpx2.ConnectTimeout, f"no connection within {CONNECT_SECONDS:g} s; check the host and the network."),
    (httpx2.TimeoutException, f"silent for {READ_SECONDS:g} s; it is asked again later."),
    (httpx2.ConnectError, "no connection ({error}); check the host's name, its port and the network."),
    (httpx2.TooManyRedirects, f"redirects more than {MAX_REDIRECTS} times; give the URL it ends at."),
    (httpx2.UnsupportedProtocol, "not reached over http or https; give a URL that begins with https://."),
    (httpx2.DecodingError, "sent a body that can't be decompressed; it is asked again later."),
    (Exception, "the connection broke ({error}); it is asked again later."),
]


def _explain(error: Exception) -> str:
    text = next(text for kind, text in _EXPLANATIONS if isinstance(error, kind))
    return text.format(error=str(error)[:200] or type(error).__name__)

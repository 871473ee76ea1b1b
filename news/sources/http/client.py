"""Fetch one document over HTTP, politely and with limits on bytes, redirects and time.

Refuses anything but http and https, and addresses that are not public (`network`, asked again for each redirect).
"""

import socket
import ssl
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urlsplit

import httpx2

from news.sources.http.deadline import Deadline, DeadlineExceeded, running_deadline
from news.sources.http.decompress import Decompressor
from news.sources.http.ssrf import AddressError, Network, PublicTransport, Resolve, resolve

USER_AGENT = "sentiment-site/0.1 (reader of news feeds)"
CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0  # without a byte
TOTAL_SECONDS = 30.0  # from first to last byte, redirects included
MAX_BYTES = 2_000_000  # before and after decompression
MAX_REDIRECTS = 5
MAX_VALIDATOR = {"etag": 500, "last-modified": 100}  # characters; a longer one is not kept


class SourceError(Exception):
    """A source that can't be read; the text names the host, what happened and the cure."""

    def __init__(self, text: str, *, status: int = 0, retry_after_seconds: float = 0.0) -> None:
        super().__init__(text)
        self.status = status  # of the answer, 0 for none
        self.retry_after_seconds = retry_after_seconds  # what the server asked for, 0 for nothing


@dataclass(frozen=True, slots=True)
class Document:
    """What a server sent. `body` is None when nothing has changed since the validators were given out."""

    url: str  # after redirects
    body: bytes | None
    content_type: str
    etag: str
    last_modified: str


def make_client(*, allowed: Sequence[Network] = (), resolve: Resolve = resolve) -> httpx2.Client:
    """Return a client for any number of sources and threads. It keeps no cookies and no idle connections.

    `allowed` are networks that are asked though they are not public. A proxy of the environment is not used: it would
    connect to what we must not.
    """
    return httpx2.Client(
        transport=PublicTransport(allowed=allowed, resolve=resolve),
        trust_env=False,
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate"},
        timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=None),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


def fetch(
    url: str,
    client: httpx2.Client,
    *,
    headers: Mapping[str, str] | None = None,
    credentials: Mapping[str, str] | None = None,
    total_seconds: float = TOTAL_SECONDS,
) -> Document:
    """Get `url`. `credentials` are headers that nobody but its own server may see, wherever that redirects to.

    Errors: SourceError, whatever the server or the network does.
    """
    host = name_host(url)
    try:
        with running_deadline(total_seconds) as box:
            try:
                return _follow(url, client, headers or {}, credentials or {}, box)
            except (httpx2.HTTPError, zlib.error, OSError) as error:
                box.check()
                raise SourceError(f"{host}: {_explain(error)}") from error
    except DeadlineExceeded as error:
        raise SourceError(f"{host}: {error}") from error
    except (httpx2.InvalidURL, UnicodeError, ValueError) as error:
        raise SourceError(f"{host}: not an address that can be asked ({error}); correct the source's URL.") from error


def name_host(url: str) -> str:
    """Return the host of `url` for people to read: no password, no query."""
    with suppress(ValueError):
        if host := urlsplit(url).hostname:
            return host[:100]
    return "the source's URL"


def _follow(
    url: str, client: httpx2.Client, headers: Mapping[str, str], credentials: Mapping[str, str], box: Deadline
) -> Document:
    # Not left to the client: it would read the body of a redirect, however long, and take credentials along.
    host, start = name_host(url), httpx2.URL(url)
    address = start
    for _ in range(MAX_REDIRECTS + 1):
        if address.scheme not in ("http", "https") or not address.host:
            where = "" if address == start else "redirects to what is "
            raise SourceError(f"{host}: {where}not reached over http or https; give a URL that begins with https://.")
        sent = {**headers, **(credentials if _origin(address) == _origin(start) else {})}
        with client.stream("GET", address, headers=sent, extensions={"trace": box.watch}) as response:
            if not response.has_redirect_location:
                return _read(response, host, box)
            address = address.join(response.headers["location"])
        box.check()
    raise SourceError(f"{host}: redirects more than {MAX_REDIRECTS} times; give the URL it ends at.")


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _read(response: httpx2.Response, host: str, box: Deadline) -> Document:
    if response.status_code not in (200, 304):
        raise SourceError(
            f"{host}: answered {response.status_code}; {_cure(response.status_code)}.",
            status=response.status_code,
            retry_after_seconds=_parse_retry_after(response.headers.get("retry-after", "")),
        )
    return Document(
        url=str(response.url),
        body=None if response.status_code == 304 else _read_body(response, host, box),
        content_type=response.headers.get("content-type", ""),
        etag=_parse_validator(response, "etag"),
        last_modified=_parse_validator(response, "last-modified"),
    )


def _read_body(response: httpx2.Response, host: str, box: Deadline) -> bytes:
    """Return the body, decompressed. The client's own decompression keeps no count of what a body hides."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise SourceError(f"{host}: sent a body encoded as {encoding[:60]!r}; only gzip or deflate, once, is read.")
    inflate = Decompressor() if encoding not in ("", "identity") else None
    body, received = bytearray(), 0
    for chunk in response.iter_raw():
        box.check()
        received += len(chunk)
        for piece in inflate(chunk) if inflate else [chunk]:
            if max(len(body) + len(piece), received) > MAX_BYTES:
                raise SourceError(f"{host}: sent more than {MAX_BYTES:,} bytes; give the URL of a shorter document.")
            body += piece
    box.check()  # a connection cut by the box may look like the end of the body
    if inflate and received and not inflate.is_whole:
        raise zlib.error("it ends too early")
    return bytes(body)


def _parse_validator(response: httpx2.Response, name: str) -> str:
    value = response.headers.get(name, "")
    return value if len(value) <= MAX_VALIDATOR[name] and value.isascii() and value.isprintable() else ""


def _parse_retry_after(value: str) -> float:
    """Return the seconds that a Retry-After header asks for (RFC 9110, 10.2.3), 0 for none or nonsense."""
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # the latter for a year of many digits
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
    (AddressError, "{error}"),
    (
        ssl.SSLCertVerificationError,
        "its certificate is not trusted ({error}); correct the URL, or have SSL_CERT_FILE name who signed it.",
    ),
    (httpx2.ConnectTimeout, f"no connection within {CONNECT_SECONDS:g} s; check the host and the network."),
    (httpx2.TimeoutException, f"silent for {READ_SECONDS:g} s; it is asked again later."),
    (httpx2.ConnectError, "no connection ({error}); check the host's name, its port and the network."),
    (socket.gaierror, "its name leads nowhere ({error}); check the host's name and the network."),
    (zlib.error, "sent a body that can't be decompressed ({error}); it is asked again later."),
    (Exception, "the connection broke ({error}); it is asked again later."),
]


def _explain(error: Exception) -> str:
    error = _find_certificate_error(error) or error
    text = next(text for kind, text in _EXPLANATIONS if isinstance(error, kind))
    return text.format(error=str(error)[:300] or type(error).__name__)


def _find_certificate_error(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """Return what the check of a certificate said; the client wraps it."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error

"""Fetch one document over HTTP, with limits on bytes, redirects and time.

Only http and https are allowed, and only public addresses (`ssrf`), which are checked again for each redirect.
"""

import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from io import BytesIO
from urllib.parse import urlsplit

import httpx2

from news.sources.http.api_credentials import APICredentials
from news.sources.http.deadline import Deadline, DeadlineExceeded, running_deadline
from news.sources.http.decompress import DecompressionError, TooLargeError, decompress
from news.sources.http.size_limit import MAX_BYTES, SizeLimit
from news.sources.http.ssrf import AddressError, Network, PublicTransport, Resolve, resolve

USER_AGENT = "sentiment-site/0.1 (reader of news feeds)"
CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0  # between two chunks of bytes
TOTAL_SECONDS = 30.0  # for a fetch, with its redirects
MAX_REDIRECTS = 5
_END_OF_DOCUMENT = re.compile(rb"[>}\]][\s\0]*$")  # of XML, HTML or JSON
MAX_VALIDATOR = {"etag": 500, "last-modified": 100}  # characters; longer ones are ignored


class SourceError(Exception):
    """A source that can't be fetched; the text names the host, the problem and the cure.

    status: of the response, 0 for none.
    retry_after_seconds: what the server asked for, 0 for nothing.
    feeds: addresses of feeds that it links, if it sent a web page.
    """

    def __init__(
        self, text: str, *, status: int = 0, retry_after_seconds: float = 0.0, feeds: Sequence[str] = ()
    ) -> None:
        super().__init__(text)
        self.feeds = tuple(feeds)
        self.status = status
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class Document:
    """The response of a server.

    url: after redirects, without credentials.
    body: None if nothing has changed since the validators (`etag`, `last_modified`) were issued.
    etag, last_modified: "" also for a body that ended before its announced end, which is fetched again.
    """

    url: str
    body: bytes | None
    content_type: str
    etag: str
    last_modified: str


def make_client(*, allowed: Sequence[Network] = (), resolve: Resolve = resolve) -> httpx2.Client:
    """Return a client for any number of sources and threads. It keeps no cookies and no connections.

    allowed: networks that may be connected to although they are not public.
    resolve: looks up the addresses of a host.
    """
    return httpx2.Client(
        transport=PublicTransport(allowed=allowed, resolve=resolve),
        trust_env=False,  # a proxy of the environment could connect to addresses that we reject
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate"},
        timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=None),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


def fetch(
    url: str,
    client: httpx2.Client,
    *,
    headers: Mapping[str, str] | None = None,
    credentials: APICredentials | None = None,
    size_limit: SizeLimit | None = None,
    total_seconds: float = TOTAL_SECONDS,
) -> Document:
    """Return the document at `url`.

    credentials: sent to the origin of `url` only, not to other origins that it redirects to.
    size_limit: ends when the caller no longer needs the document, by default at once.
    Errors: SourceError, without the secret of the credentials, for all faults of the server and the network.
    """
    try:
        with (
            nullcontext(size_limit) if size_limit else SizeLimit() as limit,
            running_deadline(total_seconds) as deadline,
        ):
            return _fetch(url, client, headers=headers or {}, credentials=credentials, limit=limit, deadline=deadline)
    except SourceError as error:
        if credentials is None:
            raise
        text = credentials.secret.redact(str(error))
        redacted = SourceError(text, status=error.status, retry_after_seconds=error.retry_after_seconds)
    # Outside the handler: a traceback would show the text of the error that is replaced.
    raise redacted


def get_host(url: str) -> str:
    """Return the host of a URL for messages, without password and query."""
    with suppress(ValueError):
        if host := urlsplit(url).hostname:
            return host[:100]
    return "the source's URL"


def _fetch(
    url: str,
    client: httpx2.Client,
    *,
    headers: Mapping[str, str],
    credentials: APICredentials | None,
    limit: SizeLimit,
    deadline: Deadline,
) -> Document:
    host = get_host(url)
    try:
        try:
            return _follow_redirects(
                url, client, headers=headers, credentials=credentials, limit=limit, deadline=deadline
            )
        except (httpx2.HTTPError, DecompressionError, OSError) as error:
            deadline.check()  # it closes connections, which looks like a fault of the server
            raise SourceError(f"{host}: {_explain(error)}") from error
    except DeadlineExceeded as error:
        raise SourceError(f"{host}: {error}") from error
    except (httpx2.InvalidURL, UnicodeError, ValueError) as error:
        raise SourceError(f"{host}: invalid URL ({error}); correct the source's URL.") from error


def _follow_redirects(
    url: str,
    client: httpx2.Client,
    *,
    headers: Mapping[str, str],
    credentials: APICredentials | None,
    limit: SizeLimit,
    deadline: Deadline,
) -> Document:
    # httpx2's own redirects would download the body of each, and send credentials to other origins.
    host, origin = get_host(url), _get_origin(httpx2.URL(url))
    address, cookies = httpx2.URL(url), httpx2.Cookies()  # some servers redirect until a client sends their cookie
    for redirects in range(MAX_REDIRECTS + 1):
        if address.scheme not in ("http", "https") or not address.host:
            verb = "redirects to a URL that is" if redirects else "is"
            raise SourceError(f"{host}: {verb} not http or https; give a URL that begins with https://.")
        is_same_origin = _get_origin(address) == origin
        target, auth_headers = credentials.authorize(address) if credentials and is_same_origin else (address, {})
        request = client.build_request(
            "GET", target, headers={**headers, **auth_headers}, extensions={"deadline": deadline}
        )
        cookies.set_cookie_header(request)
        with closing(client.send(request, stream=True)) as response:
            cookies.extract_cookies(response)
            if not response.has_redirect_location:
                return _load_document(response, str(address), host=host, limit=limit, deadline=deadline)
            address = address.join(response.headers["location"])
            address = credentials.remove_from(address) if credentials else address
        deadline.check()
    raise SourceError(f"{host}: redirects more than {MAX_REDIRECTS} times; give the URL of the last redirect.")


def _get_origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _load_document(response: httpx2.Response, url: str, *, host: str, limit: SizeLimit, deadline: Deadline) -> Document:
    status = response.status_code
    if status != 304 and (status in (204, 205) or not 200 <= status < 300):
        raise SourceError(
            f"{host}: answered {status}; {_get_cure(status)}.",
            status=status,
            retry_after_seconds=_parse_retry_after(response.headers.get("retry-after", "")),
        )
    body, is_complete = (
        (None, True) if status == 304 else _load_body(response, host=host, limit=limit, deadline=deadline)
    )
    return Document(
        url=url,
        body=body,
        content_type=response.headers.get("content-type", ""),
        etag=_parse_validator(response, "etag") if is_complete else "",
        last_modified=_parse_validator(response, "last-modified") if is_complete else "",
    )


def _load_body(response: httpx2.Response, *, host: str, limit: SizeLimit, deadline: Deadline) -> tuple[bytes, bool]:
    """Return the decompressed body, and whether it is complete."""
    encoding = response.headers.get("content-encoding", "")
    try:
        received = _receive(response, limit, deadline)
        try:
            body, is_whole = decompress(received, encoding, max_bytes=limit.max_bytes)
        except TooLargeError:
            limit.extend(deadline)
            body, is_whole = decompress(received, encoding, max_bytes=limit.max_bytes)
    except TooLargeError as error:
        raise SourceError(f"{host}: sent more than {MAX_BYTES:,} bytes; give the URL of a shorter document.") from error
    is_complete = is_whole and response.extensions["reader"].is_complete
    if not is_complete and not _END_OF_DOCUMENT.search(body[-100:]):
        raise SourceError(f"{host}: the connection ended in the middle of the document; it is retried later.")
    return body, is_complete


def _receive(response: httpx2.Response, limit: SizeLimit, deadline: Deadline) -> bytes:
    """Return the body as it was sent. Errors: TooLargeError."""
    received = BytesIO()  # returns its content without a copy
    for chunk in response.iter_raw():
        deadline.check()
        received.write(chunk)
        if received.tell() > limit.max_bytes:
            limit.extend(deadline)
    deadline.check()  # a connection that it closed looks like the end of the body
    return received.getvalue()


def _parse_validator(response: httpx2.Response, name: str) -> str:
    value = response.headers.get(name, "")
    return value if len(value) <= MAX_VALIDATOR[name] and value.isascii() and value.isprintable() else ""


def _parse_retry_after(value: str) -> float:
    """Return the seconds of a Retry-After header (RFC 9110, 10.2.3), 0 if there is none or it is invalid."""
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # the latter for a year of many digits
        return 0.0
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _get_cure(status: int) -> str:
    if status in (401, 402, 403, 407, 451):
        return "access is denied; give a URL that needs no login"
    if status in (404, 410):
        return "the feed is gone; correct the source's URL or disable it"
    if status == 429:
        return "it is polled too often; give the source a longer interval"
    if status >= 500:
        return "the server has a fault; it is retried later"
    return "correct the source's URL"


_EXPLANATIONS: list[tuple[type[Exception], str]] = [
    (AddressError, "{error}"),
    (
        ssl.SSLCertVerificationError,
        "its certificate is not trusted ({error}); correct the URL, or set SSL_CERT_FILE to the issuer's certificate.",
    ),
    (httpx2.ConnectTimeout, f"no connection within {CONNECT_SECONDS:g} s; check the host and the network."),
    (httpx2.TimeoutException, f"sent nothing for {READ_SECONDS:g} s; it is retried later."),
    (httpx2.ConnectError, "no connection ({error}); check the host's name, its port and the network."),
    (socket.gaierror, "the name can't be resolved ({error}); check the host's name and the network."),
    (DecompressionError, "sent a body that can't be decompressed ({error}); it is retried later."),
    (Exception, "the connection broke ({error}); it is retried later."),
]
_ERROR_NUMBER = re.compile(r"\[Errno -?\d+\] ")


def _explain(error: Exception) -> str:
    error = _find_certificate_error(error) or error
    text = next(text for error_type, text in _EXPLANATIONS if isinstance(error, error_type))
    return text.format(error=_ERROR_NUMBER.sub("", str(error))[:300] or type(error).__name__)


def _find_certificate_error(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """Return the certificate error that httpx2 wraps, if any."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error

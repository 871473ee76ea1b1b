"""Fetch news from a JSON API, with a key from the environment.

The key is sent to its provider only, over https. It is not stored, not logged, and no part of a source's URL.
"""

from codecs import BOM_UTF8
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import httpx2
import orjson
from django.conf import settings

from news.models import Source
from news.source_kinds import APIKey
from news.sources.entries import ParsedDocument
from news.sources.http.api_credentials import APICredentials
from news.sources.http.client import Document, SourceError, get_host
from news.sources.result import FetchResult, fetch_document
from news.sources.sanitize import to_text

MAX_VALUES = 300_000  # of one document: small values take more memory than their text


class UnexpectedJSONError(ValueError):
    """A JSON value without news.

    value: what was sent.
    expected: what should have been sent.
    """

    def __init__(self, value: object, *, expected: str) -> None:
        super().__init__(expected)
        self.value = value
        self.expected = expected


def fetch_json(
    source: Source,
    client: httpx2.Client,
    *,
    api_key: APIKey,
    parse: Callable[[Any], ParsedDocument],
    url: str = "",
) -> FetchResult:
    """Fetch news from the API of a provider.

    parse: returns the records of a JSON value, or raises UnexpectedJSONError.
    url: address to fetch, by default the source's.
    Errors: SourceError.
    """
    url = url or source.url
    host, credentials = get_host(url), get_api_credentials(api_key, url)
    try:
        return fetch_document(
            source,
            client,
            parse=lambda document: parse(parse_json(document)),
            accept="application/json",
            url=url,
            credentials=credentials,
        )
    except UnexpectedJSONError as error:
        actual = _describe(error.value, credentials)
        raise SourceError(f"{host}: {actual} instead of {error.expected}; check the source's URL and kind.") from error
    except SourceError as error:
        if error.status not in (401, 403):
            raise
        cure = f"check {api_key.setting} in the environment of `ingest`, and that your plan includes this URL"
        raise SourceError(f"{host}: answered {error.status}; {cure}.", status=error.status) from error


def get_api_credentials(api_key: APIKey, url: str) -> APICredentials | None:
    """Return the credentials for a request to `url`, None for a host that must not receive the key.

    Errors: SourceError if the key is not set, or would be sent unencrypted.
    """
    if not _may_receive(api_key, url):
        return None
    secret = getattr(settings, api_key.setting)
    if not secret:
        raise SourceError(
            f"{get_host(url)}: needs an API key of {api_key.provider}; "
            f"set {api_key.setting} in the environment of `ingest`."
        )
    return APICredentials(secret, header=api_key.header, parameter=api_key.parameters[0], prefix=api_key.prefix)


def _may_receive(api_key: APIKey, url: str) -> bool:
    address = httpx2.URL(url)
    host = address.host
    if host == api_key.host or host.endswith(f".{api_key.host}"):
        if address.scheme != "https":
            raise SourceError(
                f"{host}: would send the API key of {api_key.provider} unencrypted; give an https:// URL."
            )
        return True
    try:  # a proxy or mock of the API on a private network
        return any(ip_address(host) in network for network in settings.SOURCE_ALLOWED_NETWORKS)
    except ValueError:
        return False


def parse_json(document: Document) -> Any:
    """Return the value of a JSON document. Errors: SourceError for other content, or too many values."""
    body, host = (document.body or b"").removeprefix(BOM_UTF8), get_host(document.url)
    if sum(body.count(mark) for mark in (b",", b"[", b"{")) > MAX_VALUES:
        raise SourceError(f"{host}: sent more than {MAX_VALUES:,} values; request fewer articles.")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        content_type = document.content_type[:60] or "a document"
        raise SourceError(
            f"{host}: sent {content_type} that is not JSON ({error.msg}); check the source's URL."
        ) from error


def _describe(value: object, credentials: APICredentials | None) -> str:
    """Return what was sent instead of news, with the provider's own error text if there is one."""
    if not isinstance(value, dict):
        return f"sent {'nothing' if value is None else type(value).__name__}"
    texts = [value[name] for name in ("error", "detail", "message", "code") if isinstance(value.get(name), str)]
    if not texts:
        return "sent an object"
    # Redacted before it is cut: the cut could leave the first half of a key.
    text = credentials.secret.redact(texts[0]) if credentials else texts[0]
    return f"sent the error {to_text(text, 200)!r}"

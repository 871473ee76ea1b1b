"""Ask the JSON API of a vendor, with a key from the environment.

A key goes to its vendor alone, over https, in a header; it is not stored, not logged, and no part of a URL.
"""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import httpx2
import orjson
from django.conf import settings

from news.models import Source
from news.sources.http.client import Document, SourceError, name_host
from news.sources.result import FetchResult, Record, fetch_document
from news.sources.sanitize import to_text

MAX_VALUES = 300_000  # of one answer: small ones take more memory than their text


@dataclass(frozen=True, slots=True)
class JSONProvider:
    """Who is asked, and how the key is shown to them."""

    name: str
    host: str  # and those below it
    setting: str  # where the key stands, in the environment as well
    header: str
    prefix: str = ""

    def credentials_for(self, url: str) -> dict[str, str]:
        """Return the header that shows the key, none for a host that is not the vendor's.

        Errors: SourceError when the key is missing, or could be read on its way.
        """
        if not self._may_see_key(url):
            return {}
        key = getattr(settings, self.setting)
        if not key:
            raise SourceError(
                f"{name_host(url)}: needs a key of {self.name}; set {self.setting} in the environment of `ingest`."
            )
        return {self.header: self.prefix + key}

    def _may_see_key(self, url: str) -> bool:
        address = httpx2.URL(url)
        host = address.host
        if host == self.host or host.endswith(f".{self.host}"):
            if address.scheme != "https":
                raise SourceError(f"{host}: would send the key of {self.name} unencrypted; give an https:// URL.")
            return True
        try:  # a stand-in on one's own network
            return any(ip_address(host) in network for network in settings.SOURCE_ALLOWED_NETWORKS)
        except ValueError:
            return False


def fetch_json(
    source: Source,
    client: httpx2.Client,
    vendor: JSONProvider,
    read: Callable[[Any, str], tuple[list[Record], int]],
    *,
    url: str = "",
) -> FetchResult:
    """Ask a vendor and read the answer: `read` gets its JSON and the host, and returns records and what was skipped.

    Errors: SourceError.
    """
    url = url or source.url
    try:
        return fetch_document(
            source,
            client,
            lambda document: read(parse_json(document), name_host(url)),
            accept="application/json",
            url=url,
            credentials=vendor.credentials_for(url),
        )
    except SourceError as error:
        if error.status not in (401, 403):
            raise
        cure = f"check {vendor.setting} in the environment of `ingest`, and that the plan includes this address"
        raise SourceError(f"{name_host(url)}: answered {error.status}; {cure}.", status=error.status) from error


def parse_json(document: Document) -> Any:
    """Return the JSON of an answer. Errors: SourceError for what is none, or holds too many values."""
    body, host = document.body or b"", name_host(document.url)
    if sum(body.count(mark) for mark in (b",", b"[", b"{")) > MAX_VALUES:
        raise SourceError(f"{host}: sent more than {MAX_VALUES:,} values; ask for fewer entries.")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        sent = document.content_type[:60] or "something"
        raise SourceError(f"{host}: sent {sent} that is no JSON ({error.msg}); check the source's URL.") from error


def explain_answer(answer: object) -> str:
    """Return what was sent in the place of news, with the vendor's own words where there are any."""
    if isinstance(answer, dict):
        words = [answer[name] for name in ("error", "detail", "message", "code") if isinstance(answer.get(name), str)]
        return f"says {without_keys(to_text(words[0], 200))!r}" if words else "sent an object"
    return f"sent {'nothing' if answer is None else type(answer).__name__}"


def without_keys(text: str) -> str:
    """Return the text without the keys: a vendor may repeat what it was sent."""
    for setting in ("FINNHUB_TOKEN", "TIINGO_TOKEN", "NEWSAPI_KEY"):
        if key := getattr(settings, setting):
            text = text.replace(key, "…")
    return text

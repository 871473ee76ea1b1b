"""Addresses of feeds as people give them, and the key by which two of them are the same feed."""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

MAX_ADDRESS = 2_000  # characters, as many as the URL of a source has


class FeedAddress(NamedTuple):
    """The address of a feed, and a name for it, "" if none is known."""

    url: str
    name: str = ""


def parse_address(text: str) -> str:
    """Return what was typed or pasted as a URL: with https if it has no scheme, and without `feed:`.

    Errors: ValueError with the value found and the cure.
    """
    text = text.strip().strip("<>\"'")
    if text.lower().startswith("feed:"):
        text = text[5:].removeprefix("//")
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises ValueError
        is_usable = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and text.isprintable()
    except ValueError:
        is_usable = False
    if not is_usable or len(text) > MAX_ADDRESS:
        raise ValueError(f"{text[:100]!r}: is no web address; give one such as https://example.org/feed.xml.")
    return text


def drop_repeated(addresses: Iterable[FeedAddress]) -> dict[str, FeedAddress]:
    """Return the first address of each feed, in order, by its key."""
    by_key: dict[str, FeedAddress] = {}
    for address in addresses:
        by_key.setdefault(get_feed_key(address.url), address)
    return by_key


def get_feed_key(url: str) -> str:
    """Return what is equal for two addresses of one feed: scheme, www, last slash and fragment do not count."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return url
    port_text = "" if port in (None, 80, 443) else f":{port}"
    return f"{host}{port_text}{parts.path.rstrip('/')}?{parts.query}"

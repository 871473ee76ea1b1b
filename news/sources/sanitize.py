"""Make of what others wrote plain text, links of the web, ids that fit and times that can be."""

import html
import re
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urljoin

import nh3

from common.time import format_time
from news.ingest.validation import URL
from news.limits import MAX_EXTERNAL_ID, MAX_URL

MARKUP_FOR_A_CHARACTER = 10  # of text; what is longer is cut before it costs
_BLOCK = re.compile(r"<(?=/?(?:p|br|div|li|ul|ol|tr|td|h[1-6])\b)", re.IGNORECASE)


def to_text(markup: str, most: int = 20_000) -> str:
    """Return HTML as plain text on one line, without what does not belong into text, `most` characters of it."""
    markup = _BLOCK.sub(" <", markup.strip()[: most * MARKUP_FOR_A_CHARACTER])
    stripped = nh3.clean(markup, tags=set(), clean_content_tags={"script", "style"})
    text = html.unescape(stripped)
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(letter) in ("Cc", "Cs", "Cn") else letter for letter in text)
    return " ".join(text.split())[:most].strip()


def parse_link(link: str, base: str = "") -> str:
    """Return a link a browser may follow, http or https, relative to `base`; "" for any other."""
    with suppress(ValueError):
        link = urljoin(base, link.strip()).replace(" ", "%20") if link.strip() else ""
        if len(link) <= MAX_URL and link.isprintable() and URL.fullmatch(link):
            return link
    return ""


def parse_external_id(name: str) -> str | None:
    """Return an id that fits: the name, or a digest of one that does not; None for none."""
    name = " ".join(name.split())
    fits = len(name) <= MAX_EXTERNAL_ID and name.isprintable()
    return (name if fits else sha256(name.encode("utf-8", "replace")).hexdigest()) or None


def parse_unix_time(seconds: float, now: datetime) -> str | None:
    """Return a time as ISO-8601, `now` for one in the future; None for one that can't be, or is before 1970."""
    try:
        return format_time(min(datetime.fromtimestamp(seconds, UTC), now)) if seconds >= 0 else None
    except (ValueError, OverflowError, OSError):
        return None

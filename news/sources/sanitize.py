"""Turn untrusted values of feeds and APIs into plain text, http links and ids of limited length."""

import html
import re
import unicodedata
from contextlib import suppress
from hashlib import sha256
from urllib.parse import urljoin

import nh3

from common.text import normalize_text
from news.limits import MAX_EXTERNAL_ID, MAX_URL, URL

MARKUP_PER_CHARACTER = 10  # characters of markup for one of text; the rest is cut before it is parsed
MAX_ESCAPES = 3  # of markup that is escaped more than once
_MARKUP = re.compile(r"</?(?:p|br|b|i|em|strong|a|div|span|img|font|[uo]l|li|h[1-6])(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BLOCK = re.compile(r"<(?=/?(?:p|br|div|li|ul|ol|tr|td|h[1-6])\b)", re.IGNORECASE)


def to_text(markup: str, max_length: int = 20_000) -> str:
    """Return HTML as one line of plain text in one form, without control characters, cut to `max_length` characters."""
    text = markup.strip()[: max_length * MARKUP_PER_CHARACTER]
    for _ in range(MAX_ESCAPES):
        text = html.unescape(nh3.clean(_BLOCK.sub(" <", text), tags=set(), clean_content_tags={"script", "style"}))
        if not _MARKUP.search(text):
            break
    text = normalize_text(text)
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(letter) in ("Cc", "Cs", "Cn") else letter for letter in text)
        text = " ".join(text.split())
    return text[:max_length].strip()


def parse_link(link: str, base: str = "") -> str:
    """Return a link as an absolute http or https URL, resolved against `base`; "" for any other."""
    with suppress(ValueError):
        link = urljoin(base, link.strip()).replace(" ", "%20") if link.strip() else ""
        if len(link) <= MAX_URL and link.isprintable() and URL.fullmatch(link):
            return link
    return ""


def parse_external_id(text: str) -> str | None:
    """Return an id that fits the column: the text, or its SHA-256 if it is too long; None if it is empty."""
    text = " ".join(text.split())
    is_usable = len(text) <= MAX_EXTERNAL_ID and text.isprintable()
    return (text if is_usable else sha256(text.encode("utf-8", "replace")).hexdigest()) or None

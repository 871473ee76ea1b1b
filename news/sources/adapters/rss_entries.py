"""Read the entries of an RSS or Atom document into records for `ingest_records`.

Tolerates broken XML and broken encodings. Refuses entity declarations (entity bombs) and what is not a feed.
"""

import calendar
import codecs
import io
import re
import xml.sax
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import defusedxml.sax
import feedparser
from defusedxml.common import DefusedXmlException

from common.time import utc_now
from news.limits import MAX_SUMMARY, MAX_TITLE
from news.sources.http.client import Document, SourceError, name_host
from news.sources.sanitize import parse_external_id, parse_link, parse_unix_time, to_text

MAX_ENTRIES = 500

# Text encodings that are no encodings of texts: slow on hostile input, or made to hide what is in them.
_REFUSED_ENCODINGS = {"punycode", "idna", "utf-7", "unicode_escape", "raw_unicode_escape"}
_BOMS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
]
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")


def parse_entries(document: Document, *, now: datetime | None = None) -> list[dict[str, Any]]:
    """Return a record for each entry, newest as the feed orders them, 500 at most.

    A record has title, summary, url, external_id and published_at, as far as the entry has them; a date in the
    future becomes `now`. Errors: SourceError for what is no feed.
    """
    host = name_host(document.url)
    text = decode(document.body or b"", document.content_type)
    if declaration := _DECLARATION.match(text):  # of an encoding it no longer has
        text = text[declaration.end() :]
    _refuse_entities(text, host)
    try:
        feed = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            # No base URL: guids would be resolved by it too, and be others once the feed moves.
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,  # all markup is taken out below
            resolve_relative_uris=False,  # those in markup
        )
    except Exception as error:  # the parser names none; what it stumbles over came from outside
        raise SourceError(f"{host}: sent what can't be read as a feed ({error!r}); check the source's URL.") from error
    if not feed.entries and (feed.bozo or not feed.get("version")):
        raise SourceError(
            f"{host}: sent {document.content_type[:60] or 'something'} that is no RSS or Atom feed; "
            "give the URL of the feed itself."
        )
    return [_parse_entry(entry, document.url, now or utc_now()) for entry in feed.entries[:MAX_ENTRIES]]


def decode(body: bytes, content_type: str = "") -> str:
    """Return the text of an XML document: by byte order mark, as UTF-8, or as it says itself; never fails."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, "replace").removeprefix("\ufeff")
    # UTF-8 first whatever is declared: text of another encoding is hardly ever valid UTF-8, and declarations lie.
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    sound = len(text) - len(text.encode("ascii", "ignore")) - broken
    if sound > broken or not broken:
        return text
    for encoding in _declared_encodings(body, content_type):
        with suppress(LookupError, UnicodeError):  # an unknown name, one of no text encoding, a lie
            return body.decode(encoding)
    return body.decode("windows-1252", "replace")


def _declared_encodings(body: bytes, content_type: str) -> Iterator[str]:
    declared = re.search(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]{1,40})", body[:300])
    served = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", content_type, re.IGNORECASE | re.ASCII)
    names = [served[1]] if served else []
    names += [declared[1].decode("ascii")] if declared else []
    for name in names:
        try:
            codec = codecs.lookup(name)
        except LookupError:
            continue
        if codec.name == "iso8859-1":
            yield "windows-1252"  # as browsers read it: the difference is only curly quotes and the like
        elif codec.name not in _REFUSED_ENCODINGS:
            yield codec.name


def _refuse_entities(text: str, host: str) -> None:
    # A document type by itself is fine (RSS 0.91 has one); nothing it points at is fetched.
    try:
        defusedxml.sax.parseString(
            text.encode("utf-8", "replace"), xml.sax.ContentHandler(), forbid_entities=True, forbid_external=False
        )
        declares = False
    except DefusedXmlException:
        declares = True
    except xml.sax.SAXException:
        declares = "<!entity" in text.lower()  # broken XML: what stands behind the break is unknown
    if declares:
        raise SourceError(
            f"{host}: declares XML entities, which can be a bomb; ask for a feed without a DTD of its own."
        )


def _parse_entry(entry: Any, base: str, now: datetime) -> dict[str, Any]:
    content = entry.get("content") or [{}]
    title = to_text(entry.get("title") or "", MAX_TITLE)
    link = parse_link(entry.get("link") or "", base)
    return {
        "title": title,
        "summary": to_text(entry.get("summary") or content[0].get("value") or "", MAX_SUMMARY),
        "url": link,
        # Without an id or a link the title has to do: undated, it would be news again every day.
        "external_id": parse_external_id(entry.get("id") or link or title),
        "published_at": _parse_date(entry, now),
    }


def _parse_date(entry: Any, now: datetime) -> str | None:
    """Return the time of publication, or else of the last update, as ISO-8601; None when unknown or before 1970."""
    # "in" first: feedparser warns when it has to stand in one date for another.
    parsed = next((entry[key] for key in ("published_parsed", "updated_parsed") if dict.get(entry, key)), None)
    try:
        return parse_unix_time(calendar.timegm(parsed), now) if parsed else None
    except (ValueError, OverflowError):
        return None

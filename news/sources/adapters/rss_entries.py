"""Parse the entries of an RSS or Atom document into records for `ingest_records`.

Tolerates broken XML and broken encodings. Rejects entity declarations (entity bombs) and documents that are no feed.
"""

import codecs
import io
import re
import xml.sax
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

import defusedxml.sax
from defusedxml.common import DefusedXmlException

from common.parsing import is_missing
from common.time import utc_now
from news.limits import MAX_SUMMARY, MAX_TITLE
from news.sources.adapters.other_documents import make_error
from news.sources.adapters.rss_split import split_feed
from news.sources.entries import MAX_FEED_TITLE, Entry, ParsedDocument, SkippedEntry, make_records
from news.sources.http.client import Document, SourceError, get_host
from news.sources.sanitize import parse_link, to_text

MAX_SUMMARIES = 2_000_000  # characters of all summaries of a long feed; a character takes up to 4 bytes

# Python codecs that no feed uses: some are slow on hostile input, others hide markup from the entity check.
_REJECTED_ENCODINGS = {"punycode", "idna", "utf-7", "unicode_escape", "raw_unicode_escape"}
_LATIN_1 = {"iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii", "windows-1252", "cp1252"}
_BOMS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
]
_BLANKS = " \t\r\n\0\ufeff"  # before the document, against the rules of XML
_ENTRY_START = re.compile(r"<(?:item|entry)[\s>]")
_ROOT_END = re.compile(r"</(?:rss|feed|rdf:RDF)\s*>")
_TITLE = re.compile(r"<title(?:\s[^<>]*)?>(?:\s*<!\[CDATA\[)?(.*?)(?:\]\]>\s*)?</title>", re.DOTALL)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")


def parse_entries(document: Document, *, now: datetime | None = None) -> ParsedDocument:
    """Return the records of a document, as `make_records` makes them. Errors: SourceError if it is no feed.

    A record has title, summary, url, external_id and published_at, empty where the entry has none.
    """
    now = now or utc_now()
    body = document.body or b""
    long_feed = split_feed(body, now=now)
    parts, older, max_summary = iter([body]), 0, MAX_SUMMARY
    if long_feed:
        parts, older = long_feed.parts, long_feed.dropped
        max_summary = min(MAX_SUMMARY, MAX_SUMMARIES // long_feed.kept)
    entries: list[Entry] = []
    title = unfinished = ""
    own_links = [document.url]
    for part in parts:
        feed, unfinished = _parse_feed(part, document)  # the parts of a long feed have the same end
        title = title or _to_text(feed.feed.get("title"), MAX_FEED_TITLE)
        own_links += [link.get("href") or "" for link in feed.feed.get("links", [])]
        entries += [_parse_entry(entry, document.url, max_summary) for entry in feed.entries]
    skipped = [_describe_unfinished(unfinished)] if unfinished else []
    parsed = make_records(entries, now=now, own_links=own_links, skipped=skipped, older=older)
    return replace(parsed, title=title)


def _parse_feed(body: bytes, document: Document) -> tuple[Any, str]:
    """Return feedparser's result for the body, or a part of the body, of a document, and its unfinished last entry."""
    import feedparser  # only the parser process needs its 2 MB

    host = get_host(document.url)
    text, unfinished = _cut_unfinished_entry(decode(body, document.content_type).lstrip(_BLANKS))
    if declaration := _DECLARATION.match(text):  # it names an encoding that the text no longer has
        text = text[declaration.end() :]
    _reject_entities(text, host)
    try:
        feed = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            # No base URL: it would be added to guids too, which would change when the feed moves.
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,  # all markup is removed below
            resolve_relative_uris=False,  # in markup
        )
    except Exception as error:  # feedparser documents none; the input is untrusted
        raise SourceError(
            f"{host}: sent a document that can't be parsed as a feed ({error!r}); check the source's URL."
        ) from error
    if not feed.entries and (feed.bozo or not feed.get("version")):
        raise make_error(document, text)
    return feed, unfinished


def decode(body: bytes, content_type: str = "") -> str:
    """Return the text of an XML document, decoded by its byte order mark, as UTF-8, or as declared; never fails."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, "replace").removeprefix("\ufeff")
    # UTF-8 before the declaration, which is often wrong: text of another encoding is hardly ever valid UTF-8.
    text = body.decode("utf-8", "replace")
    invalid_count = text.count("\ufffd")
    valid_count = len(text) - len(text.encode("ascii", "ignore")) - invalid_count  # of non-ASCII characters
    if valid_count > invalid_count or not invalid_count:
        return text
    for encoding in _find_encodings(body, content_type):
        with suppress(LookupError, UnicodeError):  # unknown, no text encoding, or a wrong declaration
            return body.decode(encoding)
    return body.decode("windows-1252", "replace")


def _cut_unfinished_entry(text: str) -> tuple[str, str]:
    """Return a document without a last entry that it ends in the middle of, and that entry: its title may be cut."""
    if _ROOT_END.search(text[-1_000:]):
        return text, ""
    start = _ENTRY_START.search(text, max(text.rfind("</item>"), text.rfind("</entry>"), 0))
    return (text[: start.start()], text[start.start() :]) if start else (text, "")


def _describe_unfinished(text: str) -> SkippedEntry:
    title = _TITLE.search(text[:MAX_SUMMARY])
    reason = "the document ends in the middle of this entry; it is taken once the source sends it whole."
    return SkippedEntry(_to_text(title[1], MAX_TITLE) if title else "", reason)


def _find_encodings(body: bytes, content_type: str) -> Iterator[str]:
    in_xml = re.search(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]{1,40})", body[:300])
    in_header = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", content_type, re.IGNORECASE | re.ASCII)
    names = [in_xml[1].decode("ascii")] if in_xml else []
    names += [in_header[1]] if in_header else []
    # Latin-1 fits any bytes, and is the default of many servers and templates.
    for name in sorted(names, key=lambda name: name.lower().replace("_", "-") in _LATIN_1):
        try:
            codec = codecs.lookup(name)
        except LookupError:
            continue
        if codec.name == "iso8859-1":
            yield "windows-1252"  # as browsers do (WHATWG Encoding Standard): adds curly quotes and the like
        elif codec.name not in _REJECTED_ENCODINGS:
            yield codec.name


def _reject_entities(text: str, host: str) -> None:
    # A document type without entities is allowed (RSS 0.91 has one); external resources are not loaded.
    try:
        defusedxml.sax.parseString(
            text.encode("utf-8", "replace"), xml.sax.ContentHandler(), forbid_entities=True, forbid_external=False
        )
        has_entities = False
    except DefusedXmlException:
        has_entities = True
    except xml.sax.SAXException:
        has_entities = "<!entity" in text.lower()  # broken XML: the parser stops before later declarations
    if has_entities:
        raise SourceError(
            f"{host}: declares XML entities, which can expand without limit; give the URL of a feed without a DTD."
        )


def _parse_entry(entry: Any, base_url: str, max_summary: int) -> Entry:
    content = entry.get("content") or [{}]
    link = entry.get("link") or ""
    url = "" if is_missing(link) else parse_link(link, base_url)
    return Entry(
        title=_to_text(entry.get("title"), MAX_TITLE),
        summary=_to_text(entry.get("summary") or content[0].get("value"), max_summary),
        url=url,
        ids=(entry.get("id") or "", url),
        # As sent: feedparser's own parser takes unknown time zones for UTC. And dict.get, because feedparser's `get`
        # substitutes one date for the other, with a warning.
        dates=tuple(dict.get(entry, name) for name in ("published", "updated", "created")),
    )


def _to_text(markup: str | None, max_length: int) -> str:
    text = to_text(markup or "", max_length)
    return "" if is_missing(text) else text

"""Read and write lists of feeds in OPML (https://opml.org/spec2.opml), as other readers export and import them.

A hostile list can't do harm: no entity is expanded, nothing external is loaded, and depth costs no recursion.
"""

import re
import xml.sax
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.sax.xmlreader import AttributesImpl

import defusedxml.sax
from defusedxml.common import DefusedXmlException
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from news.models import Source
from news.sources.adapters.rss_entries import decode
from news.sources.entries import SkippedEntry
from news.sources.feed_address import FeedAddress, get_feed_key
from news.sources.sanitize import to_text

MAX_BYTES = 1_000_000  # of a list
MAX_FEEDS = 500  # of a list
MAX_TITLE = 100  # characters, as many as the name of a source has
_IS_OPML = re.compile(r"<opml[\s>]", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)")
_check_url = URLValidator(schemes=["http", "https"])


class OPMLError(ValueError):
    """A document that is no list of feeds; the text says why, with the cure."""


@dataclass(frozen=True, slots=True)
class FeedList:
    """The feeds of a list, in order, each once. skipped: outlines that are none, by their texts, with the reason."""

    feeds: list[FeedAddress] = field(default_factory=list)
    skipped: list[SkippedEntry] = field(default_factory=list)


def is_opml(body: bytes) -> bool:
    """Return whether a document begins as a list of feeds does."""
    return bool(_IS_OPML.search(decode(body[:5_000])))


def parse_opml(body: bytes, content_type: str = "") -> FeedList:
    """Return the feeds of a list, which may be nested in folders. Errors: OPMLError."""
    if len(body) > MAX_BYTES:
        raise OPMLError(f"has {len(body):,} bytes, more than {MAX_BYTES:,}; split the list.")
    text = decode(body, content_type).lstrip("\ufeff \t\r\n\0")
    if declaration := _DECLARATION.match(text):  # it names an encoding that the text no longer has
        text = text[declaration.end() :]
    outlines = _Outlines()
    try:
        defusedxml.sax.parseString(
            _BARE_AMPERSAND.sub("&amp;", text).encode(
                "utf-8", "replace"
            ),  # many programs write & in addresses as it is
            outlines,
            forbid_entities=True,
            forbid_external=False,  # what a document type names is not loaded
        )
    except DefusedXmlException as error:
        raise OPMLError("declares XML entities, which can expand without limit; export the list again.") from error
    except xml.sax.SAXParseException as error:
        raise OPMLError(
            f"is not well-formed XML, in line {error.getLineNumber()} ({error.getMessage()}); export the list again."
        ) from error
    if not outlines.feeds and not outlines.skipped:
        raise OPMLError("is a list (OPML) without feeds; export the subscriptions of your feed reader.")
    return FeedList(outlines.feeds, outlines.skipped)


class _Outlines(xml.sax.ContentHandler):
    """Collects the feeds of a list. Folders are open outlines; the last level is that of the current one."""

    def __init__(self) -> None:
        super().__init__()
        self.feeds: list[FeedAddress] = []
        self.skipped: list[SkippedEntry] = []
        self._titles_by_key: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []  # text and reason of outlines without feed: they may be folders
        self._has_root = False

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - of the standard library
        if not self._has_root:
            self._has_root = True
            if name.lower() != "opml":
                raise OPMLError(f"begins with <{name[:40]}>, not with <opml>; choose a list of feeds (OPML).")
        if name.lower() != "outline":
            return
        # Programs write xmlUrl, xmlURL and xmlurl.
        values = {key.lower(): value.strip() for key, value in attrs.items()}
        title = to_text(values.get("title") or values.get("text", ""), MAX_TITLE)
        reason = self._add(title, values)
        if self._open:
            self._open[-1] = (self._open[-1][0], "")  # a folder
        self._open.append((title, reason))

    def endElement(self, name: str) -> None:  # noqa: N802
        if name.lower() == "outline" and self._open:
            title, reason = self._open.pop()
            if reason:
                self.skipped.append(SkippedEntry(title, reason))

    def _add(self, title: str, values: dict[str, str]) -> str:
        """Add the feed of an outline. Returns why an outline without address is no feed, if it is not a folder."""
        url, kind = values.get("xmlurl", ""), values.get("type", "").lower()
        if not url:
            if kind == "include":
                return "includes another list; give the address of that list."
            return "has no xmlUrl, the address of a feed."
        problem = self._find_problem(title, url, is_comment=values.get("iscomment", "").lower() == "true")
        if problem:
            self.skipped.append(SkippedEntry(title or url[:200], problem))
        else:
            self._titles_by_key[get_feed_key(url)] = title or url[:200]
            self.feeds.append(FeedAddress(url, title))
        return ""

    def _find_problem(self, title: str, url: str, *, is_comment: bool) -> str:
        try:
            _check_url(url)
        except ValidationError:
            return f"xmlUrl={url[:100]!r}: is no http or https address."
        if is_comment:
            return "is switched off in the list (isComment)."
        if (first := self._titles_by_key.get(get_feed_key(url))) is not None:
            return f"is in the list before, as {first!r}." if first != title else "is in the list twice."
        if len(self.feeds) >= MAX_FEEDS:
            return f"is beyond the first {MAX_FEEDS} feeds of a list; split it."
        return ""


def build_opml(sources: Iterable[Source], *, title: str) -> bytes:
    """Return a list of those sources that are feeds; disabled ones are switched off. A comment names the others."""
    root = ElementTree.Element("opml", version="2.0")
    ElementTree.SubElement(ElementTree.SubElement(root, "head"), "title").text = title
    body = ElementTree.SubElement(root, "body")
    others = []
    for source in sources:
        if source.kind != "feed":
            others.append(f"{source.name} ({source.kind})")
            continue
        attributes = {"type": "rss", "text": source.name, "title": source.name, "xmlUrl": source.url}
        if not source.is_enabled:
            attributes["isComment"] = "true"
        ElementTree.SubElement(body, "outline", attributes)
    if others:
        # "--" would end the comment.
        comment = re.sub("-(?=-)", "- ", f" Not feeds, so not in this list: {', '.join(others)} ")
        body.append(ElementTree.Comment(comment))
    ElementTree.indent(root)
    text: str = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()

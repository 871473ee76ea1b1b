"""Split a long feed into short ones that hold its newest entries, so that memory and time to parse it are bounded."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from news.sources.entries import MAX_ENTRIES, choose_newest

SPLIT_BYTES = 500_000  # of a document; shorter ones are parsed whole
PART_BYTES = 100_000  # of entries in one part; a longer entry is a part of its own
MAX_HEAD_BYTES, MAX_TAIL_BYTES = 100_000, 10_000  # before the first entry and after the last, repeated in each part

# Comments and CDATA first: tags within them are text, and one without an end reaches to the end of the document.
_TAG = re.compile(
    rb"<!\[CDATA\[(?:.*?\]\]>|.*)|<!--(?:.*?-->|.*)|<(?P<slash>/?)(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s/>])[^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
_DATE = re.compile(
    rb"<(?:[\w.-]{1,40}:)?(?:(?P<published>pubDate|published|issued)|updated|date|modified|created)"
    rb"(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?\s*(?P<text>[^<>\[\]]{1,100})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class LongFeed:
    """The parts of a long feed.

    parts: documents, each with the head and the tail of the feed and some of its entries, in order.
    kept, dropped: number of entries in the parts, and of those that are older.
    """

    parts: Iterator[bytes]
    kept: int
    dropped: int


def split_feed(body: bytes, *, now: datetime) -> LongFeed | None:
    """Return the parts of a long feed with its newest MAX_ENTRIES entries; None for a document that is parsed whole."""
    if len(body) <= SPLIT_BYTES:
        return None
    spans = _find_entries(body)
    if not spans:
        return None
    head, tail = body[: spans[0][0]], body[spans[-1][1] :]
    if len(head) > MAX_HEAD_BYTES:
        return None
    newest = spans
    if len(spans) > MAX_ENTRIES:
        dates = [_find_dates(body, span) for span in spans]
        newest = [spans[index] for index in sorted(choose_newest(dates, now=now))]
    parts = _make_parts(body, newest, head, tail[:MAX_TAIL_BYTES])
    return LongFeed(parts, len(newest), len(spans) - len(newest))


def _find_entries(body: bytes) -> list[tuple[int, int]]:
    """Return start and end of each entry. One that is not closed ends where the next begins."""
    spans: list[tuple[int, int]] = []
    start = None
    for tag in _TAG.finditer(body):
        slash = tag["slash"]
        if slash is None or (not slash and tag[0].endswith(b"/>")):
            continue
        if start is not None:
            spans.append((start, tag.end() if slash else tag.start()))
        start = None if slash else tag.start()
    return spans


def _find_dates(body: bytes, span: tuple[int, int]) -> tuple[str, ...]:
    """Return the dates of an entry as text, that of publication first."""
    dates = sorted(_DATE.finditer(body, *span), key=lambda date: date["published"] is None)
    return tuple(date["text"].decode("ascii", "replace").strip() for date in dates)


def _make_parts(body: bytes, spans: Sequence[tuple[int, int]], head: bytes, tail: bytes) -> Iterator[bytes]:
    part: list[bytes] = []
    for index, (start, end) in enumerate(spans):
        part.append(body[start:end])
        is_last = index + 1 == len(spans)
        if is_last or sum(map(len, part)) + spans[index + 1][1] - spans[index + 1][0] > PART_BYTES:
            yield b"".join([head, *part, tail])
            part = []

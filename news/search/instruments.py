"""Search the instruments that the book knows, or that news has, by symbol and name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from django.db.models import F, Q

from common.parsing import parse_ticker
from common.sql import in_array
from news.instruments.book import InstrumentRecord
from news.instruments.current import CurrentBook
from news.log.reader import get_head
from news.metrics.bucket_value import ALL_TIME
from news.metrics.counted_items import choose_axis
from news.models import Axis, Bucket
from news.search.words import split_words

EXACT_SYMBOL, EXACT_NAME, SYMBOL_PREFIX, NAME_PREFIX, WORDS = range(5)


@dataclass(frozen=True, slots=True)
class InstrumentMatch:
    """An instrument with how often it was in the news: count, of all time; last_seen, when the newest item came.

    name, kind: "" for a symbol that is only in news, as its sender wrote it.
    """

    symbol: str
    name: str = ""
    kind: str = ""
    count: int = 0
    last_seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """An instrument as it is searched: the words of each of its names, without case and accents."""

    record: InstrumentRecord
    names: tuple[tuple[str, ...], ...]


def list_instruments(
    book: CurrentBook, *, kind: str | None = None, after: str = "", limit: int
) -> tuple[list[InstrumentMatch], bool]:
    """Return the instruments after a symbol, in the order of symbols, and whether there are more."""
    symbols = {symbol for symbol, record in book.records.items() if symbol > after and kind in (None, record.kind)}
    if kind is None:
        symbols |= set(_list_symbols_in_news(after, limit=limit + 1))
    page = sorted(symbols)[: limit + 1]
    mentions = _count_mentions(Q(key__in=in_array(page[:limit])))
    return [_make_match(symbol, book, mentions) for symbol in page[:limit]], len(page) > limit


def search_instruments(book: CurrentBook, text: str, *, kind: str | None = None, limit: int) -> list[InstrumentMatch]:
    """Return the instruments that a text names, the best first: `AAP` and `apple` find AAPL.

    Whole symbols and names come before their beginnings, symbols before names; then those that are more often in the
    news, and those with the shorter name.
    """
    rank = _make_ranking(text)
    ranks: dict[str, int] = {}
    for entry in _build_index(book):
        if kind in (None, entry.record.kind) and (place := rank(entry.record.symbol, entry.names)) is not None:
            ranks[entry.record.symbol] = place
    keys = Q(key__in=in_array(ranks.keys()))
    if kind is None:
        keys |= Q(key__startswith=_to_symbol_text(text))
    mentions = _count_mentions(keys)
    for symbol in mentions.keys() - book.records.keys() if kind is None else ():
        if (place := rank(symbol, ())) is not None:
            ranks[symbol] = place
    matches = [_make_match(symbol, book, mentions) for symbol in ranks]
    return sorted(matches, key=lambda match: (ranks[match.symbol], -match.count, len(match.name), match.symbol))[:limit]


def _make_ranking(text: str) -> Callable[[str, Iterable[tuple[str, ...]]], int | None]:
    """Return a function from a symbol and the words of its names to how well a text names it; None: not at all."""
    prefix, words = _to_symbol_text(text), tuple(split_words(text))
    joined = " ".join(words)
    try:
        symbol = parse_ticker(text.strip())
    except ValueError:
        symbol = ""

    def rank(candidate: str, names: Iterable[tuple[str, ...]]) -> int | None:
        if candidate in (symbol, prefix):
            return EXACT_SYMBOL
        if words and words in names:
            return EXACT_NAME
        if prefix and candidate.startswith(prefix):
            return SYMBOL_PREFIX
        if not words:
            return None
        if any(" ".join(name).startswith(joined) for name in names):
            return NAME_PREFIX
        return WORDS if any(_has_words(name, words) for name in names) else None

    return rank


def _to_symbol_text(text: str) -> str:
    """Return a text as the beginning of a symbol."""
    return text.strip().upper().removeprefix("$")


def _has_words(name: tuple[str, ...], words: Iterable[str]) -> bool:
    return all(any(part.startswith(word) for part in name) for word in words)


@lru_cache(maxsize=1)
def _build_index(book: CurrentBook) -> list[_Entry]:
    """Return the entries of a version of the book. Takes some 50 ms."""
    return [
        _Entry(record, tuple(dict.fromkeys(tuple(split_words(name)) for name in (record.name, *record.aliases))))
        for record in book.records.values()
    ]


def _count_mentions(keys: Q) -> dict[str, tuple[int, datetime]]:
    """Return count and last time of the tickers in the news, from their buckets of all time."""
    axis = choose_axis(Axis.APPENDED, shows_samples=get_head().shows_samples)
    buckets = Bucket.objects.filter(keys, axis=axis, seconds=ALL_TIME).exclude(key="")
    rows = buckets.values_list("key", F("positive") + F("neutral") + F("negative"), "closed_at")
    return {key: (count, datetime.fromtimestamp(closed_at, UTC)) for key, count, closed_at in rows if count}


def _list_symbols_in_news(after: str, *, limit: int) -> list[str]:
    """Return the next symbols after one that the news has, in their order."""
    axis = choose_axis(Axis.APPENDED, shows_samples=get_head().shows_samples)
    buckets = Bucket.objects.filter(axis=axis, seconds=ALL_TIME, key__gt=after)
    mentioned = buckets.filter(Q(positive__gt=0) | Q(neutral__gt=0) | Q(negative__gt=0))
    return list(mentioned.order_by("key").values_list("key", flat=True)[:limit])


def _make_match(symbol: str, book: CurrentBook, mentions: dict[str, tuple[int, datetime]]) -> InstrumentMatch:
    record, (count, last_seen) = book.records.get(symbol), mentions.get(symbol, (0, None))
    name, kind = (record.name, record.kind) if record else ("", "")
    return InstrumentMatch(symbol, name, kind, count, last_seen)

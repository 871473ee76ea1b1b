"""Find the companies mentioned in a text, by cashtag, exchange symbol or name, and return their tickers.

Knows the members of large indices and the names of `news.instruments.book`. A single word that is mostly not the name
of a company is ignored. Names are loaded at the first call, not at import, because most processes never need them.
"""

import re
from bisect import bisect
from collections.abc import Iterator
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

import ahocorasick

from news.instruments.book import ALIASES, NOT_COMPANIES, ORDINARY, load_library_names

_SYMBOL = r"[A-Z][A-Z0-9]{0,5}(?:[.-][A-Z]{1,2})?(?![A-Za-z0-9])"
_CASHTAG = re.compile(r"(?<![\w$])\$(?!(?:USD|EUR|GBP|JPY)\b)([A-Z]{1,6}(?:[.-][A-Z])?)(?![A-Za-z0-9$])")
# "(NASDAQ: GOOG, GOOGL)": further symbols count only inside brackets; after "NYSE: F, GM" the sentence may continue.
_EXCHANGE_SYMBOL = re.compile(
    r"\b(?i:NASDAQ(?:[ -]?(?:GS|GM|CM))?|NYSE(?:[ -]?(?:American|Arca|MKT))?|AMEX|CBOE|OTC(?:MKTS|QB|QX|PK| Pink)?)"
    rf"\s*:\s*\$?({_SYMBOL}(?:(?:\s*,\s*{_SYMBOL})+(?=\s*[);\]]))?)"
)
_PLAIN = str.maketrans({"’": "'", "‘": "'", "–": "-", "‑": "-", "\xa0": " "})  # noqa: RUF001 - maps these characters


class _Name(NamedTuple):
    """A company name in the automaton."""

    ticker: str  # "" for a phrase that only looks like a name
    spelling: str  # with upper and lower case as required, "" for any case
    length: int


class _Mention(NamedTuple):
    start: int
    end: int
    ticker: str


_start = attrgetter("start")


def find_tickers(text: str) -> list[str]:
    """Return the tickers of the companies mentioned, in order of appearance, each once.

    US symbols are preferred. A symbol right after a name overrides it: "Alphabet (NASDAQ: GOOG)" is GOOG.
    """
    text = text.translate(_PLAIN)
    symbols = sorted(_find_symbols(text), key=_start)
    names = [name for name in _find_names(text) if not _has_symbol(text, name, symbols)]
    return list(dict.fromkeys(mention.ticker for mention in sorted(symbols + names, key=_start) if mention.ticker))


def _find_symbols(text: str) -> Iterator[_Mention]:
    if "$" in text:
        for match in _CASHTAG.finditer(text):
            yield _Mention(match.start(), match.end(), match[1])
    if ":" in text:
        for match in _EXCHANGE_SYMBOL.finditer(text):
            for symbol in match[1].split(","):
                yield _Mention(match.start(), match.end(), symbol.strip())


def _has_symbol(text: str, name: _Mention, symbols: list[_Mention]) -> bool:
    """Return whether the name is part of a symbol, or a symbol in brackets follows it."""
    next_index = bisect(symbols, name.start, key=_start)
    if next_index and symbols[next_index - 1].end > name.start:
        return True
    if next_index == len(symbols):
        return False
    start = symbols[next_index].start
    return start < name.end or text[name.end : start].strip(" ,.") in ("(", "[")


def _find_names(text: str) -> Iterator[_Mention]:
    """Yield mentions by name that are whole words, the longest of those that overlap."""
    mentions = []
    for last, candidates in _load_names().iter(_lower(text)):
        for name in candidates:
            start, end = last + 1 - name.length, last + 1
            if _is_whole_word(text, start, end) and _matches_spelling(text[start:end], name.spelling):
                mentions.append(_Mention(start, end, name.ticker))
                break
    mentions.sort(key=lambda mention: (mention.start, -mention.end))
    last_end = 0
    for mention in mentions:
        if mention.start >= last_end:
            last_end = mention.end
            yield mention


def _is_whole_word(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())


def _matches_spelling(text: str, spelling: str) -> bool:
    return not spelling or text == spelling or (len(spelling) >= 5 and text == spelling.upper())


def _lower(text: str) -> str:
    """Return the text in lower case with the same length, so that offsets are valid in the original."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(lowered if len(lowered := character.lower()) == 1 else character for character in text)


@cache
def _load_names() -> Any:  # ahocorasick has no types
    """Build the automaton, once per process. Takes about 50 ms."""
    names: dict[str, list[_Name]] = {}

    def add(name: str, ticker: str, *, any_case: bool) -> None:
        key = _lower(name.translate(_PLAIN))
        spelling = "" if any_case and name not in ORDINARY and not name.isupper() else name.translate(_PLAIN)
        same_key = names.setdefault(key, [])
        if all(other.spelling not in ("", spelling) for other in same_key):
            same_key.append(_Name(ticker, spelling, len(key)))

    for phrase in NOT_COMPANIES:
        add(phrase, "", any_case=True)
    for name, ticker in ALIASES.items():
        add(name, ticker, any_case=True)
    for name, ticker in load_library_names():
        # "Waste Management" is a company, "waste management" is not.
        add(name, ticker, any_case=" " not in name)
    automaton = ahocorasick.Automaton()
    for key, same_key in names.items():
        automaton.add_word(key, tuple(same_key))
    automaton.make_automaton()
    return automaton

"""Find the tickers of the companies a text speaks of, by cashtag, exchange mark or company name.

Knows the companies of the large indices and those of `ticker_names`; it refuses to guess from a lone word that is
more often no company's name. The names are read at the first call, not at import: a server that never asks pays
nothing.
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
# "(NASDAQ: GOOG, GOOGL)": more symbols after a comma count only inside brackets; "NYSE: F, GM" may go on as prose.
_EXCHANGE_MARK = re.compile(
    r"\b(?i:NASDAQ(?:[ -]?(?:GS|GM|CM))?|NYSE(?:[ -]?(?:American|Arca|MKT))?|AMEX|CBOE|OTC(?:MKTS|QB|QX|PK| Pink)?)"
    rf"\s*:\s*\$?({_SYMBOL}(?:(?:\s*,\s*{_SYMBOL})+(?=\s*[);\]]))?)"
)
_PLAIN = str.maketrans({"’": "'", "‘": "'", "–": "-", "‑": "-", "\xa0": " "})  # noqa: RUF001 - what they stand for


class _Name(NamedTuple):
    """What a name in the automaton stands for."""

    ticker: str  # "" for a phrase that only looks like a company
    form: str  # how the name must be written, "" for any case
    length: int


class _Mention(NamedTuple):
    start: int
    end: int
    ticker: str


_start = attrgetter("start")


def find_tickers(text: str) -> list[str]:
    """Return the tickers of the companies mentioned, in order of appearance, each once.

    US symbols are preferred. A mark right after a name decides for it: "Alphabet (NASDAQ: GOOG)" is GOOG.
    """
    text = text.translate(_PLAIN)
    marks = sorted(_find_marks(text), key=_start)
    names = [name for name in _find_names(text) if not _has_mark(text, name, marks)]
    return list(dict.fromkeys(mention.ticker for mention in sorted(marks + names, key=_start) if mention.ticker))


def _find_marks(text: str) -> Iterator[_Mention]:
    if "$" in text:
        for match in _CASHTAG.finditer(text):
            yield _Mention(match.start(), match.end(), match[1])
    if ":" in text:
        for match in _EXCHANGE_MARK.finditer(text):
            for symbol in match[1].split(","):
                yield _Mention(match.start(), match.end(), symbol.strip())


def _has_mark(text: str, name: _Mention, marks: list[_Mention]) -> bool:
    """Tell whether the name is part of a mark, or stands right before a mark's bracket."""
    following = bisect(marks, name.start, key=_start)
    if following and marks[following - 1].end > name.start:
        return True
    if following == len(marks):
        return False
    start = marks[following].start
    return start < name.end or text[name.end : start].strip(" ,.") in ("(", "[")


def _find_names(text: str) -> Iterator[_Mention]:
    """Yield mentions by name that stand alone as words, the longest where several overlap."""
    found = []
    for last, candidates in _load_names().iter(_lower(text)):
        for name in candidates:
            start, end = last + 1 - name.length, last + 1
            if _stands_alone(text, start, end) and _is_written_so(text[start:end], name.form):
                found.append(_Mention(start, end, name.ticker))
                break
    found.sort(key=lambda mention: (mention.start, -mention.end))
    taken_to = 0
    for mention in found:
        if mention.start >= taken_to:
            taken_to = mention.end
            yield mention


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())


def _is_written_so(written: str, form: str) -> bool:
    return not form or written == form or (len(form) >= 5 and written == form.upper())


def _lower(text: str) -> str:
    """Return the text in lower case, at the same length: offsets into it must fit the original."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(small if len(small := character.lower()) == 1 else character for character in text)


@cache
def _load_names() -> Any:  # ahocorasick has no types
    """Build the automaton, once per process. Takes some 50 ms."""
    names: dict[str, list[_Name]] = {}

    def add(name: str, ticker: str, *, any_case: bool) -> None:
        key = _lower(name.translate(_PLAIN))
        form = "" if any_case and name not in ORDINARY and not name.isupper() else name.translate(_PLAIN)
        entries = names.setdefault(key, [])
        if all(entry.form not in ("", form) for entry in entries):
            entries.append(_Name(ticker, form, len(key)))

    for phrase in NOT_COMPANIES:
        add(phrase, "", any_case=True)
    for name, ticker in ALIASES.items():
        add(name, ticker, any_case=True)
    for name, ticker in load_library_names():
        # Of several words, "Waste Management" is a company and "waste management" is not.
        add(name, ticker, any_case=" " not in name)
    automaton = ahocorasick.Automaton()
    for key, entries in names.items():
        automaton.add_word(key, tuple(entries))
    automaton.make_automaton()
    return automaton

"""Find the names of instruments in a text, in one pass for all of them."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import ahocorasick

from news.instruments.book import InstrumentRecord
from news.instruments.words import (
    ACRONYMS,
    BUSINESS_SEGMENTS,
    DOMINANT,
    FIRST_NAMES,
    LEGAL_FORMS,
    NEVER_ALONE,
    ORDINARY,
)

_LEGAL_FORM = re.compile(
    r",? (?:Inc|Incorporated|Corp|Corporation|Compan(?:y|ies)|& Co|Co|plc|PLC|Ltd|Limited|Holdings?|Group|AG|SE"
    r"|N\.?V|S\.?A|S\.?p\.?A|AB|Oyj|ASA|KGaA|LLC)\.?$"
)
_EUROPEAN_SUFFIXES = frozenset(
    ["AS", "BR", "CO", "DE", "HE", "IR", "L", "LS", "MC", "MI", "OL", "PA", "ST", "SW", "VI"]
)
_SMALL_WORDS = frozenset(["a", "an", "and", "at", "by", "de", "for", "in", "of", "on", "the", "to", "with"])
UNTAGGED_TOPIC = "MARKET"  # the instrument of news in which none is found, so no text names it
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_PERIOD = re.compile(r"[qh]\d|fy\d*")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "\xa0": " "})  # noqa: RUF001 - maps these characters
_PLAIN_SYMBOL = re.compile(r"[A-Z]{2,5}")
_INDIAN_SYMBOL = re.compile(r"([A-Z]{4,})\.NS")


class _Spaces(dict[int, str]):
    """A table for str.translate that turns all but letters and digits into spaces."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        value = self[code] = character if character.isalnum() else " "
        return value


_SPACES = _Spaces()


class Name(NamedTuple):
    """A name of an instrument, as the automaton has it."""

    record: InstrumentRecord
    plain: str  # as the text must have it, less case and hyphens
    spelling: str  # as the text must have it, "" for any case
    is_ordinary: bool = False  # means something else in most texts
    is_dominant: bool = False  # of those that are ordinary: mostly means the company where it is capitalised
    is_symbol: bool = False
    is_exclusion: bool = False
    is_family: bool = False  # a single word with which names of other companies begin
    is_market_wide: bool = False
    is_written_small: bool = False  # begins with a small letter in the book, too: eBay, iPhone maker
    has_small_words: bool = False  # of those after the first: Lucky Strike maker

    is_given: bool = True  # the book has it; otherwise it is what is left of a name without its legal form


class Hit(NamedTuple):
    """Names that stand at one place of a text; several if instruments share one."""

    start: int
    end: int
    names: tuple[Name, ...]

    @property
    def company(self) -> Name | None:
        """The name of a company, None if it has only other instruments."""
        return next((name for name in self.names if not name.is_market_wide), None)

    @property
    def market_wide(self) -> Name | None:
        """The name of an instrument that is no company, None if there is none."""
        return next((name for name in self.names if name.is_market_wide), None)


class NormalizedText(NamedTuple):
    """A text in the forms that are searched, all of the length of the original plus a space at both ends."""

    text: str
    lower: str
    spaced: str

    @classmethod
    def from_text(cls, text: str) -> "NormalizedText":
        if not text.isascii():
            text = text.translate(_APOSTROPHES)
        lower = to_lower(text)
        return cls(text, lower, f" {lower.translate(_SPACES)} ")


def has_small_words(name: str) -> bool:
    """Return whether words after the first are in lower case, other than of, and, the and the like."""
    return any(word[0].islower() and word not in _SMALL_WORDS for word in name.split()[1:])


def to_lower(text: str) -> str:
    """Return the text in lower case with the same length, so that offsets are valid in the original."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(lowered if len(lowered := character.lower()) == 1 else character for character in text)


class NameIndex:
    """The names of all instruments, those in any case and those in capitals apart."""

    def __init__(self, records: Iterable[InstrumentRecord]) -> None:
        self.records = {record.symbol: record for record in records}
        self._any_case: dict[str, list[Name]] = {}
        self._capitals: dict[str, list[Name]] = {}
        families = _find_families(self.records.values())
        for record in self.records.values():
            if record.symbol == UNTAGGED_TOPIC:
                continue
            for exclusion in record.exclusions:
                self._add_exclusion(record, exclusion)
            for name in (record.name, *record.aliases):
                self._add(record, name, families)
        # Names that the book gives come first: SoftBank is the group, not SoftBank Corp.
        for record in self.records.values():
            if record.kind == "company":
                for name in _shorten(record.name):
                    self._add(record, name, families, is_given=False)
                self._add_symbol(record)
        self._any_case_automaton = _build(self._any_case)
        self._capitals_automaton = _build(self._capitals)
        del self._any_case, self._capitals

    def _add(self, record: InstrumentRecord, name: str, families: frozenset[str], *, is_given: bool = True) -> None:
        name = _normalize(name)
        lower = to_lower(name)
        key = lower.translate(_SPACES)
        if not key:
            return
        is_single = " " not in name
        is_capitals = is_single and name.isupper()
        # A number or a single letter is no name without its exchange; "3M" and "Q2" have both.
        if is_single and (len(name) < 2 or key.isdigit() or (len(key) <= 4 and _PERIOD.fullmatch(key))):
            return
        is_company = record.kind == "company"
        words = lower.removesuffix("'s").split()
        if is_capitals:
            is_ordinary = len(name) <= 2 or lower in ACRONYMS or lower in ORDINARY
        else:
            is_ordinary = words[0] in ORDINARY and (is_single or _COMMON.issuperset(words))
            if is_single and lower.endswith("'s"):  # McDonald's, Lowe's
                is_ordinary = words[0] in FIRST_NAMES
        entry = Name(
            record,
            lower.replace("-", " "),
            name if is_capitals else "",
            is_ordinary=is_ordinary,
            is_dominant=is_ordinary
            and ((words[0] in DOMINANT or lower.endswith("'s")) if is_single else not _is_truncated(name, record)),
            is_family=is_single and is_company and key in families,
            is_market_wide=not is_company,
            is_written_small=name[0].islower(),
            has_small_words=has_small_words(name),
            is_given=is_given,
        )
        table = self._capitals if is_capitals else self._any_case
        same_key = table.setdefault(f" {name.translate(_SPACES) if is_capitals else key} ", [])
        for number, other in enumerate(same_key):
            if (
                not other.is_exclusion
                and other.is_market_wide == entry.is_market_wide
                and other.plain == entry.plain  # "Pony AI" and "Pony.ai" are two names with one key
            ):
                if is_company and _is_preferred(entry, other):
                    same_key[number] = entry
                elif entry.is_written_small and not other.is_written_small and other.record.symbol == record.symbol:
                    same_key[number] = other._replace(is_written_small=True)
                return
        same_key.append(entry)

    def _add_exclusion(self, record: InstrumentRecord, phrase: str) -> None:
        phrase = _normalize(phrase)
        names = [_normalize(name) for name in (record.name, *_shorten(record.name), *record.aliases)]
        if not phrase or phrase in names:  # "MGM+" is no more than "MGM" without its sign
            return
        lower = to_lower(phrase)
        # "fed by" is no central bank, "Fed by" may be one; a phrase of two other words is none in any case.
        words = lower.split()
        is_name = lower in map(to_lower, names)  # "oil India" is not the company, "Oil India" is
        is_function = words[-1] in _FUNCTION_WORDS or words[0] in _FUNCTION_WORDS
        spelling = phrase if is_name or is_function or len(words) == 1 else ""
        entry = Name(record, lower.replace("-", " "), spelling, is_exclusion=True)
        self._any_case.setdefault(f" {lower.translate(_SPACES)} ", []).append(entry)

    def _add_symbol(self, record: InstrumentRecord) -> None:
        indian = _INDIAN_SYMBOL.fullmatch(record.symbol)
        symbol = indian[1] if indian else record.symbol
        if not _PLAIN_SYMBOL.fullmatch(symbol) and not indian:
            return
        lower = symbol.lower()
        entry = Name(record, lower, symbol, is_ordinary=lower in ORDINARY or lower in ACRONYMS, is_symbol=True)
        self._capitals.setdefault(f" {symbol} ", [entry])

    def find(self, spaced: NormalizedText, excluded: list[Hit]) -> list[Hit]:
        """Return the names in a text that are whole words, the longest of those that overlap, in order.

        Those in phrases that their instruments exclude are added to `excluded`.
        """
        hits: list[tuple[int, int, list[Name]]] = []
        exclusions: list[tuple[int, int, str]] = []
        for last, names in self._any_case_automaton.iter(spaced.spaced):
            self._take(spaced, last, names, hits, exclusions)
        text = spaced.text
        if text.islower():
            for last, names in self._capitals_automaton.iter(spaced.spaced.upper()):
                if letters := tuple(name for name in names if _may_be_small(name)):
                    self._take(spaced, last, letters, hits, exclusions)
        else:
            for last, names in self._capitals_automaton.iter(f" {text.translate(_SPACES)} "):
                self._take(spaced, last, names, hits, exclusions, is_capitals=True)
        if not hits:
            return []
        if not text.islower():
            hits = _drop_small(hits, text)
        return [*_choose_longest(hits, exclusions, excluded)]

    @staticmethod
    def _take(
        spaced: NormalizedText,
        last: int,
        names: tuple[Name, ...],
        hits: list[tuple[int, int, list[Name]]],
        exclusions: list[tuple[int, int, str]],
        *,
        is_capitals: bool = False,
    ) -> None:
        end = last - 1
        start = end - len(names[0].plain)
        if len(names) == 1 and names[0].plain.isalnum():
            matching = [*names]
        else:
            text = spaced.lower[start:end].replace("-", " ")
            matching = [name for name in names if name.plain == text]
        companies = []
        for name in matching:
            if name.is_exclusion:
                if not name.spelling or spaced.text[start:end] == name.spelling:
                    exclusions.append((start, end, name.record.symbol))
            else:
                companies.append(name)
        if companies:
            hits.append((start, end, companies))


def _may_be_small(name: Name) -> bool:
    """Return whether capitals in the book may be small letters in a headline of small letters: ibm, gm."""
    is_word = name.plain in FIRST_NAMES or (name.is_ordinary and not name.is_dominant)
    return not (name.is_symbol or name.is_market_wide or name.is_exclusion or is_word)


_COMMON = ORDINARY | _SMALL_WORDS
_FUNCTION_WORDS = _SMALL_WORDS | {
    "being", "are", "is", "was", "were", "into", "from", "his", "her", "their", "up", "per", "each", "every", "one",
}  # fmt: skip


def _normalize(name: str) -> str:
    """Return a name without white space and signs at its ends: Yahoo! is Yahoo."""
    if not name.isascii():
        name = name.translate(_APOSTROPHES)
    if "  " in name:
        name = " ".join(name.split())
    return name if name[:1].isalnum() and name[-1].isalnum() else _EDGES.sub("", name)


def _drop_small(hits: list[tuple[int, int, list[Name]]], text: str) -> list[tuple[int, int, list[Name]]]:
    """Leave out long names of which a part is written small if a shorter one is the same company's: Intel foundry."""
    starts = [start for start, _, _ in hits]
    if len(set(starts)) == len(starts):
        return hits
    by_start: dict[int, set[str]] = {}
    for start, end, names in hits:
        if " " not in text[start:end]:
            by_start.setdefault(start, set()).update(name.record.symbol for name in names)
    return [
        (start, end, names)
        for start, end, names in hits
        if not (
            has_small_words(text[start:end])
            and not names[0].has_small_words
            and names[0].record.symbol in by_start.get(start, ())
        )
    ]


def _drop_excluded(start: int, end: int, names: list[Name], exclusions: list[tuple[int, int, str]]) -> tuple[Name, ...]:
    """Return the names at a place that are in no phrase which their instruments exclude."""
    symbols = {symbol for first, last, symbol in exclusions if first < end and start < last}
    return tuple(name for name in names if name.record.symbol not in symbols)


def _choose_longest(
    hits: list[tuple[int, int, list[Name]]], exclusions: list[tuple[int, int, str]], excluded: list[Hit]
) -> Iterator[Hit]:
    if len(hits) > 1:
        hits.sort(key=lambda hit: (hit[0], -hit[1]))
    last_end = 0
    for start, end, names in hits:
        if start < last_end:
            continue
        rest = _drop_excluded(start, end, names, exclusions) if exclusions else tuple(names)
        if rest:
            last_end = end
            yield Hit(start, end, rest)
        else:
            excluded.append(Hit(start, end, ()))


def _build(table: dict[str, list[Name]]) -> Any:  # ahocorasick has no types
    automaton = ahocorasick.Automaton()
    for key, names in table.items():
        automaton.add_word(key, tuple(names))
    automaton.add_word("\0", ())  # iter() of an automaton without words raises an error
    automaton.make_automaton()
    return automaton


def _shorten(name: str) -> Iterator[str]:
    """Yield the shorter forms of a company's name, less its legal forms: Acme Robotics of Acme Robotics Inc."""
    short = name.removeprefix("The ")
    while legal_form := _LEGAL_FORM.search(short):
        short = short[: legal_form.start()]
        # A few words are names only if the book says so.
        if len(short) > 2 and short.lower() not in NEVER_ALONE:
            yield short


def _is_preferred(name: Name, other: Name) -> bool:
    """Return whether the first of two companies has their common name: the US line before a European one."""
    suffix = other.record.symbol.partition(".")[2]
    if not suffix or "." in name.record.symbol:
        return False
    return name.is_given == other.is_given or suffix in _EUROPEAN_SUFFIXES


def _is_truncated(name: str, record: InstrumentRecord) -> bool:
    """Return whether a name is half of a longer one: Delta Air of Delta Air Lines, not Capital One of … Financial."""
    longer = (other for other in (record.name, *record.aliases) if other.startswith(f"{name} "))
    following = (other[len(name) :].split()[0].strip(",.").lower() for other in longer)
    return any(word not in BUSINESS_SEGMENTS and word not in LEGAL_FORMS for word in following)


def _find_families(records: Iterable[InstrumentRecord]) -> frozenset[str]:
    """Return the words with which the names of several companies begin: Tata, Siemens, HDFC."""
    counts: dict[str, int] = {}
    for record in records:
        if record.kind == "company":
            first = record.name.split(" ", 1)[0].lower()
            counts[first] = counts.get(first, 0) + 1
    return frozenset(word for word, count in counts.items() if count > 1)

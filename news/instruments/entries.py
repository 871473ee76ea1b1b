"""Check entries of the book of instruments, as people write them in the admin or in a CSV file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from common.invisible import find_hidden
from common.parsing import is_missing, parse_ticker
from common.text import normalize_text
from news.instruments.book import KINDS, InstrumentRecord

MAX_NAME = 200  # characters, also of aliases and exclusions
MAX_NAMES = 200  # aliases or exclusions of one instrument
SEPARATOR = "|"  # of several names in one cell

_PERIOD = re.compile(r"[QH][1-4]|[1-4][QH]|FY ?\d*|\d{4}|[QH][1-4] ?\d{2,4}", re.IGNORECASE)
_UNIT_WORDS = """
    b bn bln bp bps cr crore eur gbp inr jpy k kg km lakh lb m mln mm mn mw mwh gw gwh oz pc pct pts t tn trn
    usd yoy qoq
"""
_UNITS = frozenset(_UNIT_WORDS.split())


class EntryError(ValueError):
    """A field of an entry that can't be used. The text has the value and the cure."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class EntryWarning:
    """Something in an entry that is probably not meant; it is kept."""

    field: str
    text: str


def parse_symbol(text: str) -> str:
    """Return the canonical form of a symbol. Errors: EntryError."""
    if is_missing(text):
        raise EntryError("symbol", "symbol is empty: give one, such as AAPL, INFY.NS or BTC-USD.")
    try:
        return parse_ticker(text.strip())
    except ValueError as error:
        raise EntryError("symbol", f"symbol={text[:60]!r}: {error}.") from error


def parse_name(text: str) -> str:
    """Return the name of an instrument. Errors: EntryError."""
    name = _parse_phrase("name", text)
    if not name:
        raise EntryError("name", "name is empty: give the name that people read, such as Apple Inc.")
    return name


def parse_kind(text: str) -> str:
    """Return one of KINDS, written in any case, with a space or an underscore. Errors: EntryError."""
    kind = re.sub(r"[\s_-]+", "_", text.strip().lower())
    if kind not in KINDS:
        raise EntryError("kind", f"kind={text[:60]!r}: must be one of {', '.join(KINDS)}.")
    return kind


def parse_phrases(field: str, texts: Iterable[str]) -> tuple[str, ...]:
    """Return aliases or exclusions, each once, without empty ones. Errors: EntryError."""
    phrases = list(dict.fromkeys(phrase for text in texts if (phrase := _parse_phrase(field, text))))
    if len(phrases) > MAX_NAMES:
        raise EntryError(field, f"{field} has {len(phrases)}: give {MAX_NAMES} or fewer.")
    return tuple(phrases)


def fold(name: str) -> str:
    """Return a name as it is compared with others: without regard to case."""
    return normalize_text(name).casefold()


def list_names(record: InstrumentRecord) -> dict[str, str]:
    """Return the names of an instrument by how they are compared."""
    return {fold(name): name for name in (record.name, *record.aliases)}


def check_names(
    record: InstrumentRecord, owners: Mapping[str, InstrumentRecord], *, before: InstrumentRecord | None
) -> None:
    """Check that no name that an entry adds is another instrument's.

    owners: the instruments by their names, as `list_names` has them. before: the entry as it is stored.
    Errors: EntryError.
    """
    had = list_names(before) if before else {}
    for folded, name in list_names(record).items():
        owner = owners.get(folded)
        if folded in had or owner is None or owner.symbol == record.symbol:
            continue
        field = "name" if name == record.name else "aliases"
        raise EntryError(
            field,
            f"{field}={name!r}: is a name of {owner.symbol} ({owner.name}); take it from there first, or write a "
            "longer one here.",
        )


def find_warnings(record: InstrumentRecord, *, before: InstrumentRecord | None = None) -> list[EntryWarning]:
    """Return what is probably not meant among the names that an entry adds, and exclusions without effect."""
    had = set(before.aliases) if before else set()
    warnings = [
        EntryWarning("aliases", f"{alias!r}: {problem}")
        for alias in record.aliases
        if alias not in had and (problem := _find_problem(alias))
    ]
    names = list_names(record)
    for phrase in record.exclusions:
        folded = fold(phrase)
        if folded in names:
            text = "is a name of the instrument, which is not matched by this name any more; take it out of the aliases"
            warnings.append(EntryWarning("exclusions", f"{phrase!r}: {text}, or out of here."))
        elif not any(name in folded for name in (*names, record.symbol.casefold())):
            text = "holds none of the instrument's names, so it has no effect; write the phrase, such as apple pie."
            warnings.append(EntryWarning("exclusions", f"{phrase!r}: {text}"))
    return warnings


def list_changed_phrases(before: InstrumentRecord | None, after: InstrumentRecord | None) -> list[str]:
    """Return the names and exclusions that only one of two states of an entry has; None: there is no entry."""
    phrases = [
        {fold(phrase): phrase for phrase in (record.name, *record.aliases, *record.exclusions)} if record else {}
        for record in (before, after)
    ]
    return sorted((phrases[0] | phrases[1])[key] for key in phrases[0].keys() ^ phrases[1].keys())


def _parse_phrase(field: str, text: str) -> str:
    """Return a phrase in one form, "" for none. Errors: EntryError."""
    phrase = normalize_text(text)
    if not phrase:
        return ""
    if (index := find_hidden(phrase)) is not None:
        raise EntryError(
            field, f"{field}={phrase[:60]!a}: U+{ord(phrase[index]):04X} can't be seen; take it out, and write text."
        )
    if len(phrase) > MAX_NAME:
        raise EntryError(
            field,
            f"{field}={phrase[:60]!r}… has {len(phrase)} characters: give {MAX_NAME} or fewer, one name each.",
        )
    if SEPARATOR in phrase:
        raise EntryError(field, f"{field}={phrase[:60]!r}: holds {SEPARATOR}, which separates names; write two.")
    if not any(character.isalnum() for character in phrase):
        raise EntryError(field, f"{field}={phrase[:60]!r}: has no letter or digit; write a name as texts have it.")
    return phrase


def _find_problem(alias: str) -> str:
    """Return why an alias is probably not meant, "" if nothing speaks against it."""
    if _PERIOD.fullmatch(alias):
        return "reads as a quarter or year, which is never a name; take it out."
    if alias.isdigit():
        return "is a number, which headlines are full of; add a word."
    if alias.casefold() in _UNITS:
        return "reads as a unit or currency of an amount; write a longer name."
    if _is_ordinary(alias):
        return "is an ordinary word, which counts only where a text shows that it is a name; write a longer one, too."
    if alias.isascii() and len(alias) <= 2:
        return "is short, and mostly means something else in a headline; write a longer name."
    return ""


def _is_ordinary(alias: str) -> bool:
    from news.instruments.words import ACRONYMS, ORDINARY  # reads its lists, which few processes need

    words = alias.lower().split()
    return all(word in ORDINARY for word in words) or (words[0] in ACRONYMS and len(words) == 1)

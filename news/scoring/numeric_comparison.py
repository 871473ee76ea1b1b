"""Compare the amounts of a text: "EUR 13 mn from EUR 8 mn", "a profit of EUR 3 mn, compared with a loss of EUR 2 mn".

Knows years from amounts, and percentages from money. Stands on the standard library.
"""

from collections.abc import Iterator
from typing import NamedTuple

from news.scoring.lexicon_tagger import Marks

NEAR = 5  # words between "compared with" and the noun that is compared
PERCENT = frozenset(["%", "percent", "pc"])
FIRST_YEAR, LAST_YEAR = 1990, 2035  # a bare whole number in here is no amount
UNITS = {
    "mn": 1e6, "mln": 1e6, "million": 1e6, "m": 1e6, "bn": 1e9, "billion": 1e9, "crore": 1e7, "crores": 1e7,
    "cr": 1e7, "lakh": 1e5, "thousand": 1e3, "k": 1e3,
}  # fmt: skip


class Unit(NamedTuple):
    """What a number counts: percentages, or so many of something."""

    is_percentage: bool
    factor: float


PLAIN = Unit(False, 1.0)


class Comparison(NamedTuple):
    """What was compared, and whether it became more."""

    change: int  # 1 more than before, -1 less, 0 the same
    noun: str  # letter of what it is about, or nothing
    first: int  # mark where the comparison begins
    last: int
    is_swing: bool  # between profit and loss
    nouns: tuple[int, ...]  # marks that it has spoken of


def compare_amounts(marks: Marks, words: list[str], nouns: dict[str, int]) -> Iterator[Comparison]:
    """Yield the comparisons of a text. `nouns` are the letters of nouns."""
    letters, starts, ends = marks
    subject = link_place = None  # mark of the first noun; last place of the last link
    link, before, is_other = "", None, False
    for mark, letter in enumerate(letters):
        if letter in "vfo":
            link, link_place = letter, ends[mark]
        elif letter == "#":
            amount = _read_amount(words, starts[mark], before[0] if before else None)
            if amount is None:
                continue
            if before is not None and before[0].is_percentage == amount[0].is_percentage and not is_other:
                change = _change(before[1], amount[1], links=(before[2], link))
                if change is not None:
                    noun = letters[subject] if subject is not None else ""
                    begin = subject if subject is not None else before[3]
                    yield Comparison(change, noun, begin, mark, False, () if subject is None else (subject,))
            before, link = (*amount, link, mark), ""
        elif letter in nouns and letter != "M":
            if subject is None:
                subject = mark
            elif link in ("v", "f") and link_place is not None:
                is_other = True
                swing = {"GL": 1, "LG": -1}.get(letters[subject] + letter)
                if swing and starts[mark] - link_place <= NEAR:
                    yield Comparison(swing, "", subject, mark, True, (subject, mark))


def _change(one: float, other: float, *, links: tuple[str, str]) -> int | None:
    """Return how the amount changed, from the words before the two: "from one to other", "one against other"."""
    if links[1] in ("v", "f"):
        return (one > other) - (one < other)
    if links == ("f", "o"):
        return (other > one) - (other < one)
    return None


def _read_amount(words: list[str], place: int, unit: Unit | None) -> tuple[Unit, float] | None:
    """Return the unit of the number at `place`, and its value; None for a year.

    `unit` is that of the number before: in "EUR 13 mn (8)" it is given once.
    """
    word = words[place]
    try:
        value = float(word.replace(",", ""))
    except ValueError:  # 1.2.3
        return None
    own = _read_unit(words, place + 1)
    if own is None and word.isdigit() and FIRST_YEAR <= value <= LAST_YEAR:
        return None
    if own is None and "(" in words[max(place - 2, 0) : place]:
        own = unit
    own = own or PLAIN
    return own, value * own.factor


def _read_unit(words: list[str], place: int) -> Unit | None:
    word = words[place] if place < len(words) else ""
    if word in PERCENT or words[place : place + 2] == ["per", "cent"]:
        return Unit(True, 1.0)
    return Unit(False, UNITS[word]) if word in UNITS else None

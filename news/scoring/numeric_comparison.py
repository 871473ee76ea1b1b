"""Compare the amounts of a text: "EUR 13 mn from EUR 8 mn", "a profit of EUR 3 mn, compared with a loss of EUR 2 mn".

Tells years from amounts, and percentages from money. Uses the standard library only.
"""

from collections.abc import Iterator
from typing import NamedTuple

from news.scoring.lexicon_tagger import TagSequence
from news.scoring.word_class import NOUNS, WordClass, tag_set

MAX_SWING_TOKENS = 5  # from "compared with" to the noun compared
PERCENT_WORDS = frozenset(["%", "percent", "pc"])
FIRST_YEAR, LAST_YEAR = 1990, 2035  # a bare integer in this range is a year, not an amount
UNIT_FACTORS = {
    "mn": 1e6, "mln": 1e6, "million": 1e6, "m": 1e6, "bn": 1e9, "billion": 1e9, "crore": 1e7, "crores": 1e7,
    "cr": 1e7, "lakh": 1e5, "thousand": 1e3, "k": 1e3, "b": 1e9, "bln": 1e9, "tn": 1e12, "trln": 1e12, "trillion": 1e12,
    "cents": 0.01, "pence": 0.01, "p": 0.01,
}  # fmt: skip

NUMBER = WordClass.NUMBER.value
NOUN_TRADED, NOUN_LOSS = WordClass.NOUN_TRADED.value, WordClass.NOUN_LOSS.value
LINK_VERSUS, EXPECTATION = WordClass.LINK_VERSUS.value, WordClass.EXPECTATION.value
CURRENCY_SIGNS = frozenset(["$", "€", "£", "eur", "usd", "gbp", "rs", "sek"])
LINK_FROM, LINK_TO = WordClass.LINK_FROM.value, WordClass.LINK_TO.value
BASE_LINKS = tag_set(WordClass.LINK_VERSUS, WordClass.LINK_FROM)  # precede the former amount
LINKS = BASE_LINKS | {LINK_TO}
# From the first noun to the one it is compared with: "a profit, compared with a loss".
SWINGS = {
    WordClass.NOUN_GOOD + WordClass.NOUN_LOSS: 1,
    WordClass.NOUN_LOSS + WordClass.NOUN_GOOD: -1,
}


class Unit(NamedTuple):
    """Unit of a number: percent, or a multiple of one."""

    is_percentage: bool
    factor: float


BARE = Unit(False, 1.0)


class Amount(NamedTuple):
    """A number of the text with its unit."""

    unit: Unit
    value: float  # multiplied by the unit's factor
    link: str  # tag of the link before it, or empty
    tag_index: int


class Comparison(NamedTuple):
    """Two amounts, or a profit and a loss, and the direction of change."""

    change: int  # 1 more than before, -1 less, 0 equal
    noun: str  # tag of the noun measured, or empty
    first: int  # index of the first tag
    last: int  # index of the last tag
    is_swing: bool  # between profit and loss
    nouns: tuple[int, ...]  # indices of the noun tags compared


def compare_amounts(sequence: TagSequence, tokens: list[str]) -> Iterator[Comparison]:
    """Yield the comparisons of a tagged text, in order."""
    tags, starts, ends = sequence
    subject = link_end = None  # tag index of the first noun; last token of the last link
    link, former, second, has_second_noun = "", None, None, False
    for index, tag in enumerate(tags):
        is_estimate = tag == EXPECTATION and former is not None and _precedes_amount(tokens, ends[index])
        if is_estimate or tag in LINKS:  # "$1.39, estimate $1.30"
            link, link_end = LINK_VERSUS if is_estimate else tag, ends[index]
        elif tag == NUMBER:
            measured = _parse_amount(tokens, starts[index], former.unit if former else None)
            if measured is None:
                continue
            amount = Amount(*measured, link, index)
            if former is not None and former.unit.is_percentage == amount.unit.is_percentage and not has_second_noun:
                tag_of_noun = tags[subject] if subject is not None else ""
                change = _get_change(former, amount, is_loss=tag_of_noun == NOUN_LOSS)
                if change is not None:
                    first = subject if subject is not None else former.tag_index
                    nouns = tuple(noun for noun in (subject, second) if noun is not None)
                    yield Comparison(change, tag_of_noun, first, index, False, nouns)
            former, link = amount, ""
        elif tag in NOUNS and tag != NOUN_TRADED:
            if subject is None and former is not None and link in BASE_LINKS:
                has_second_noun = True  # "swings to 14, versus a loss of 6"
            elif subject is None or (former is None and starts[index] == ends[subject] + 1):  # the last of a compound
                subject = index
            elif link in BASE_LINKS and link_end is not None:
                second, has_second_noun = index, tag != tags[subject]  # "a loss of 2, compared with a loss of 9"
                swing = SWINGS.get(tags[subject] + tag)
                if swing and starts[index] - link_end <= MAX_SWING_TOKENS:
                    yield Comparison(swing, "", subject, index, True, (subject, index))


def _get_change(former: Amount, amount: Amount, *, is_loss: bool) -> int | None:
    """Return the sign of the change, by the links: "one from other", "from one to other"; None without such links."""
    if is_loss:  # "a loss of -3" is one of 3
        former, amount = former._replace(value=abs(former.value)), amount._replace(value=abs(amount.value))
    if amount.link in BASE_LINKS:
        return (former.value > amount.value) - (former.value < amount.value)
    if (former.link, amount.link) == (LINK_FROM, LINK_TO):
        return (amount.value > former.value) - (amount.value < former.value)
    return None


def _parse_amount(tokens: list[str], index: int, former_unit: Unit | None) -> tuple[Unit, float] | None:
    """Return unit and value of the number at `index`; None for a year.

    A number in brackets without a unit has the unit of the amount before it: "EUR 13 mn (8)".
    """
    token = tokens[index]
    try:
        value = float(token.replace(",", ""))
    except ValueError:  # 1.2.3
        return None
    if "-" in tokens[max(index - 2, 0) : index]:
        value = -value
    unit = _parse_unit(tokens, index + 1)
    if unit is None and token.isdigit() and FIRST_YEAR <= value <= LAST_YEAR:
        return None
    if unit is None and "(" in tokens[max(index - 2, 0) : index]:
        unit = former_unit
    unit = unit or BARE
    return unit, value * unit.factor


def _precedes_amount(tokens: list[str], index: int) -> bool:
    """Return whether the token at `index` stands directly before an amount, currency included."""
    following = tokens[index + 1 : index + 3]
    return bool(following) and (
        following[0][0].isdecimal() or (following[0] in CURRENCY_SIGNS and following[-1][0].isdecimal())
    )


def _parse_unit(tokens: list[str], index: int) -> Unit | None:
    token = tokens[index] if index < len(tokens) else ""
    if token in PERCENT_WORDS or tokens[index : index + 2] == ["per", "cent"]:
        return Unit(True, 1.0)
    return Unit(False, UNIT_FACTORS[token]) if token in UNIT_FACTORS else None

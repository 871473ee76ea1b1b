"""Tell whether two headlines of different sources report the same story.

The facts (numbers, periods, directions, negations, how far a deal has come) must be the same; of the other words one
headline may say more than the other. Refuses to guess: where a word stands in another's place, it is another story.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from hashlib import blake2b

from rapidfuzz.distance import Levenshtein

from news.dedup.vocabulary import CANONICAL, FIGURES, GENERIC, ROLES, SCALES, STOP

LEAST_SHARED = 3  # words and facts that both must hold
LEAST_SHARED_PART = 0.7  # of all words of both
TYPO_LENGTH = 6  # letters; from here on one letter may differ
SPANS = {"quarter": "q", "half": "h"}

_TOKEN = re.compile(r"[$€£¥₹%]|[^\W_]+(?:(?:[&.'-]|(?<=\d),(?=\d{3}))[^\W_]+)*")
_NUMBER = re.compile(r"(\d+(?:,\d{3})*(?:\.\d+)?)(?:-?([a-z]+))?")
_PLAIN = str.maketrans({"\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{NON-BREAKING HYPHEN}": "-"})
_INFLECTION = re.compile(r"(?:ings?|ed|es|s|e)$")


@dataclass
class Fingerprint:
    """What a headline says, in a form that newsrooms share."""

    periods: tuple[str, ...]  # sorted; newsrooms put them where they like
    directions: tuple[str, ...]  # in order, so that what rises and what falls can't change places
    numbers: tuple[str, ...]  # in order
    stages: tuple[str, ...]  # sorted
    rest: tuple[str, ...]  # all other words, as written

    @cached_property
    def facts(self) -> str:
        """What must be the same in both headlines, as one text."""
        return "\n".join(" ".join(part) for part in (self.periods, self.directions, self.numbers, self.stages))

    @cached_property
    def words(self) -> list[str]:
        """The words beside the facts that say something, each in its one form, in order."""
        parts = [part for word in self.rest for part in word.removesuffix("'s").split("-")]
        return [_canonical(part) for part in parts if part not in STOP]

    @cached_property
    def bag(self) -> frozenset[str]:
        """The words, each once."""
        return frozenset(self.words)

    @property
    def weight(self) -> int:
        """Number of facts."""
        return len(self.periods) + len(self.directions) + len(self.numbers) + len(self.stages)


def parse_fingerprint(title: str) -> Fingerprint:
    """Take a headline apart."""
    found: dict[str, list[str]] = {"period": [], "direction": [], "number": [], "stage": []}
    text = title.lower() if title.isascii() else title.translate(_PLAIN).casefold()
    rest, tokens = [], _TOKEN.findall(text)
    for place, token in enumerate(tokens):
        kind, name = ROLES.get(token, ("", ""))
        if kind == "ordinal":
            span = SPANS.get(tokens[place + 1] if place + 1 < len(tokens) else "")
            kind, name = ("period", f"{span}{name}") if span else ("number", name)
        elif not kind and not token.isalpha():
            kind, name = _parse_symbol(tokens, place)
        if not kind:
            rest.append(token)
        elif name and name not in found[kind][-1:]:
            found[kind].append(name)
    periods, stages = sorted(set(found["period"])), sorted(set(found["stage"]))
    return Fingerprint(tuple(periods), tuple(found["direction"]), tuple(found["number"]), tuple(stages), tuple(rest))


def is_same_story(one: Fingerprint, other: Fingerprint) -> bool:
    """Tell whether two headlines, which name the same company at about the same time, report the same story."""
    if one.facts != other.facts or not _may_share_enough(one.bag, other.bag):
        return False
    mine, theirs = one.words, _without_typos(other.words, one.words)
    shared, only_mine, only_theirs = {*mine} & {*theirs}, {*mine} - {*theirs}, {*theirs} - {*mine}
    if len(shared) < 2 or len(shared) + one.weight < LEAST_SHARED:
        return False
    if 2 * len(shared) < LEAST_SHARED_PART * (len({*mine}) + len({*theirs})):
        return False
    # "Revenue" and "revenue forecast" are different figures.
    if FIGURES & (only_mine | only_theirs) or _subject(mine, shared) != _subject(theirs, shared):
        return False
    return not any(
        step.tag == "replace"
        and only_mine.intersection(mine[step.src_start : step.src_end])
        and only_theirs.intersection(theirs[step.dest_start : step.dest_end])
        for step in Levenshtein.opcodes(mine, theirs)
    )


def _may_share_enough(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Tell in a microsecond what cannot be the same story, even if every long word left is a typing error."""
    shared = mine & theirs
    shareable = len(shared) + sum(len(word) >= TYPO_LENGTH for word in theirs - shared)
    return 2 * shareable >= LEAST_SHARED_PART * (len(mine) + len(theirs))


def similarity_keys(gist: Fingerprint, ticker: str, day: int) -> tuple[int, int, int]:
    """Return the keys under which the same story may stand: on its day (counted from 1970), the day before, the next.

    Stories that differ in a fact share none. A key fits into 63 bits.
    """
    place = int.from_bytes(blake2b(f"{ticker}\n{gist.facts}".encode(), digest_size=5).digest())
    return (day << 40) + place, (max(day - 1, 0) << 40) + place, (day + 1 << 40) + place


def _parse_symbol(tokens: list[str], place: int) -> tuple[str, str]:
    """Return kind and name of what is not all letters: a number with its unit, a sign, or no fact at all."""
    token = tokens[place]
    if len(token) == 1 and not token.isdecimal():
        return "number", ""  # a sign: it was read, or will be, with its number
    if token.endswith("n't"):
        return "stage", "not"
    match = _NUMBER.fullmatch(token)
    if match is None:
        return ("number", token) if any(character.isdecimal() for character in token) else ("", "")
    following = tokens[place + 1] if place + 1 < len(tokens) else ""
    if following == "per" and tokens[place + 2 : place + 3] == ["cent"]:
        following = "%"
    scale = SCALES.get(match[2] or following)
    if match[2] and scale is None:
        return "number", token
    currency = tokens[place - 1] if place and tokens[place - 1] in "$€£¥₹" else ""
    if scale is None and token.isdecimal() and token.isascii() and token[0] != "0":
        return "number", f"{currency}{token}"
    value = Decimal(match[1].replace(",", ""))
    value = (value.scaleb(scale) if isinstance(scale, int) else value).normalize()
    return "number", f"{currency}{value:f}{scale if isinstance(scale, str) else ''}"


def _canonical(word: str) -> str:
    return CANONICAL.get(word) or CANONICAL.get(stem := _stem(word), stem)


def _stem(word: str) -> str:
    if len(word) > 4 and word.endswith(("ies", "ied")):
        return word[:-3] + "y"
    bare = _INFLECTION.sub("", word)
    if len(bare) < 3:
        return word
    return bare[:-1] if len(bare) > 4 and bare[-1] == bare[-2] and word.endswith(("ing", "ed")) else bare


def _without_typos(words: list[str], known: list[str]) -> list[str]:
    """Return `words`, those that differ in one letter from a known one written as that."""

    def corrected(word: str) -> str:
        if len(word) < TYPO_LENGTH or word in known:
            return word
        near = (k for k in known if k[0] == word[0] and Levenshtein.distance(k, word, score_cutoff=1) <= 1)
        return next(near, word)

    return [corrected(word) for word in words]


def _subject(words: list[str], shared: set[str]) -> str:
    """Return the first shared word that is not just a figure of accounts: who does it."""
    return next((word for word in words if word in shared and word not in GENERIC), "")

"""Compare headlines of different sources: do they report the same story?

The facts (numbers, periods, directions, negations, stages of a deal) must be equal. Of the other words, one headline
may have more than the other, but if it has a different word in the same position, the stories are different.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from hashlib import blake2b

from rapidfuzz.distance import Levenshtein

from news.dedup.vocabulary import ACCOUNTING_TERMS, CANONICAL, GENERIC, ROLES, SCALES, STOP_WORDS

MIN_SHARED = 3  # words and facts that both headlines must contain
MIN_SHARED_RATIO = 0.7  # shared words among all words of both
MIN_TYPO_LENGTH = 6  # letters of a word in which one letter may differ
MAX_FIRST_WORDS = 4  # of a story under a topic, the longest of which is in its key
MAX_TOPIC_WORDS = 8  # by which the keys of earlier stories under a topic are looked up
SPANS = {"quarter": "q", "half": "h"}

_TOKEN = re.compile(r"[$€£¥₹%]|[^\W_]+(?:(?:[&.'-]|(?<=\d),(?=\d{3}))[^\W_]+)*")
_SIGN = re.compile("(?<![\\w.,%)])[-+\N{MINUS SIGN}\N{EN DASH}](?=[$€£¥₹]?\\d)")  # of "-3%", not of "2024-25"
_NUMBER = re.compile(r"(\d+(?:,\d{3})*(?:\.\d+)?)(?:-?([a-z]+))?")
_PLAIN = str.maketrans({"\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{NON-BREAKING HYPHEN}": "-"})
_INFLECTION = re.compile(r"(?:ings?|ed|es|s|e)$")


@dataclass
class Fingerprint:
    """The facts and other words of a headline, normalised so that headlines of different newsrooms can be compared."""

    periods: tuple[str, ...]  # sorted, because their position in a headline varies
    directions: tuple[str, ...]  # in order: "A rises, B falls" is not "A falls, B rises"
    numbers: tuple[str, ...]  # in order
    stages: tuple[str, ...]  # sorted
    other_words: tuple[str, ...]  # as written

    @cached_property
    def facts(self) -> str:
        """The facts as one text; two headlines of one story have the same."""
        return "\n".join(" ".join(part) for part in (self.periods, self.directions, self.numbers, self.stages))

    @cached_property
    def words(self) -> list[str]:
        """The other words in canonical form and in order, without stop words."""
        parts = [part for word in self.other_words for part in word.removesuffix("'s").split("-")]
        return [_canonical(part) for part in parts if part not in STOP_WORDS]

    @cached_property
    def unique_words(self) -> frozenset[str]:
        """The words of `words`, each once."""
        return frozenset(self.words)

    @property
    def fact_count(self) -> int:
        """Number of facts."""
        return len(self.periods) + len(self.directions) + len(self.numbers) + len(self.stages)


def parse_fingerprint(title: str) -> Fingerprint:
    """Return the fingerprint of a headline."""
    facts: dict[str, list[str]] = {"period": [], "direction": [], "number": [], "stage": []}
    text = title.lower() if title.isascii() else title.translate(_PLAIN).casefold()
    text = _SIGN.sub(lambda sign: " up " if sign[0] == "+" else " down ", text)
    other_words, tokens = [], _TOKEN.findall(text)
    for index, token in enumerate(tokens):
        kind, name = ROLES.get(token, ("", ""))
        if kind == "ordinal":
            span = SPANS.get(tokens[index + 1] if index + 1 < len(tokens) else "")
            kind, name = ("period", f"{span}{name}") if span else ("number", name)
        elif not kind and not token.isalpha():
            kind, name = _parse_symbol(tokens, index)
        if not kind:
            other_words.append(token)
        elif name and name not in facts[kind][-1:]:
            facts[kind].append(name)
    return Fingerprint(
        periods=tuple(sorted(set(facts["period"]))),
        directions=tuple(facts["direction"]),
        numbers=tuple(facts["number"]),
        stages=tuple(sorted(set(facts["stage"]))),
        other_words=tuple(other_words),
    )


def is_same_story(one: Fingerprint, other: Fingerprint) -> bool:
    """Return whether two headlines about one company, published at about the same time, report the same story."""
    if one.facts != other.facts or not _may_share_enough(one.unique_words, other.unique_words):
        return False
    left, right = one.words, _without_typos(other.words, one.words)
    shared, only_left, only_right = {*left} & {*right}, {*left} - {*right}, {*right} - {*left}
    if len(shared) < 2 or len(shared) + one.fact_count < MIN_SHARED:
        return False
    if 2 * len(shared) < MIN_SHARED_RATIO * (len({*left}) + len({*right})):
        return False
    # "Revenue" and "revenue forecast" are different figures.
    if ACCOUNTING_TERMS & (only_left | only_right) or _get_subject(left, shared) != _get_subject(right, shared):
        return False
    return not any(
        step.tag == "replace"
        and only_left.intersection(left[step.src_start : step.src_end])
        and only_right.intersection(right[step.dest_start : step.dest_end])
        for step in Levenshtein.opcodes(left, right)
    )


def _may_share_enough(left: frozenset[str], right: frozenset[str]) -> bool:
    """Return False, within a microsecond, if too few words are shared even if all other long words were typos."""
    shared = left & right
    shareable = len(shared) + sum(len(word) >= MIN_TYPO_LENGTH for word in right - shared)
    return 2 * shareable >= MIN_SHARED_RATIO * (len(left) + len(right))


def similarity_keys(fingerprint: Fingerprint, ticker: str, day: int, *, is_topic: bool = False) -> list[int]:
    """Return the keys of stories with these facts on `day` (counted from 1970), the day before and the day after.

    The first is that of the story itself. Stories that differ in a fact have different keys. A key fits into 63 bits.
    Of a topic, which has hundreds of stories an hour, those with the same long word near their beginning share a key:
    the story's own, and each that an earlier one may have.
    """
    if not is_topic:
        return _make_keys(f"{ticker}\n{fingerprint.facts}", day)
    # Most of what one newsroom adds to a title stands at its end.
    words = fingerprint.words[:MAX_TOPIC_WORDS] or [""]
    own = max(words[:MAX_FIRST_WORDS], key=lambda word: (len(word), word))
    return [
        key
        for word in dict.fromkeys([own, *words])
        for key in _make_keys(f"{ticker}\n{word}\n{fingerprint.facts}", day)
    ]


def _make_keys(text: str, day: int) -> list[int]:
    text_hash = int.from_bytes(blake2b(text.encode(), digest_size=5).digest())
    return [(day << 40) + text_hash, (max(day - 1, 0) << 40) + text_hash, (day + 1 << 40) + text_hash]


def _parse_symbol(tokens: list[str], index: int) -> tuple[str, str]:
    """Return kind and name of a token that is not all letters: a number with its unit, a currency sign, or no fact."""
    token = tokens[index]
    if len(token) == 1 and not token.isdecimal():
        return "number", ""  # a sign: it belongs to the number beside it
    if token.endswith("n't"):
        return "stage", "not"
    match = _NUMBER.fullmatch(token)
    if match is None:
        return ("number", token) if any(character.isdecimal() for character in token) else ("", "")
    following = tokens[index + 1] if index + 1 < len(tokens) else ""
    if following == "per" and tokens[index + 2 : index + 3] == ["cent"]:
        following = "%"
    scale = SCALES.get(match[2] or following)
    if match[2] and scale is None:
        return "number", token
    currency = tokens[index - 1] if index and tokens[index - 1] in "$€£¥₹" else ""
    if scale is None and token.isdecimal() and token.isascii() and token[0] != "0":
        return "number", f"{currency}{token}"
    return "number", f"{currency}{_format_number(match[1], scale)}"


def _format_number(digits: str, scale: int | str | None) -> str:
    """Return a number in full ("4.2" with scale 9 is "4200000000"); a scale that is a unit is appended."""
    value = Decimal(digits.replace(",", ""))
    value = (value.scaleb(scale) if isinstance(scale, int) else value).normalize()
    return f"{value:f}{scale if isinstance(scale, str) else ''}"


def _canonical(word: str) -> str:
    return CANONICAL.get(word) or CANONICAL.get(stem := _stem(word), stem)


def _stem(word: str) -> str:
    if len(word) > 4 and word.endswith(("ies", "ied")):
        return word[:-3] + "y"
    bare = _INFLECTION.sub("", word)
    if len(bare) < 3:
        return word
    return bare[:-1] if len(bare) > 4 and bare[-1] == bare[-2] and word.endswith(("ing", "ed")) else bare


def _without_typos(words: list[str], reference: list[str]) -> list[str]:
    """Return `words`, in which those that differ in one letter from a word of `reference` are replaced by it."""

    def correct(word: str) -> str:
        if len(word) < MIN_TYPO_LENGTH or word in reference:
            return word
        similar = (r for r in reference if r[0] == word[0] and Levenshtein.distance(r, word, score_cutoff=1) <= 1)
        return next(similar, word)

    return [correct(word) for word in words]


def _get_subject(words: list[str], shared: set[str]) -> str:
    """Return the first shared word that is not just a term of accounting: it is mostly the name of who acts."""
    return next((word for word in words if word in shared and word not in GENERIC), "")

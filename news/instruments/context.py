"""What stands around a name in a headline, and how the headline is written."""

import re
from enum import Enum
from functools import cached_property

from news.instruments.name_index import NormalizedText
from news.instruments.words import LEAD_INS, MONEY_WORDS, OTHER_TOPICS

_NEXT = re.compile(r"\s*([^\W_][\w.'&/+-]*[\w+]|\w|[^\w\s])")
_CLOSING = ',;:!?."”)]—–|…'
_OPENING = "\"“‘'([$€£#*"
_MONEY = re.compile(r"[$€£¥₹%]|\bRs\.?\s?\d")


class Case(Enum):
    """How the words of a headline are capitalised."""

    SENTENCE = 1
    TITLE = 2
    UPPER = 3
    LOWER = 4


class Neighbours:
    """The words beside a name, in lower case, and what joins them. Signs count as words."""

    __slots__ = (
        "after", "after_raw", "after_second", "after_second_raw", "before", "before_raw", "before_second",
        "has_possessive", "is_first", "joined_after", "joined_before",
    )  # fmt: skip

    def __init__(self, text: str, start: int, end: int) -> None:
        self.has_possessive = text[end : end + 2].lower() == "'s" or (
            text[end : end + 1] == "'" and text[end - 1 : end].lower() == "s"
        )
        offset = end + (2 if text[end : end + 2].lower() == "'s" else self.has_possessive)
        self.joined_after = ""  # "backed" of "Uber-backed"
        if (
            text[offset : offset + 1] in ("-", "‑")
            and (joined := _NEXT.match(text, offset + 1))
            and joined.start(1) == offset + 1
        ):
            self.joined_after = joined[1].lower()
            offset = joined.end()
        match = _NEXT.match(text, offset)
        self.after_raw = match[1] if match else ""
        self.after = self.after_raw.lower()
        second = _NEXT.match(text, match.end()) if match else None
        self.after_second_raw = second[1] if second else ""
        self.after_second = self.after_second_raw.lower()
        self._look_back(text, start)

    def _look_back(self, text: str, start: int) -> None:
        self.joined_before = self.before_raw = self.before_second = ""
        head = text[max(0, start - 60) : start].rstrip(_OPENING + " ") if start else ""
        if not head.strip():  # a tab or the like
            head = ""
        self.is_first = not head
        if head and text[start - 1] in "-‑/":
            words = head[:-1].split()
            self.joined_before = words[-1].lstrip(_OPENING) if words else ""
            head = head[:-1]
            self.before_raw = self.joined_before
        elif head:
            last = head.split()[-1]
            self.before_raw = last[-1] if last[-1] in _CLOSING else last.lstrip(_OPENING)
            if self.before_raw in "–—-|":
                self.before_raw = "-"
            earlier = head[: len(head) - len(last)].split()
            self.before_second = earlier[-1].strip(_CLOSING + _OPENING).lower() if earlier else ""
        self.before = self.before_raw.lower()

    @property
    def follows_punctuation(self) -> bool:
        """Whether a name stands at the beginning or after a comma, colon, dash or the like."""
        return not self.before_raw or not self.before_raw[-1].isalnum()


class Context:
    """Properties of a headline that rules use, computed lazily."""

    def __init__(self, spaced: NormalizedText, name_starts: frozenset[int] = frozenset()) -> None:
        self.text = spaced.text
        self.spaced = spaced
        self._name_starts = name_starts
        self._neighbours: dict[int, Neighbours] = {}

    def get_neighbours(self, start: int, end: int) -> Neighbours:
        """Return what stands beside a name."""
        if start not in self._neighbours:
            self._neighbours[start] = Neighbours(self.text, start, end)
        return self._neighbours[start]

    @cached_property
    def words(self) -> frozenset[str]:
        """All words in lower case."""
        return frozenset(self.spaced.spaced.split())

    @cached_property
    def case(self) -> Case:
        """How words are capitalised, ignoring names."""
        text = self.text
        if text.isupper():
            return Case.UPPER
        if text.islower():
            return Case.LOWER
        lower = capital = upper = 0
        offset = 0
        for index, word in enumerate(text.split(" ")):
            start = offset
            offset += len(word) + 1
            bare = word.strip("\"“‘'([").rstrip("'s,.:;")
            if len(bare) < 2 or not bare[0].isalpha():
                continue
            if bare.isupper():
                upper += 1
            elif index == 0 or start in self._name_starts or bare.lower() in LEAD_INS or len(bare) < 4:
                continue
            elif bare[0].isupper():
                capital += 1
            else:
                lower += 1
        if upper >= 3 and upper > 3 * (lower + capital):
            return Case.UPPER
        if not lower and not capital:
            return Case.SENTENCE
        return Case.TITLE if capital > 2 * lower else Case.SENTENCE

    @cached_property
    def has_money(self) -> bool:
        """Whether there is a sum or a percentage."""
        return bool(_MONEY.search(self.text))

    @cached_property
    def business_word_count(self) -> int:
        """The number of words of business, a sum or percentage counting as one."""
        return len(self.words & MONEY_WORDS) + self.has_money

    @cached_property
    def off_topic_word_count(self) -> int:
        """The number of words of war, crime, nature, sport, school, religion, the arts and elections."""
        return len(self.words & OTHER_TOPICS)

"""Which words of a headline are marked: those that decided, without the names of its instruments ("Quilen Foods")."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from dashboard.tickers import name_instrument
from dashboard.word_values import LINEAR_ANALYZERS, get_word_value
from news.entity_score import EntityScore
from news.instruments.current import get_topics
from news.models import Item, Sentiment

# Words and numbers, split as analyzers do. Their own code is not used: a page must not load their word lists.
WORD = re.compile(r"[qh][1-4]\b|[^\W\d_]+(?:'[^\W\d_]+)*|\d+(?:[.,]\d+)*", re.IGNORECASE)
GAPS = frozenset(["", " ", "-", "/", "&", " & "])  # between the words of a name
POSSESSIVE = "'s"
SHORTENED = "\N{HORIZONTAL ELLIPSIS}"  # stands for the middle of long evidence
SHORTEST_SYMBOL = 4  # letters of a symbol that may be the beginning of a name: HEXALON of Hexalonic
SHORTEST_SMALL = 3  # letters of a word in small letters that shows that a text is not in title case
MAX_CAPITALS = 2  # words with a capital for each of those
MIN_VALUE = 0.05  # of words taken alone: weaker ones decide nothing by themselves
SIGNS = {Sentiment.POSITIVE.value: 1, Sentiment.NEGATIVE.value: -1}
# Words that decide nothing by themselves, although a model that counts words may name them.
FUNCTION_WORDS = frozenset(re.findall(r"\w+", "a an and as at by for from in is it its of on or the to was were with"))


class DecidingWords(NamedTuple):
    """Words of a headline that decided.

    words: as they stand in the headline. tone: the sentiment of that of which they speak, positive or negative.
    value: what the embedded analyzer says of them alone, -1..1, of the same sign; None if another analyzer named them.
    """

    words: str
    tone: str
    value: float | None


def list_deciding_words(item: Item) -> list[DecidingWords]:
    """Return the words that decided on an item and its instruments, the strongest first, none twice.

    Without words that say nothing alone, or the opposite, and without those of a neutral reading.
    """
    marked = MarkedWords(item)
    groups = [(entity.sentiment, entity.evidence) for entity in item.list_entities()]
    groups.append((item.sentiment, item.evidence))
    deciding = [
        DecidingWords(words, sentiment, get_word_value(words) if item.analyzer in LINEAR_ANALYZERS else None)
        for sentiment, evidence in groups
        if sentiment in SIGNS
        for words in marked.select(evidence)
    ]
    telling = [mark for mark in deciding if _is_telling(mark)]
    telling.sort(key=lambda mark: -abs(mark.value or 0))
    return [*marked.without_overlaps(telling)]


def _is_telling(mark: DecidingWords) -> bool:
    """Return whether words say by themselves what they decided."""
    parts = _list_words(mark.words.lower())
    if FUNCTION_WORDS.issuperset(parts) or not any(part[0].isalpha() for part in parts):
        return False
    return mark.value is None or SIGNS[mark.tone] * mark.value >= MIN_VALUE


class MarkedWords:
    """The words of one headline, and which of them are names of its instruments."""

    def __init__(self, item: Item) -> None:
        self._title = item.title
        self._text = _straighten(item.title)
        self._spans = [match.span() for match in WORD.finditer(self._text)]
        self._words = [self._text[start:end] for start, end in self._spans]
        self._lowered = [word.lower() for word in self._words]
        self._shows_names_by_capitals = self._find_whether_names_have_capitals()
        self._names: set[int] = set()  # indices of words
        topics = get_topics()
        for entity in item.list_entities():
            if entity.ticker not in topics:
                self._add_names(entity)

    def select(self, evidence: Iterable[str]) -> list[str]:
        """Return the words that decided as they stand in the text, without names; each stretch is one of its own."""
        return list(dict.fromkeys(part for words in evidence for part in self._split(words)))

    def _split(self, words: str) -> Iterator[str]:
        matches = self._locate(words)
        if matches is None:  # of another analyzer
            if not {self._lowered[index] for index in self._names}.issuperset(_list_words(words.lower())):
                yield words
            return
        for is_name, indices in groupby(matches, key=self._names.__contains__):
            if not is_name:
                yield self._quote([*indices])

    def _quote(self, indices: list[int]) -> str:
        """Return the words at consecutive indices with what stands between them."""
        return self._title[self._spans[indices[0]][0] : self._spans[indices[-1]][1]]

    def without_overlaps(self, deciding: Iterable[DecidingWords]) -> Iterator[DecidingWords]:
        """Yield those whose words are not part of an earlier one's."""
        taken: set[int | str] = set()
        for mark in deciding:
            indices: set[int | str] = {*(self._locate(mark.words) or [mark.words])}
            if taken.isdisjoint(indices):
                taken |= indices
                yield mark

    def _locate(self, words: str) -> range | None:
        """Return where words first stand, with what lies between the pieces of shortened ones."""
        begin, end = None, 0
        for piece in words.lower().split(SHORTENED):
            parts = WORD.findall(_straighten(piece))
            starts = range(end, len(self._words) - len(parts) + 1)
            first = next((start for start in starts if self._lowered[start : start + len(parts)] == parts), None)
            if first is None:
                return None
            begin, end = first if begin is None else begin, first + len(parts)
        return range(begin or 0, end)

    def _find_whether_names_have_capitals(self) -> bool:
        """Return whether capitals tell names from other words: not in a text in title case."""
        capitals = sum(word[0].isupper() for word in self._words)
        small = sum(word[0].islower() and len(word) >= SHORTEST_SMALL for word in self._words)
        return capitals <= MAX_CAPITALS * small

    def _add_names(self, entity: EntityScore) -> None:
        """Add the names in the text; without any, what begins with the symbol or with the first word of the name."""
        full_name = _list_words(name_instrument(entity.ticker).lower())
        names = [_list_words(name) for name in entity.names] or [full_name[:1]]
        words = self._words if entity.names else self._lowered
        words = [word.removesuffix(POSSESSIVE) for word in words]
        symbol = entity.ticker.partition(".")[0].lower()
        for first, word in enumerate(self._lowered):
            lengths = [len(name) for name in names if name and words[first : first + len(name)] == name]
            if not entity.names and len(symbol) >= SHORTEST_SYMBOL and word.startswith(symbol):
                lengths.append(1)
            if lengths:
                end = first + max(lengths)
                while end < len(words) and self._goes_on(end, full_name):
                    end += 1
                self._names.update(range(first, end))

    def _goes_on(self, index: int, full_name: list[str]) -> bool:
        """Return whether the word at an index belongs to the name before it; "CEO" and "EV" do not."""
        gap = self._text[self._spans[index - 1][1] : self._spans[index][0]]
        if gap not in GAPS or self._lowered[index - 1].endswith(POSSESSIVE):
            return False
        word = self._words[index]
        return word.lower() in full_name or (self._shows_names_by_capitals and word[0].isupper() and not word.isupper())


def _straighten(text: str) -> str:
    return text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def _list_words(name: str) -> list[str]:
    return [word.removesuffix(POSSESSIVE) for word in WORD.findall(_straighten(name))]

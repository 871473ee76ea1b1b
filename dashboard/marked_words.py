"""Which words of a headline are marked: those that decided, without the names of its instruments ("Quilen Foods")."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from dashboard.tickers import name_instrument
from news.entity_score import EntityScore
from news.instruments.current import get_topics
from news.models import Item
from news.scoring.lexicon_tagger import TOKEN, prepare
from news.scoring.mentions import MAX_CAPITALS, MIN_SMALL, NO_NAMES, UNBROKEN

POSSESSIVE = "'s"
SHORTEST_SYMBOL = 4  # letters of a symbol that may be the beginning of a name: HEXALON of Hexalonic


class MarkedWords:
    """The words of one headline, and which of them are names of its instruments."""

    def __init__(self, item: Item) -> None:
        self._text, self._spans = _find_words(item.title)
        self._words = [self._text[start:end] for start, end in self._spans]
        self._lowered = [word.lower() for word in self._words]
        self._has_capitals = self._tell_names_by_capitals()
        self._names: set[int] = set()  # indices of words
        topics = get_topics()
        for entity in item.list_entities():
            if entity.ticker not in topics:
                self._add_names(entity)

    def select(self, evidence: Iterable[str]) -> list[str]:
        """Return the words that decided without those of names; each stretch between names is one of its own."""
        return list(dict.fromkeys(part for words in evidence for part in self._split(words)))

    def _split(self, words: str) -> Iterator[str]:
        parts = words.lower().split()
        starts = range(len(self._words) - len(parts) + 1)
        first = next((start for start in starts if self._lowered[start : start + len(parts)] == parts), None)
        if first is None:  # shortened in the middle, or of another analyzer
            if not {self._lowered[index] for index in self._names}.issuperset(parts):
                yield words
            return
        found = range(first, first + len(parts))
        if self._names.isdisjoint(found):
            yield words
            return
        for is_name, indices in groupby(found, key=self._names.__contains__):
            if not is_name:
                yield " ".join(self._lowered[index] for index in indices)

    def _tell_names_by_capitals(self) -> bool:
        """Return whether capitals tell names from other words: not in a text in title case."""
        capitals = sum(word[0].isupper() for word in self._words)
        small = sum(not word[0].isupper() and len(word) >= MIN_SMALL for word in self._words)
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
        """Return whether the word at an index belongs to the name before it."""
        gap = self._text[self._spans[index - 1][1] : self._spans[index][0]]
        if gap not in UNBROKEN or self._lowered[index - 1].endswith(POSSESSIVE):
            return False
        word = self._lowered[index]
        is_capital = self._words[index][0].isupper()
        return word in full_name or (self._has_capitals and is_capital and word not in NO_NAMES)


def _find_words(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the part of a text that analyzers read, and where its words stand, as they cut it."""
    text = prepare(text)
    lowered = text.lower()
    return text if len(text) == len(lowered) else lowered, [match.span() for match in TOKEN.finditer(lowered)]


def _list_words(name: str) -> list[str]:
    text, spans = _find_words(name)
    return [text[start:end].removesuffix(POSSESSIVE) for start, end in spans]

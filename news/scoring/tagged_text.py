"""Tagged text: tokens with the word classes of the lexicon, and questions on adjacency, nouns and clauses.

A tag is addressed by its index. Distances are counted in tokens.
"""

from bisect import bisect_left

from news.scoring.idioms import replace_idioms
from news.scoring.lexicon_tagger import TagSequence, tag_tokens
from news.scoring.word_class import (
    CLAUSE_BOUNDARIES,
    COMPARATIVES,
    DIRECTIONS,
    MOVEMENTS,
    NOUNS,
    PACES,
    SUBORDINATORS,
    WordClass,
    tag_set,
)

MAX_NOUN_DISTANCE = 5  # between a direction and its noun
NEAR_DISTANCE = 3
ADJACENT_DISTANCE = 2
# "Slips to ten-year low": degree of a movement rather than a movement.
RECORD_WORDS = frozenset([
    "high", "highs", "low", "lows", "peak", "trough", "bottom", "lowest", "highest", "most", "fewest",
])  # fmt: skip
RECORD_MOVEMENTS = MOVEMENTS | PACES
AMOUNT_TAGS = tag_set(WordClass.NUMBER, WordClass.PERCENT, WordClass.CURRENCY, WordClass.COMMA)
BOUND_LINKS = tag_set(WordClass.LINK_ABOVE, WordClass.LINK_BELOW)  # "less than", "more than"
BOUND_OBJECTS = frozenset([*NOUNS, WordClass.EXPECTATION.value])  # "more than forecast", "less than costs"
OBJECTS_OF_ON = tag_set(WordClass.NOUN_BAD, WordClass.NOUN_ADVERSE_EVENT, WordClass.NOUN_FEARED)  # "tariffs on steel"
THAN = WordClass.THAN.value


class TaggedText:
    """A tokenized text and its tags. `tags[i]` covers the tokens `starts[i]` to `ends[i]`."""

    __slots__ = ("ends", "starts", "tags", "tokens")

    def __init__(self, tokens: list[str], tagged: TagSequence | None = None) -> None:
        self.tokens = tokens
        self.tags, self.starts, self.ends = tagged or replace_idioms(tokens, tag_tokens(tokens))

    def select_tags(self, first: int, end: int) -> TagSequence:
        """Return the tags of the tokens from `first` to before `end`, as those of a text of their own."""
        low, high = bisect_left(self.starts, first), bisect_left(self.starts, end)
        starts = [start - first for start in self.starts[low:high]]
        return TagSequence(self.tags[low:high], starts, [min(last, end - 1) - first for last in self.ends[low:high]])

    def find_noun_before(self, index: int) -> int | None:
        """Return the nearest noun before a tag, in its clause and within MAX_NOUN_DISTANCE, with no direction between.

        The result is the index of the noun's tag.
        """
        for other in range(index - 1, -1, -1):
            tag = self.tags[other]
            if tag in NOUNS:
                return other if self.starts[index] - self.ends[other] <= MAX_NOUN_DISTANCE else None
            if tag in DIRECTIONS or (tag in SUBORDINATORS and self.ends_clause(other)):
                return None
        return None

    def find_noun_after(self, index: int) -> int | None:
        """Return the nearest noun after a tag, under the same conditions as `find_noun_before`.

        Of a compound it is the last noun: "cuts production costs".
        """
        for other in range(index + 1, len(self.tags)):
            tag = self.tags[other]
            if tag in NOUNS:
                return (
                    self.get_compound_end(other) if self.starts[other] - self.ends[index] <= MAX_NOUN_DISTANCE else None
                )
            if tag in SUBORDINATORS or tag in DIRECTIONS:
                return None
        return None

    def ends_clause(self, index: int) -> bool:
        """Return whether a tag begins a subordinate clause. The "on" of "tariffs on steel eased" does not."""
        if self.tags[index] not in SUBORDINATORS:
            return False
        start = self.starts[index]
        is_on = self.tokens[start] == "on" and start == self.ends[index] and index > 0
        return not (is_on and self.tags[index - 1] in OBJECTS_OF_ON and self.ends[index - 1] == start - 1)

    def is_compounded(self, index: int) -> bool:
        """Return whether a noun follows a tag without a token between: "production costs"."""
        following = index + 1
        return (
            following < len(self.tags)
            and self.tags[following] in NOUNS
            and self.starts[following] == self.ends[index] + 1
        )

    def get_compound_end(self, index: int) -> int:
        """Return the index of the last noun of the compound that a tag belongs to."""
        while self.is_compounded(index):
            index += 1
        return index

    def has_only_nouns_between(self, first: int, last: int) -> bool:
        """Return whether all tags between two are nouns."""
        return all(self.tags[other] in NOUNS for other in range(first + 1, last))

    def is_followed_by(self, index: int, tags: frozenset[str]) -> bool:
        """Return whether one of `tags` follows a tag within ADJACENT_DISTANCE."""
        following = index + 1
        return (
            following < len(self.tags)
            and self.tags[following] in tags
            and self.starts[following] - self.ends[index] <= ADJACENT_DISTANCE
        )

    def is_record(self, index: int) -> bool:
        """Return whether a high or low is the degree of a movement before it: "slips to ten-year low"."""
        if self.tokens[self.ends[index]] not in RECORD_WORDS:
            return False
        for other in range(index - 1, -1, -1):
            tag = self.tags[other]
            if tag in CLAUSE_BOUNDARIES or self.starts[index] - self.ends[other] > MAX_NOUN_DISTANCE:
                return False
            if tag in RECORD_MOVEMENTS:
                return True
        return False

    def find_bound(self, index: int) -> int | None:
        """Return the tag that bounds a movement by another: "rose less than costs", "drop smaller than forecast"."""
        if THAN not in self.tags and BOUND_LINKS.isdisjoint(self.tags):
            return None
        other = index + 1
        while other < len(self.tags) and self.tags[other] in AMOUNT_TAGS:
            other += 1
        if other + 1 >= len(self.tags) or self.starts[other] - self.ends[other - 1] > NEAR_DISTANCE:
            return None
        tag, following = self.tags[other], self.tags[other + 1]
        is_bound = (tag in COMPARATIVES and following == THAN) or (
            tag in BOUND_LINKS and self.tokens[self.ends[other]] == "than" and following in BOUND_OBJECTS
        )
        return other if is_bound else None

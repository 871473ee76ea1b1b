"""Clauses of entities: the part of a text that is about one entity, "GM slumps" of "Ford gains as GM slumps"."""

from itertools import pairwise

from news.scoring.mentions import COLON, DASH, SEMICOLON, SENTENCE, LocatedText, Mention
from news.scoring.polarity import POLAR_TAGS
from news.scoring.tagged_text import TaggedText
from news.scoring.word_class import DIRECTIONS, POLARITIES, WordClass

# Tags that make a predicate. A list of names has none between its commas.
PREDICATE_TAGS = frozenset([
    *DIRECTIONS, *POLARITIES, *POLAR_TAGS, WordClass.CANCELLATION.value, WordClass.FAILURE.value,
    WordClass.TERMINATION.value, WordClass.STABILITY.value, WordClass.ROUTINE.value, WordClass.NEGATION.value,
]) - {WordClass.NOUN_TRADED.value, WordClass.NOUN_GOOD.value}  # fmt: skip
CONJUNCTIONS = frozenset([
    "while", "whereas", "whilst", "but", "though", "although", "yet", "as", "after", "amid", "amidst", "despite",
    "because", "when", "before", "until", "where", "since", "however", "even", "unlike", "leaving", "sending",
])  # fmt: skip
LISTING = frozenset([",", "and", "or", "nor"])
BREAK_WEIGHTS = {SENTENCE: 6, SEMICOLON: 5, DASH: 4, COLON: 3}
CONJUNCTION_WEIGHT, LISTING_WEIGHT = 4, 2

Clause = tuple[int, int]  # first token, and the one behind the last


def find_clauses(text: LocatedText, tagged: TaggedText) -> list[Clause]:
    """Return the clause of each mention, in order: the tokens between the cuts beside it."""
    mentions, count = text.mentions, len(text.tokens)
    cuts = [0, count]
    for before, after in pairwise(mentions):
        if before.entity != after.entity:
            cut = _find_cut(text, before, after, tagged, max(cuts[:-1]))
            if cut:
                cuts.insert(-1, cut)
    cuts = sorted(set(cuts))
    clauses = []
    for mention in mentions:
        first = max(cut for cut in cuts if cut <= mention.first)
        last = min((cut for cut in cuts if cut > mention.first), default=count)
        clauses.append((first, last))
    return clauses


def _find_cut(text: LocatedText, before: Mention, after: Mention, tagged: TaggedText, left: int) -> int:
    """Return the token with which the clause of the second mention begins, 0 if both are in one clause."""
    best, cut = 0, 0
    tokens, breaks = text.tokens, text.breaks
    for index in range(before.last + 1, after.first + 1):
        token = tokens[index]
        weight = BREAK_WEIGHTS.get(breaks[index], 0) if index in breaks else 0
        if index < after.first or not weight:
            if token in CONJUNCTIONS:
                weight = max(weight, CONJUNCTION_WEIGHT)
            elif token in LISTING:
                weight = max(weight, LISTING_WEIGHT)
        if weight >= best and weight:
            best, cut = weight, index
    if best == LISTING_WEIGHT and not (
        _has_predicate(tagged, left, cut) and _has_predicate(tagged, cut, _find_end(text, after.last + 1))
    ):
        return 0
    return cut


def _find_end(text: LocatedText, index: int) -> int:
    """Return the end of the sentence that the token at `index` is in."""
    return min(
        (place for place, kind in text.breaks.items() if place >= index and kind in ".;"), default=len(text.tokens)
    )


def _has_predicate(tagged: TaggedText, first: int, end: int) -> bool:
    return any(
        tag in PREDICATE_TAGS and first <= start < end for tag, start in zip(tagged.tags, tagged.starts, strict=True)
    )

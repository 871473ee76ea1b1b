"""Negation scope: which tags negate another, and what failures and cancellations do to the signals around them."""

from news.scoring.features import Signal, TextFeatures
from news.scoring.tagged_text import MAX_NOUN_DISTANCE, NEAR_DISTANCE
from news.scoring.word_class import CLAUSE_BOUNDARIES, MOVEMENTS, NEGATORS, NOUNS, WordClass, tag_set

MAX_NEGATION_DISTANCE = 4  # tokens between a negation and what it negates
MAX_PASSIVE_DISTANCE = 7  # tokens between a noun and "settled" or "averted"

NOUN_TRADED = WordClass.NOUN_TRADED.value
TERMINATION, FAILURE = WordClass.TERMINATION.value, WordClass.FAILURE.value
LINK_TO = WordClass.LINK_TO.value
TRAILING_NEGATORS = tag_set(WordClass.TERMINATION, WordClass.NEGATION)
SCOPE_BOUNDARIES = tag_set(
    WordClass.CLAUSE_CAUSE, WordClass.CLAUSE_CONCESSION, WordClass.CLAUSE_CONTRAST, WordClass.CANCELLATION
)
# What ends the reach of a failure without "to": "trial fails and shares crash".
COORDINATORS = frozenset([",", "and", "then", "so", "or"])
CANCELLATION_BOUNDARIES = tag_set(WordClass.CLAUSE_CONTRAST, WordClass.COMMA)
# "At Zorva", "at copper mine": skipped between a noun and its termination.
PLACE_TAGS = tag_set(WordClass.NOUN_TRADED, WordClass.ROUTINE)
# Tags that may follow a termination which applies to what is before it: no object of its own.
NON_OBJECTS = (
    CLAUSE_BOUNDARIES
    | tag_set(WordClass.LINK_TO, WordClass.LINK_VERSUS, WordClass.LINK_FROM, WordClass.LINK_ABOVE, WordClass.LINK_BELOW)
    | tag_set(WordClass.NUMBER, WordClass.PERCENT, WordClass.CURRENCY, WordClass.QUESTION, WordClass.STABILITY)
)


def find_negator(text: TextFeatures, index: int) -> int | None:
    """Return the tag that negates the tag at `index`, or None; two negators cancel out: "fails to avert"."""
    if not text.has_negators:
        return None
    negators = []
    start, reach = text.starts[index], MAX_NEGATION_DISTANCE
    for other in range(index - 1, -1, -1):
        tag = text.tags[other]
        if start - text.ends[other] > reach or tag in SCOPE_BOUNDARIES:
            break
        if tag in NEGATORS:
            if not _reaches(text, other, index):
                break
            negators.append(other)
            start, reach = text.starts[other], NEAR_DISTANCE
    trailing = _find_trailing_negator(text, index)
    if trailing is not None:
        negators.append(trailing)
    text.negators.update(negators)
    return negators[0] if len(negators) % 2 else None


def _reaches(text: TextFeatures, negator: int, index: int) -> bool:
    """Return whether a negator reaches a tag behind it.

    None reaches a movement behind a comma: "no deal, shares plunge". A failure without "to" reaches its object alone:
    it "fails safety test", and where "trial fails, shares crash" or "failed trial sinks shares", the fall stands.
    """
    between = text.tokens[text.ends[negator] : text.starts[index]]
    is_movement = text.tags[index] in MOVEMENTS
    if is_movement and "," in between:
        return False
    if text.tags[negator] != FAILURE or "to" in between:
        return True
    return COORDINATORS.isdisjoint(between) and (not is_movement or len(between) == 1)


def _find_trailing_negator(text: TextFeatures, index: int) -> int | None:
    """Return the termination or negation behind a tag, without an object: "strike averted", "loss not repeated"."""
    tags, starts, ends = text.tags, text.starts, text.ends
    other = index + 1
    if tags[other : other + 1] == LINK_TO and text.tokens[starts[other]] == "at":
        other += 1  # "fears at Zorva unfounded", "strike at copper mine ends"
        while tags[other : other + 1] in PLACE_TAGS:
            other += 1
    if other >= len(tags) or tags[other] not in TRAILING_NEGATORS or tags[index] in NEGATORS:
        return None
    reach = MAX_PASSIVE_DISTANCE if text.tokens[starts[other]].endswith("ed") else MAX_NEGATION_DISTANCE
    if starts[other] - ends[index] > reach:
        return None
    is_last = other + 1 == len(tags) or starts[other + 1] - ends[other] > NEAR_DISTANCE
    has_no_object = is_last or (tags[other] == TERMINATION and tags[other + 1] in NON_OBJECTS)
    return other if has_no_object else None


def extract_failure(text: TextFeatures, index: int) -> None:
    """Drop good signals before a failure: "record sales not enough to avert loss". If it negates nothing, it is bad."""
    text.signals = [signal for signal in text.signals if signal.tag_index > index or signal.polarity < 0]
    if index not in text.negators and text.tags[index + 1 : index + 2] != TERMINATION:
        text.add_feature("X-", (index, index))
        text.signals.append(Signal(index, -1, (index, index)))
        text.signals.sort()


def extract_cancellation(text: TextFeatures, index: int) -> None:
    """Add the signal of a cancellation, the inverse of its object's: "cancels layoffs", "tariffs scrapped" are good.

    Without an object it is bad.
    """
    target = _find_cancelled(text, index, 1)
    if target is None:
        target = _find_cancelled(text, index, -1)
    if target is None:
        polarity, span = -1, (index, index)
    else:
        signals = [signal for signal in text.signals if signal.tag_index == target]
        polarity = -(signals[0].polarity if signals else NOUNS.get(text.tags[target], 1))
        text.remove_signals(target)
        span = (min(index, target), max(index, target))
    negator = find_negator(text, index) if target is None or target > index else None
    text.add_feature(f"{'' if negator is None else '~'}C{'+' if polarity > 0 else '-'}", span)
    text.add_signal(index, polarity, span, negator)
    text.signals.sort()


def _find_cancelled(text: TextFeatures, index: int, step: int) -> int | None:
    """Return the object of a cancellation in its clause, a noun or a signal. `step`: 1 searches after it, -1 before."""
    signalled = {signal.tag_index for signal in text.signals}
    other = index + step
    while (
        0 <= other < len(text.tags) and text.tags[other] not in CANCELLATION_BOUNDARIES and not text.ends_clause(other)
    ):
        if abs(text.starts[other] - text.starts[index]) > MAX_NOUN_DISTANCE:
            return None
        if other in signalled or (text.tags[other] in NOUNS and text.tags[other] != NOUN_TRADED):
            return text.get_compound_end(other) if step > 0 else other
        other += step
    return None

"""Signals of directions: a movement with its noun, comparative, pace and degree. "Losses narrow" is good."""

from news.scoring.features import Span, TextFeatures
from news.scoring.lexicon_tagger import BRACKET_SIGN
from news.scoring.negation import find_negator
from news.scoring.tagged_text import ADJACENT_DISTANCE, MAX_NOUN_DISTANCE, NEAR_DISTANCE
from news.scoring.word_class import (
    CLAUSE_BOUNDARIES,
    COMPARATIVES,
    DIRECTIONS,
    MOVEMENTS,
    NOUNS,
    PACES,
    POLARITIES,
    WordClass,
    tag_set,
)

NOUN_GOOD, NOUN_FEARED = WordClass.NOUN_GOOD.value, WordClass.NOUN_FEARED.value
NOUN_TRADED = WordClass.NOUN_TRADED.value
NOUN_ADVERSE_EVENT = WordClass.NOUN_ADVERSE_EVENT.value
VERB_LIFT, PACE_SLOWER = WordClass.VERB_LIFT.value, WordClass.PACE_SLOWER.value
COMPARATIVE_LESS = WordClass.COMPARATIVE_LESS.value

# "Less bad": a polarity word inverted by COMPARATIVE_LESS.
POLARITY_OF_LESS = {
    WordClass.POSITIVE.value: -1,
    WordClass.POSITIVE_STRONG.value: -1,
    WordClass.NEGATIVE.value: 1,
    WordClass.NEGATIVE_STRONG.value: 1,
    WordClass.HIT.value: 1,
}
# Tags that a comparative or a pace modifies when they follow it.
MODIFIED = MOVEMENTS | tag_set(WordClass.HIT)
MODIFIED_BY_COUNT = MODIFIED | tag_set(WordClass.NEGATIVE, WordClass.NEGATIVE_STRONG)
MODIFIED_BY_LESS = MODIFIED_BY_COUNT | tag_set(WordClass.POSITIVE, WordClass.POSITIVE_STRONG)
COUNT_WORDS = frozenset(["more", "fewer", "less"])  # may modify at a distance: "fewer of its shops stand empty"

NEGATIVES = tag_set(WordClass.NEGATIVE, WordClass.NEGATIVE_STRONG)
STATES = tag_set(
    WordClass.POSITIVE, WordClass.POSITIVE_STRONG, WordClass.NEGATIVE, WordClass.NEGATIVE_STRONG
)  # fade: "the strong start fades"
TRANSITIVE_VERBS = tag_set(WordClass.VERB_RAISE, WordClass.VERB_LIFT, WordClass.VERB_CUT)
RECORD_DIRECTIONS = MOVEMENTS | COMPARATIVES
MODIFIERS = COMPARATIVES | PACES
PACED = MODIFIERS | {VERB_LIFT}  # may be the pace of a movement before them
LESS_BOUNDS = tag_set(WordClass.COMPARATIVE_LESS, WordClass.LINK_BELOW)
# Verbs that a bad noun may do to an object; without one, they are what it does itself.
SINKING_VERBS = frozenset(
    [
        "sink",
        "sinks",
        "sank",
        "tank",
        "tanks",
        "tanked",
        "drain",
        "drains",
        "drag",
        "drags",
        "hammers",
        "batters",
        "pounds",
        "crushes",
        "sap",
        "saps",
        "erode",
        "erodes",
        "dampen",
        "dampens",
        "topple",
        "swamps",
    ]
)
LEVIES = frozenset(["tariff", "tariffs", "duty", "duties", "levy", "levies"])
SIGNS = frozenset(["+", "-", BRACKET_SIGN])
# First five letters of verbs of quality: arrears that improve are better, not more.
QUALITY_VERBS = frozenset(["impro", "worse", "deter", "heal", "heals", "mend", "mends"])


def extract_direction(text: TextFeatures, index: int) -> None:
    """Add the features and the signal of the direction at `index`, with the tags it consumes."""
    tag = text.tags[index]
    if text.tokens[text.starts[index]] in SIGNS:
        _extract_sign(text, index, tag)
        return
    if (
        tag in PACED
        and _is_pace(text, index, tag)
        and _extract_pace(text, index, PACE_SLOWER if tag == VERB_LIFT else tag)
    ):
        return
    if tag in RECORD_DIRECTIONS and text.is_record(index):
        return
    negator = find_negator(text, index)
    prefix = "" if negator is None else "~"
    if tag in MODIFIERS and _modifies_next(text, index, tag):
        polarity, span = _apply_to_next(text, index, tag, prefix)
    else:
        polarity, span = _apply_to_noun(text, index, tag, prefix)
    bound = text.find_bound(index)
    if polarity and bound is not None:
        polarity, span = _apply_bound(text, bound, polarity, span)
    if polarity:
        if span[0] != span[1]:
            text.add_feature(f"{prefix}{'+' if polarity > 0 else '-'}>", span)
        text.add_signal(index, polarity, span, negator)


def _extract_sign(text: TextFeatures, index: int, tag: str) -> None:
    """Add the signal of a signed amount, in place of that of a movement before it: "sales growth -2%" is bad."""
    if text.tokens[text.starts[index]] == BRACKET_SIGN and text.signals:
        return  # "rises sharply (30%)"
    polarity, span = DIRECTIONS[tag], (index, index)
    moved = next((signal for signal in text.signals if signal.tag_index == index - 1), None)
    noun = text.find_noun_before(index)
    if moved is not None and text.tags[index - 1] in DIRECTIONS:
        text.signals.remove(moved)
        polarity *= moved.polarity * DIRECTIONS[text.tags[index - 1]]
        span = (moved.span[0], index)
    elif noun is not None:
        text.consume_noun(noun)
        polarity *= NOUNS[text.tags[noun]]
        span = (noun, index)
    text.add_feature(f"sign{'+' if polarity > 0 else '-'}", span)
    text.add_signal(index, polarity, span, None)


def _is_pace(text: TextFeatures, index: int, tag: str) -> bool:
    if tag == VERB_LIFT:  # "the clouds lift"
        return index > 0 and text.tags[index - 1] in NEGATIVES and text.find_noun_after(index) is None
    return tag in PACES or (tag in COMPARATIVES and text.tokens[text.ends[index]].endswith("est"))


def _extract_pace(text: TextFeatures, index: int, tag: str) -> bool:
    """Replace the signal of the movement before a pace by one for both: "the decline slows" is good.

    Returns False if there is no movement before it.
    """
    moved = index - 1
    if moved > 0 and text.tags[moved] in NOUNS and text.tokens[text.starts[moved] - 1] in ("in", "of"):
        moved -= 1  # "growth in orders slows"
    if moved < 0 or text.starts[index] - text.ends[index - 1] > NEAR_DISTANCE:
        return False
    moved_tag = text.tags[moved]
    if moved_tag in STATES:
        text.consumed.add(moved)
        polarity = POLARITIES[moved_tag] * DIRECTIONS[tag]
    elif moved_tag in MOVEMENTS:
        signals = [signal for signal in text.signals if signal.tag_index == moved]
        if not signals:
            return False
        polarity = signals[0].polarity * DIRECTIONS[tag]
        text.signals.remove(signals[0])
    else:
        return False
    negator, span = find_negator(text, index), (moved, index)
    text.add_feature(f"{'' if negator is None else '~'}{tag}>>{'+' if polarity > 0 else '-'}", span)
    text.add_signal(index, polarity, span, negator)
    return True


def _modifies_next(text: TextFeatures, index: int, tag: str) -> bool:
    """Return whether a comparative or a pace modifies the tag behind it."""
    if index + 1 == len(text.tags):
        return False
    is_count = text.tokens[text.ends[index]] in COUNT_WORDS
    if text.starts[index + 1] - text.ends[index] > (MAX_NOUN_DISTANCE if is_count else ADJACENT_DISTANCE):
        return False
    modified = MODIFIED_BY_LESS if tag == COMPARATIVE_LESS else MODIFIED_BY_COUNT if is_count else MODIFIED
    return text.tags[index + 1] in modified


def _apply_to_next(text: TextFeatures, index: int, tag: str, prefix: str) -> tuple[int, Span]:
    """Return polarity and span of a comparative or pace with the tag behind it, and consume that tag."""
    modified = text.tags[index + 1]
    text.consumed.add(index + 1)
    text.add_feature(f"{prefix}{tag}>{modified}", (index, index + 1))
    if modified in DIRECTIONS:  # "slower decline"
        return DIRECTIONS[tag] * DIRECTIONS[modified], (index, index + 1)
    return POLARITY_OF_LESS[modified] * -DIRECTIONS[tag], (index, index + 1)  # "less bad"


def _apply_to_noun(text: TextFeatures, index: int, tag: str, prefix: str) -> tuple[int, Span]:
    """Return polarity and span of a direction with its noun, and consume the noun; polarity 0 if it needs a noun."""
    noun = _select_noun(text, index, tag)
    if noun is not None and text.tokens[text.ends[index]] in SINKING_VERBS and _sinks_object(text, index, noun):
        text.consume_noun(noun)
        text.add_feature(f"{prefix}{tag}>-", (noun, index))
        return -1, (noun, index)
    if noun is None:
        text.add_feature(f"{prefix}{tag}>", (index, index))
        return 0 if tag in TRANSITIVE_VERBS else DIRECTIONS[tag], (index, index)
    noun_tag = NOUN_GOOD if text.tokens[text.ends[index]][:5] in QUALITY_VERBS else text.tags[noun]
    span = (index, noun) if index < noun else (noun, index)
    text.add_feature(f"{prefix}{tag}>{noun_tag}", span)
    text.consume_noun(noun)
    # "Lifts ban", "fears lift": it ends.
    is_ended = tag == VERB_LIFT and (
        noun_tag == NOUN_ADVERSE_EVENT
        or (noun < index and (noun_tag == NOUN_FEARED or text.tokens[text.ends[noun]] in LEVIES))
    )
    return 1 if is_ended else DIRECTIONS[tag] * NOUNS[noun_tag], span


def _sinks_object(text: TextFeatures, index: int, noun: int) -> bool:
    """Return whether a bad noun before a verb brings down the object behind it: "toxic debt sinks lender"."""
    following = text.ends[index] + 1
    return (
        noun < index
        and NOUNS[text.tags[noun]] < 0
        and following < len(text.tokens)
        and (index + 1 == len(text.tags) or text.starts[index + 1] > following or text.tags[index + 1] == NOUN_TRADED)
    )


def _select_noun(text: TextFeatures, index: int, tag: str) -> int | None:
    """Return the noun that a direction applies to: the nearer one in its clause, of those before and behind it."""
    before, after = text.find_noun_before(index), text.find_noun_after(index)
    if before is None or after is None:
        return after if before is None else before
    if tag in TRANSITIVE_VERBS:
        return after  # "Zorva profit cuts costs"
    distance = text.starts[after] - text.ends[index]
    if before in text.consumed and distance <= NEAR_DISTANCE:
        return after  # "higher impairments sink profit"
    if tag in COMPARATIVES and distance <= NEAR_DISTANCE and text.has_only_nouns_between(index, after):
        return after  # "sales on lower costs"
    return before if text.starts[index] - text.ends[before] <= distance else after


def _apply_bound(text: TextFeatures, bound: int, polarity: int, span: Span) -> tuple[int, Span]:
    """Invert a movement that is smaller than another, and consume the other: "sales fell less than costs"."""
    text.consumed.add(bound)
    for other in range(bound + 2, len(text.tags)):
        tag = text.tags[other]
        if tag in CLAUSE_BOUNDARIES:
            break
        if tag in NOUNS or tag in MOVEMENTS:
            text.consumed.add(other)
    polarity = -polarity if text.tags[bound] in LESS_BOUNDS else polarity
    span = (span[0], bound + 1)
    text.add_feature(f"{text.tags[bound]}t{'+' if polarity > 0 else '-'}", span)
    return polarity, span

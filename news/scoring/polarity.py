"""Signals of words with a polarity of their own, unless another word has taken it: "cleared of fraud" is good."""

from news.scoring.features import Signal, TextFeatures
from news.scoring.negation import find_negator
from news.scoring.tagged_text import AMOUNT_TAGS, MAX_NOUN_DISTANCE, NEAR_DISTANCE
from news.scoring.word_class import DIRECTIONS, MOVEMENTS, NOUNS, OUTCOMES, PACES, POLARITIES, WordClass, tag_set

HIT, TERMINATION = WordClass.HIT.value, WordClass.TERMINATION.value
NOUN_GOOD, NOUN_BAD = WordClass.NOUN_GOOD.value, WordClass.NOUN_BAD.value
POSITIVE_STRONG = WordClass.POSITIVE_STRONG.value
DIRECTION_DOWN = WordClass.DIRECTION_DOWN.value

POLAR_TAGS = frozenset([*POLARITIES, HIT, NOUN_GOOD, WordClass.NOUN_TRADED.value, NOUN_BAD])
ASSERTING_TAGS = frozenset([*DIRECTIONS, *NOUNS, *POLARITIES, WordClass.CANCELLATION.value])
POSITIVES = tag_set(WordClass.POSITIVE, WordClass.POSITIVE_STRONG)
NEGATIVES = tag_set(WordClass.NEGATIVE, WordClass.NEGATIVE_STRONG)
EXPECTATION_RESULTS = tag_set(WordClass.EXPECTATION_BEATEN, WordClass.EXPECTATION_MISSED)
ADVERSE_NOUNS = tag_set(WordClass.NOUN_FEARED, WordClass.NOUN_ADVERSE_EVENT)
EMOTION_NOUNS = tag_set(WordClass.NOUN_HOPE, WordClass.NOUN_FEARED)
NEGATIVE_NOUNS = ADVERSE_NOUNS | tag_set(WordClass.NOUN_BAD, WordClass.NOUN_LOSS)
RELEASED_TAGS = ADVERSE_NOUNS | NEGATIVES | tag_set(WordClass.NOUN_LOSS, WordClass.NOUN_GOOD)
LEFT_BY_OUTCOME = tag_set(WordClass.NOUN_LOSS, WordClass.NOUN_FEARED, WordClass.NOUN_GOOD)
OBJECT_TAGS = POSITIVES | NEGATIVES
TOPIC_TAGS = (
    ADVERSE_NOUNS | EMOTION_NOUNS | tag_set(WordClass.NOUN_LOSS, WordClass.NEGATIVE_STRONG, WordClass.POSITIVE_STRONG)
)
HIT_TARGETS = (
    MOVEMENTS
    | PACES
    | tag_set(WordClass.COMPARATIVE_MORE, WordClass.COMPARATIVE_LESS, WordClass.POSITIVE_STRONG)
    | tag_set(WordClass.PRICE_LEVEL, WordClass.NOUN_GOOD, WordClass.NUMBER)
)  # "hits high", "hits target"
LINK_TAGS = tag_set(WordClass.LINK_FROM, WordClass.LINK_VERSUS, WordClass.CLAUSE_CAUSE)

SEPARATION_WORDS = frozenset(["of", "from", "on", "over", "into", "off", "against"])  # "cleared of fraud"
TOPIC_WORDS = frozenset(["of", "over", "about", "for"])  # "fears of default"
LOSS_WORDS = frozenset(["lose", "loses", "lost", "losing"])
EXTREME_WORDS = frozenset(["record", "unprecedented", "historic"])  # of good and bad: "record fine"


def extract_polarity(text: TextFeatures, index: int) -> None:
    """Add the features and the signal of the polarity word at `index`, with its negation."""
    tag = text.tags[index]
    if tag == HIT:
        if text.tags[index + 1 : index + 2] not in HIT_TARGETS:
            text.signals.append(Signal(index, -1, (index, index)))
        return
    if _is_attributed(text, index, tag):
        return
    polarity = POLARITIES.get(tag, 0)
    negator = find_negator(text, index)
    if tag == NOUN_GOOD and negator is not None and not ASSERTING_TAGS.isdisjoint(text.tags[negator + 1 : index]):
        return  # "no sign of weakness in demand"
    beaten = text.find_noun_before(index) if tag in EXPECTATION_RESULTS else None
    if beaten is not None and text.tags[beaten] in NEGATIVE_NOUNS:  # "costs exceed forecasts"
        text.add_feature(f"{tag}<{text.tags[beaten]}", (beaten, index))
        text.consume_noun(beaten)
        text.remove_signals(beaten)
        polarity = -polarity
    if negator is not None:
        text.add_feature(f"~{tag}", (negator, index) if negator < index else (index, negator))
        is_terminated = text.tags[negator] == TERMINATION
        if tag == NOUN_GOOD and (not is_terminated or negator > index):
            polarity = 1  # "no profit", "profit not repeated"
        elif tag == NOUN_BAD and is_terminated:
            polarity = -1  # "spared claims"
    if polarity:
        text.add_signal(index, polarity, (index, index), negator)


def _is_attributed(text: TextFeatures, index: int, tag: str) -> bool:
    """Return whether another tag carries the polarity of this one."""
    return (
        (tag in RELEASED_TAGS and _is_released(text, index, tag))
        or (tag in OBJECT_TAGS and _is_object(text, index, tag))
        or (tag in TOPIC_TAGS and _is_topic(text, index, tag))
        or (
            tag == POSITIVE_STRONG
            and text.tokens[text.ends[index]] in EXTREME_WORDS
            and text.is_followed_by(index, NEGATIVE_NOUNS)
        )
    )


def _is_released(text: TextFeatures, index: int, tag: str) -> bool:
    """Return whether a good tag before is the release from this one: "cleared of fraud", "to profit from loss"."""
    before = index - 1
    while before > 0 and text.tags[before] in LINK_TAGS:
        before -= 1
    while before < index - 1 and before > 0 and text.tags[before] in AMOUNT_TAGS:
        before -= 1  # "swings to profit of 14 mn from loss"
    if before < index - 1 and tag in LEFT_BY_OUTCOME and text.tags[before] in OUTCOMES:
        return True
    if before < 0 or tag == NOUN_GOOD or text.tags[before] not in POSITIVES:
        return False
    start, end = text.starts[before], text.ends[before]
    if text.starts[index] - end > MAX_NOUN_DISTANCE:
        return False
    link = text.tokens[end : end + 2]  # last token of the tag, which may be the link ("cleared of"), and the next
    if tag in NEGATIVES:
        return link[0] in ("from", "of")
    return link[0] in SEPARATION_WORDS or (link[-1] in SEPARATION_WORDS and (end > start or link[-1] != "on"))


def _is_object(text: TextFeatures, index: int, tag: str) -> bool:
    """Return whether the tag before carries the polarity: "unimpressed by record profit", "hope of rescue dims"."""
    before = index - 1
    if before < 0 or text.starts[index] - text.ends[before] > NEAR_DISTANCE:
        return False
    tag_before, link = text.tags[before], text.tokens[min(text.ends[before] + 1, text.starts[index])]
    if tag in POSITIVES and tag_before in NEGATIVES:
        return link == "by"
    if tag in POSITIVES and tag_before == DIRECTION_DOWN and text.tokens[text.ends[before]] in LOSS_WORDS:
        return True
    return tag_before in EMOTION_NOUNS and before in text.consumed and link in TOPIC_WORDS


def _is_topic(text: TextFeatures, index: int, tag: str) -> bool:
    """Return whether the tag behind carries the polarity: "data breach fears", "fears of default fade"."""
    following = index + 1
    if following == len(text.tags) or text.tags[following] not in ASSERTING_TAGS:
        return False
    distance = text.starts[following] - text.ends[index]
    if distance == 1:
        return text.tags[following] in (ADVERSE_NOUNS if tag in ADVERSE_NOUNS else EMOTION_NOUNS)
    return tag in EMOTION_NOUNS and distance <= NEAR_DISTANCE and text.tokens[text.ends[index] + 1] in TOPIC_WORDS

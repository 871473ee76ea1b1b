"""Word classes of the lexicon: the tags of which features are made."""

from enum import StrEnum, unique


@unique
class WordClass(StrEnum):
    """Class of a word or phrase, by its effect on the sentiment of a headline.

    A value is the class's serialised form: the weight files key features by strings of these letters.
    """

    # Directions: positive with a good noun (up) or negative (down); with a bad noun the other way round.
    DIRECTION_UP = "u"
    DIRECTION_UP_STRONG = "U"
    DIRECTION_DOWN = "d"
    DIRECTION_DOWN_STRONG = "D"
    # Pace of the movement before it ("the decline slows"). Without one, a direction.
    PACE_FASTER = "p"
    PACE_SLOWER = "P"
    # Comparatives and superlatives: "smaller loss", "slower decline".
    COMPARATIVE_MORE = "V"
    COMPARATIVE_LESS = "W"
    # Verbs without a polarity unless a noun is near: "raises guidance", "losses widen", "cuts costs".
    VERB_RAISE = "r"
    VERB_LIFT = "l"
    VERB_CUT = "c"

    NOUN_GOOD = "G"  # more of it is good: profit, orders
    NOUN_TRADED = "M"  # a rising price is good: shares, oil
    NOUN_HOPE = "K"  # good by itself, bad when it fades: optimism
    NOUN_BAD = "B"  # less of it is good: costs, debt
    NOUN_FEARED = "F"  # bad by itself, whatever its direction: worries, delays
    NOUN_LOSS = "L"
    NOUN_ADVERSE_EVENT = "J"  # from courts, regulators, unions, nature: lawsuit, strike, fire

    POSITIVE = "g"
    POSITIVE_STRONG = "H"
    NEGATIVE = "n"
    NEGATIVE_STRONG = "N"
    HIT = "I"  # negative, unless a high or a target is hit
    ADVICE_BUY = "A"
    ADVICE_SELL = "S"

    NEGATION = "x"  # negates what follows within a few words
    FAILURE = "X"  # negates, and is negative by itself: fails to
    TERMINATION = "e"  # negates what follows or precedes: "averts strike", "strike averted"
    CANCELLATION = "C"  # negative, unless its object is: "cancels dividend", "cancels layoffs"

    EXPECTATION_BEATEN = "b"
    EXPECTATION_MISSED = "m"
    EXPECTATION = "z"  # what a result is compared with: forecast, consensus
    OUTCOME_BETTER = "E"  # "better than feared", "returns to profit"
    OUTCOME_WORSE = "R"  # "weaker than hoped", "swings to loss"

    THAN = "t"
    LINK_ABOVE = "a"
    LINK_BELOW = "w"
    LINK_VERSUS = "v"
    LINK_FROM = "f"
    LINK_TO = "o"

    CLAUSE_CAUSE = "k"  # as, amid, after
    CLAUSE_CONCESSION = "y"  # despite, although
    CLAUSE_CONTRAST = "Y"  # but
    COMMA = ","

    STABILITY = "s"  # flat, unchanged
    ROUTINE = "q"  # corporate news without polarity: appoints, agenda
    HEDGE = "h"  # may, plans to
    QUESTION = "?"
    DISCUSSION = "Q"  # about the topic, not an instance of it: "a guide to bankruptcy law"
    TURNAROUND = "i"  # swings, returns
    PRICE_LEVEL = "T"

    NUMBER = "#"
    PERCENT = "%"
    CURRENCY = "€"


def tag_set(*classes: WordClass) -> frozenset[str]:
    """Return the serialised classes as plain strings: scoring compares millions, and enum members compare slowly."""
    return frozenset([word_class.value for word_class in classes])


# Sign of a direction, and of more of a noun: 1 good, -1 bad.
DIRECTIONS: dict[str, int] = {
    WordClass.DIRECTION_UP.value: 1,
    WordClass.DIRECTION_UP_STRONG.value: 1,
    WordClass.PACE_FASTER.value: 1,
    WordClass.PACE_SLOWER.value: -1,
    WordClass.COMPARATIVE_MORE.value: 1,
    WordClass.VERB_RAISE.value: 1,
    WordClass.VERB_LIFT.value: 1,
    WordClass.DIRECTION_DOWN.value: -1,
    WordClass.DIRECTION_DOWN_STRONG.value: -1,
    WordClass.COMPARATIVE_LESS.value: -1,
    WordClass.VERB_CUT.value: -1,
}
NOUNS: dict[str, int] = {
    WordClass.NOUN_GOOD.value: 1,
    WordClass.NOUN_TRADED.value: 1,
    WordClass.NOUN_HOPE.value: 1,
    WordClass.NOUN_BAD.value: -1,
    WordClass.NOUN_FEARED.value: -1,
    WordClass.NOUN_LOSS.value: -1,
    WordClass.NOUN_ADVERSE_EVENT.value: -1,
}
# Polarity of a word by itself.
POLARITIES: dict[str, int] = {
    WordClass.POSITIVE.value: 1,
    WordClass.POSITIVE_STRONG.value: 1,
    WordClass.NOUN_HOPE.value: 1,
    WordClass.EXPECTATION_BEATEN.value: 1,
    WordClass.ADVICE_BUY.value: 1,
    WordClass.OUTCOME_BETTER.value: 1,
    WordClass.OUTCOME_WORSE.value: -1,
    WordClass.NEGATIVE.value: -1,
    WordClass.NEGATIVE_STRONG.value: -1,
    WordClass.EXPECTATION_MISSED.value: -1,
    WordClass.NOUN_FEARED.value: -1,
    WordClass.NOUN_ADVERSE_EVENT.value: -1,
    WordClass.NOUN_LOSS.value: -1,
    WordClass.ADVICE_SELL.value: -1,
}
MOVEMENTS = tag_set(
    WordClass.DIRECTION_UP,
    WordClass.DIRECTION_UP_STRONG,
    WordClass.DIRECTION_DOWN,
    WordClass.DIRECTION_DOWN_STRONG,
)
COMPARATIVES = tag_set(WordClass.COMPARATIVE_MORE, WordClass.COMPARATIVE_LESS)
PACES = tag_set(WordClass.PACE_FASTER, WordClass.PACE_SLOWER)
OUTCOMES = tag_set(WordClass.OUTCOME_BETTER, WordClass.OUTCOME_WORSE)
CLAUSE_BOUNDARIES = tag_set(
    WordClass.CLAUSE_CAUSE, WordClass.CLAUSE_CONCESSION, WordClass.CLAUSE_CONTRAST, WordClass.COMMA
)
SUBORDINATORS = tag_set(WordClass.CLAUSE_CAUSE, WordClass.CLAUSE_CONCESSION)
NEGATORS = tag_set(WordClass.NEGATION, WordClass.FAILURE, WordClass.TERMINATION)

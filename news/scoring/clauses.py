"""Main clause and sum of the signals: what a sentence with several clauses comes to."""

from news.scoring.features import WHOLE_TEXT, Signal, TextFeatures, get_polarity
from news.scoring.word_class import CLAUSE_BOUNDARIES, OUTCOMES, WordClass

COMMA = WordClass.COMMA.value
CLAUSE_CAUSE = WordClass.CLAUSE_CAUSE.value
CLAUSE_CONCESSION = WordClass.CLAUSE_CONCESSION.value
CLAUSE_CONTRAST = WordClass.CLAUSE_CONTRAST.value
QUESTION_WORDS = frozenset(["will", "can", "should", "is", "are", "could", "do", "does", "would"])
# Tags that are combined with the polarity of the whole text.
CONTEXT_TAGS = frozenset(
    [
        word_class.value
        for word_class in (
            WordClass.HEDGE,
            WordClass.ROUTINE,
            WordClass.DISCUSSION,
            WordClass.QUESTION,
            WordClass.STABILITY,
            WordClass.PRICE_LEVEL,
            WordClass.CLAUSE_CONCESSION,
            WordClass.EXPECTATION,
            WordClass.CLAUSE_CONTRAST,
        )
    ]
)
MAX_SUM = 3


def drop_signals_before_outcomes(text: TextFeatures) -> None:
    """Drop the signals before an outcome in its clause: "slump less bad than feared" is good."""
    if OUTCOMES.isdisjoint(text.tags):
        return
    for signal in [signal for signal in text.signals if text.tags[signal.tag_index] in OUTCOMES]:
        for other in [other for other in text.signals if other.tag_index < signal.tag_index]:
            if CLAUSE_BOUNDARIES.isdisjoint(text.tags[other.tag_index : signal.tag_index]):
                text.signals.remove(other)


def select_main_clause(text: TextFeatures) -> None:
    """Keep the signals of the main clause, with features of the polarity of each clause.

    The main clause is the one without "despite". Where two clauses disagree it is the one behind "but", or the one
    before "as" or "after".
    """
    if CLAUSE_CONCESSION in text.tags:
        text.signals = _select_outside_concession(text, text.tags.index(CLAUSE_CONCESSION))
        text.add_feature(f"{CLAUSE_CONCESSION}!{get_polarity(text.signals)}", WHOLE_TEXT)
    for conjunction in (CLAUSE_CONTRAST, CLAUSE_CAUSE):
        if conjunction not in text.tags:
            continue
        boundary = text.tags.index(conjunction)
        before = [signal for signal in text.signals if signal.tag_index < boundary]
        after = [signal for signal in text.signals if signal.tag_index > boundary]
        polarity_before, polarity_after = get_polarity(before), get_polarity(after)
        text.add_feature(f"{conjunction}{polarity_before}{polarity_after}", WHOLE_TEXT)
        if polarity_before * polarity_after < 0:
            text.signals = after if conjunction == CLAUSE_CONTRAST else before


def _select_outside_concession(text: TextFeatures, boundary: int) -> list[Signal]:
    """Return the signals outside the clause that begins at `boundary`, such as "despite record sales"."""
    before = [signal for signal in text.signals if signal.tag_index < boundary]
    if before:
        return before
    comma = text.tags.find(COMMA, boundary)
    after = [signal for signal in text.signals if signal.tag_index > boundary]
    return ([signal for signal in after if signal.tag_index > comma] or after) if comma >= 0 else after[-1:]


def summarize_signals(text: TextFeatures) -> None:
    """Add the features of the whole text: sum and order of the signals, and the sum beside hedges and questions."""
    features, tags, tokens = text.features, text.tags, text.tokens  # names of features that no other function adds
    if text.signals:
        polarities = [signal.polarity for signal in text.signals]
        total = sum(polarities)
        overall = "+" if total > 0 else "-" if total < 0 else "0"
        signs = "".join(["+" if polarity > 0 else "-" for polarity in polarities[:3]])
        features[f"={max(-MAX_SUM, min(MAX_SUM, total))}"] = WHOLE_TEXT
        features["^" + signs[0]] = text.signals[0].span
        features["$+" if polarities[-1] > 0 else "$-"] = text.signals[-1].span
        features['"' + signs] = WHOLE_TEXT
    else:
        overall = "="
        features["="] = WHOLE_TEXT
    if not CONTEXT_TAGS.isdisjoint(tags):
        for tag in sorted(CONTEXT_TAGS.intersection(tags)):  # a set has another order in each process
            features[tag + overall] = WHOLE_TEXT
    if tokens and tokens[-1] == "?":
        features["??" + overall] = WHOLE_TEXT
    if tokens and tokens[0] in QUESTION_WORDS:
        features["w?" + overall] = WHOLE_TEXT

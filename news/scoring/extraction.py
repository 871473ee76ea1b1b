"""Extract the features of a text: directions, amounts, polarity words, cancellations, then the main clause."""

from news.scoring.clauses import drop_signals_before_outcomes, select_main_clause, summarize_signals
from news.scoring.directions import SIGNS, extract_direction
from news.scoring.features import Signal, TextFeatures
from news.scoring.lexicon_tagger import TagSequence
from news.scoring.negation import extract_cancellation, extract_failure
from news.scoring.numeric_comparison import compare_amounts
from news.scoring.polarity import POLAR_TAGS, extract_polarity
from news.scoring.word_class import DIRECTIONS, NOUNS, WordClass, tag_set

EARNING = frozenset(["earns", "earned"])  # good, unless the amount behind is compared with a larger one
COMPARISON_TAGS = tag_set(WordClass.LINK_VERSUS, WordClass.LINK_FROM)
EXPECTATION, NUMBER = WordClass.EXPECTATION.value, WordClass.NUMBER.value
CANCELLATION, FAILURE = WordClass.CANCELLATION.value, WordClass.FAILURE.value


def extract_features(tokens: list[str], tagged: TagSequence | None = None) -> TextFeatures:
    """Return the features of a tokenized text. `tagged`: its tags, if they exist.

    The order matters: a direction consumes its noun, which then has no polarity of its own; failures and cancellations
    change the signals of both.
    """
    text = TextFeatures(tokens, tagged)
    tags, consumed = text.tags, text.consumed
    for index, tag in enumerate(tags):
        if tag in DIRECTIONS and index not in consumed:
            extract_direction(text, index)
    if not COMPARISON_TAGS.isdisjoint(tags) or (EXPECTATION in tags and tags.count(NUMBER) > 1):
        _extract_comparisons(text)
    for index, tag in enumerate(tags):
        if tag in POLAR_TAGS and index not in consumed:
            extract_polarity(text, index)
    text.signals.sort()
    if CANCELLATION in tags or FAILURE in tags:
        for index, tag in enumerate(tags):
            if tag == CANCELLATION:
                extract_cancellation(text, index)
            elif tag == FAILURE:
                extract_failure(text, index)
    drop_signals_before_outcomes(text)
    text.all_signals = list(text.signals)
    select_main_clause(text)
    summarize_signals(text)
    return text


def _extract_comparisons(text: TextFeatures) -> None:
    """Add the features and signals of compared amounts: "profit of EUR 13 mn, from EUR 8 mn"."""
    for comparison in compare_amounts(TagSequence(text.tags, text.starts, text.ends), text.tokens):
        span = (comparison.first, comparison.last)
        text.consumed.update(comparison.nouns)
        if not comparison.noun:
            text.consumed.update(index for index in range(comparison.first) if text.tokens[text.ends[index]] in EARNING)
        for index in range(comparison.first, comparison.last):
            if text.tokens[text.starts[index]] in SIGNS:
                text.remove_signals(index)  # it belongs to an amount compared
        polarity = comparison.change
        if comparison.is_swing:
            text.add_feature(f"#>{'+' if polarity > 0 else '-'}", span)
        else:
            polarity *= NOUNS.get(comparison.noun, 1)
            text.add_feature(f"#{comparison.change}{comparison.noun}", span)
            text.add_feature(f"#{comparison.change}", span)
            if polarity:
                text.add_feature(f"#{'+' if polarity > 0 else '-'}", span)
        if polarity:
            text.signals.append(Signal(comparison.last, polarity, span))

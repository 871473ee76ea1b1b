"""What the analyzer says of the words that decided the score of a headline, each taken alone."""

from typing import Any

from dashboard.marked_words import MarkedWords
from news.models import Item
from news.scoring import EMBEDDED, load_scorer

# Their evidence is that of the embedded linear model, which a request can ask.
LINEAR_ANALYZERS = (EMBEDDED, "minilm")


def list_word_values(item: Item) -> list[dict[str, Any]]:
    """Return `words` and `value`, -1..1, of the evidence of an item and of each of its tickers, the strongest first.

    What is only the name of an instrument is left out.

    Empty if another analyzer, or a person, has scored it: that one has not been asked about the words.
    """
    if item.analyzer not in LINEAR_ANALYZERS:
        return []
    marked = MarkedWords(item)
    groups = [item.evidence, *(entity.evidence for entity in item.list_entities())]
    words = [*dict.fromkeys(words for group in groups for words in group if marked.select([words]))]
    scores = load_scorer(EMBEDDED).score(words)
    rows = [{"words": text, "value": round(score.value, 4)} for text, score in zip(words, scores, strict=True)]
    return sorted(rows, key=lambda row: -abs(row["value"]))

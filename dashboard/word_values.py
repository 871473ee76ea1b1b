"""What the embedded analyzer says of words taken alone."""

from functools import lru_cache

from news.scoring import EMBEDDED, load_scorer

# Their evidence is that of the embedded linear model, which a request can ask.
LINEAR_ANALYZERS = (EMBEDDED, "minilm")
MAX_CACHED = 10_000  # words; the model does not change while a process runs


@lru_cache(MAX_CACHED)
def get_word_value(words: str) -> float:
    """Return the value of some words, -1..1."""
    (score,) = load_scorer(EMBEDDED).score([words])
    return round(score.value, 4)

"""Varied headlines for benchmarks: a vocabulary in which few words are frequent and most are rare, as in real news."""

import json
import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

TICKERS = [f"T{number:03d}" for number in range(500)]
# Words that analyzers know.
KNOWN_WORDS = [
    "profit",
    "revenue",
    "outlook",
    "shares",
    "guidance",
    "dividend",
    "merger",
    "inquiry",
    "lawsuit",
    "upgrade",
]
KNOWN_WORDS += ["rises", "falls", "beats", "misses", "cuts", "lifts", "holds", "expands", "delays", "record", "quarter"]
KNOWN_WORDS += ["loss", "bank", "oil", "court", "chief", "sales", "growth", "demand", "weak", "strong", "deal", "debt"]
# The most frequent ones. Without them no headline passes for English, and the language of each would be looked up.
COMMON_WORDS = ["to", "in", "of", "on", "for", "as", "after", "at", "and", "over", "from", "with", "its", "says", "by"]
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
VOCABULARY = 6_000


def make_vocabulary(dice: random.Random) -> tuple[list[str], list[float]]:
    """Return words and their cumulative weights: the n-th is n times rarer than the first (Zipf)."""
    invented = {"".join(dice.choices(SYLLABLES, k=dice.randint(2, 4))) for _ in range(VOCABULARY)}
    words = [*KNOWN_WORDS, *sorted(invented)]
    dice.shuffle(words)
    words = [*COMMON_WORDS, *words]
    return words, list(accumulate(1 / rank for rank in range(1, len(words) + 1)))


def make_headlines(count: int, *, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield distinct headlines of 6 to 12 words: two thirds with a summary of 15 to 35, a fifth with more tickers."""
    dice = random.Random(seed)
    words, weights = make_vocabulary(dice)
    for number in range(count):
        title = " ".join(dice.choices(words, cum_weights=weights, k=dice.randint(6, 12))).capitalize()
        summary = " ".join(dice.choices(words, cum_weights=weights, k=dice.randint(15, 35)))
        tickers = dice.sample(TICKERS, dice.choices([1, 2, 3], [8, 1, 1])[0])
        record = {"title": f"{title} {number}", "tickers": tickers, "source": f"wire-{number % 20}"}
        yield record | ({"summary": summary} if number % 3 else {})


def write_headlines(path: Path, count: int) -> Path:
    """Write headlines as JSON lines, the same each time; returns `path`."""
    path.write_text("".join(json.dumps(record) + "\n" for record in make_headlines(count)))
    return path

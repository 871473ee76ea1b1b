"""Name the words of a text as the weights know them: single words, pairs, and beginnings of words.

Numbers are all one word; commas part no pair. Stands on the standard library.
"""

from itertools import pairwise

SIGNS = (",", "(")  # part no pair
STEM = 5  # letters that words share: rises, rising

Span = tuple[int, int]


def name_words(words: list[str]) -> list[str]:
    """Return the words as the weights know them, in order."""
    return ["0" if word[0].isdecimal() else word for word in words if word not in SIGNS]


def name_stem(name: str) -> str:
    """Return the beginning that a word shares with others; of a short one nothing."""
    return "^" + name[:STEM] if len(name) >= STEM else ""


def name_grams(words: list[str]) -> list[str]:
    """Return each word of `words` and its beginning, then each pair; words and pairs none twice."""
    singles, pairs = place_grams(words)
    return [gram for name in singles for gram in (name, name_stem(name)) if gram] + list(pairs)


def place_grams(words: list[str]) -> tuple[dict[str, Span], dict[str, Span]]:
    """Return the words of `words`, and the pairs of them, each with the places that it was first seen in."""
    places = [place for place, word in enumerate(words) if word not in SIGNS]
    names = name_words(words)
    singles: dict[str, Span] = {}
    pairs: dict[str, Span] = {}
    for place, name in zip(places, names, strict=True):
        if name not in singles:
            singles[name] = place, place
    for pair, span in zip(map(" ".join, pairwise(names)), pairwise(places), strict=True):
        if pair not in pairs:
            pairs[pair] = span
    return singles, pairs

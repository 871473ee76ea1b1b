"""Name the words of a text as the weights know them: single words, pairs, and beginnings of words.

Numbers are all one word; commas part no pair. Stands on the standard library.
"""

from itertools import pairwise

SIGNS = (",", "(")  # part no pair
STEM = 5  # letters that words share: rises, rising


def name_words(words: list[str]) -> list[str]:
    """Return the words as the weights know them, in order."""
    return ["0" if word[0].isdecimal() else word for word in words if word not in SIGNS]


def name_stem(name: str) -> str:
    """Return the beginning that a word shares with others; of a short one nothing."""
    return "^" + name[:STEM] if len(name) >= STEM else ""


def name_grams(words: list[str]) -> list[str]:
    """Return each word of `words` and its beginning, then each pair; words and pairs none twice."""
    return [name for name, _ in place_grams(words)]


def place_grams(words: list[str]) -> list[tuple[str, tuple[int, int]]]:
    """Return the grams of `words`, each with the places of the words that it was first seen in."""
    places = [place for place, word in enumerate(words) if word not in SIGNS]
    names = name_words(words)
    singles: dict[str, int] = {}
    pairs: dict[str, tuple[int, int]] = {}
    for place, name in zip(places, names, strict=True):
        singles.setdefault(name, place)
    for (first, one), (last, other) in pairwise(zip(places, names, strict=True)):
        pairs.setdefault(f"{one} {other}", (first, last))
    grams = [(gram, (place, place)) for name, place in singles.items() for gram in (name, name_stem(name)) if gram]
    return grams + list(pairs.items())

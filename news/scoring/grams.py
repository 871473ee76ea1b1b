"""Name the words of a text as the weights know them: single words, pairs, and beginnings of words.

Numbers are all one word; commas part no pair. Stands on the standard library.
"""

from itertools import pairwise

SIGNS = (",", "(")  # part no pair
STEM = 5  # letters that words share: rises, rising


def name_grams(words: list[str]) -> list[str]:
    """Return the grams of `words`, none twice."""
    names = ["0" if word[0].isdecimal() else word for word in words if word not in SIGNS]
    stems = ["^" + name[:STEM] for name in names if len(name) >= STEM]
    pairs = [f"{one} {other}" for one, other in pairwise(names)]
    return list(dict.fromkeys([*names, *stems, *pairs]))


def place_grams(words: list[str]) -> dict[str, tuple[int, int]]:
    """Return the grams of `words`, each with the places of the words that it was first seen in."""
    kept = [(place, "0" if word[0].isdecimal() else word) for place, word in enumerate(words) if word not in SIGNS]
    grams: dict[str, tuple[int, int]] = {}
    for place, name in kept:
        grams.setdefault(name, (place, place))
        grams.setdefault("^" + name[:STEM], (place, place))
    for (first, one), (last, other) in pairwise(kept):
        grams.setdefault(f"{one} {other}", (first, last))
    return grams

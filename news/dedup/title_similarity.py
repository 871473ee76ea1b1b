"""Decide whether two titles under one id can be one headline, before and after a correction.

Ids alone don't say: two programs count from 1, and some feeds give all of their entries the same id.
"""

import re
from datetime import timedelta

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

MAX_APART = timedelta(days=7)  # between the times of publication
MAX_APART_REWORDED = timedelta(hours=18)  # daily columns have similar titles: "Market wrap: Dow gains 1%"
MIN_RATIO = 85  # percent of the characters, for typing errors and for scripts without spaces
MIN_TYPO_RATIO = 86  # percent of the characters of a word; "billion" and "million" have less
MIN_TYPO_LENGTH = 4
MAX_MISSING_RATIO = 3  # one word in so many of the shorter title may be missing in the longer one
MAX_LENGTH_RATIO = 4  # of the words of the longer title to those that both have
_NUMBER_GAP = re.compile(r"(?<=\d) (?=\d)")  # of 120,000 and 4.2


def is_similar(one: str, other: str, *, apart: timedelta) -> bool:
    """Return whether two titles say nearly the same. They are words in lower case, without punctuation.

    One word of the shorter title may be missing in the longer one, or a third of its words; the others stand in the
    same order. If they were published more than MAX_APART_REWORDED apart, only typing errors and additions are allowed.
    """
    if apart > MAX_APART:
        return False
    one, other = _NUMBER_GAP.sub("", one), _NUMBER_GAP.sub("", other)
    shorter, longer = sorted((one.split(), other.split()), key=len)
    if apart > MAX_APART_REWORDED:
        shorter, max_missing = _without_typos(shorter, longer), 0
    else:
        max_missing = max(1, len(shorter) // MAX_MISSING_RATIO)
        if fuzz.ratio(one, other) >= MIN_RATIO:
            return True
    shared = LCSseq.similarity(shorter, longer)
    return 0 < shared >= len(shorter) - max_missing and len(longer) <= MAX_LENGTH_RATIO * shared


def _without_typos(words: list[str], reference: list[str]) -> list[str]:
    """Return `words`, in which those that differ in a letter from a word of `reference` are replaced by it."""

    def correct(word: str) -> str:
        if word in reference or len(word) < MIN_TYPO_LENGTH or not word.isalpha():
            return word
        return next((r for r in reference if r.isalpha() and fuzz.ratio(word, r) >= MIN_TYPO_RATIO), word)

    return [correct(word) for word in words]

"""Word n-gram features: unigrams, their five-letter prefixes, and bigrams, named as in the weight file.

All numbers are the one word `0`. Bigrams skip commas and brackets. Uses the standard library only.
"""

from itertools import pairwise

SKIPPED_TOKENS = (",", "(")
PREFIX_LETTERS = 5  # shared by inflected forms: improves, improving

Span = tuple[int, int]  # first and last token


def normalize_tokens(tokens: list[str]) -> list[str]:
    """Return the unigrams of `tokens`, in order: numbers as `0`, commas and brackets left out."""
    return ["0" if token[0].isdecimal() else token for token in tokens if token not in SKIPPED_TOKENS]


def get_prefix(unigram: str) -> str:
    """Return the prefix feature of a unigram, `^` and its first five letters; empty for a shorter one."""
    return "^" + unigram[:PREFIX_LETTERS] if len(unigram) >= PREFIX_LETTERS else ""


def list_ngrams(tokens: list[str]) -> list[str]:
    """Return each distinct unigram of `tokens` with its prefix, then each distinct bigram.

    A prefix that two words share comes twice.
    """
    unigrams, bigrams = locate_ngrams(tokens)
    return [ngram for unigram in unigrams for ngram in (unigram, get_prefix(unigram)) if ngram] + list(bigrams)


def locate_ngrams(tokens: list[str]) -> tuple[dict[str, Span], dict[str, Span]]:
    """Return the distinct unigrams and the distinct bigrams of `tokens`, each with the span of its first occurrence."""
    indices = [index for index, token in enumerate(tokens) if token not in SKIPPED_TOKENS]
    names = normalize_tokens(tokens)
    unigrams: dict[str, Span] = {}
    bigrams: dict[str, Span] = {}
    for index, unigram in zip(indices, names, strict=True):
        if unigram not in unigrams:
            unigrams[unigram] = index, index
    for bigram, span in zip(map(" ".join, pairwise(names)), pairwise(indices), strict=True):
        if bigram not in bigrams:
            bigrams[bigram] = span
    return unigrams, bigrams

"""The words of a text, and what a search asks for, in one form for both databases: without case and accents."""

import re
import unicodedata
from dataclasses import dataclass

MAX_WORD = 100  # characters; longer words are cut, in texts and searches alike
MAX_SEARCH_WORDS = 20
MIN_PREFIX = 2  # characters

# Chinese and Japanese are written without spaces: each character counts as a word.
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_IDEOGRAPHS}]|(?:(?![{_IDEOGRAPHS}])[^\W_])+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
# Letters that Unicode does not decompose into a letter and a mark.
_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "’": "'"}  # noqa: RUF001 - maps these characters
)
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'))
_PART = re.compile(r'(-?)"([^"]*)"?(\*?)|(-?)([^\s"]+)')


class SearchError(ValueError):
    """A search that asks for nothing that can be found. The text has the cure, without a full stop."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow one another; with `is_prefix` the last one is the beginning of a word."""

    words: tuple[str, ...]
    is_prefix: bool = False

    def is_in(self, words: list[str]) -> bool:
        """Return whether a text with these words holds the phrase."""
        *begin, last = self.words
        for index in range(len(begin), len(words)):
            is_last = words[index].startswith(last) if self.is_prefix else words[index] == last
            if is_last and words[index - len(begin) : index] == begin:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Search:
    """Phrases that a text must all have, in any order, and phrases that it must not have."""

    required: tuple[Phrase, ...]
    excluded: tuple[Phrase, ...] = ()

    @property
    def longest_phrase(self) -> int:
        """The number of words of the longest phrase that a text must have."""
        return max(len(phrase.words) for phrase in self.required)

    def matches(self, *texts: str) -> bool:
        """Return whether texts of one item (title, summary) match. A phrase has to be in one of them."""
        words = [split_words(text) for text in texts]
        has_required = all(any(phrase.is_in(part) for part in words) for phrase in self.required)
        return has_required and not any(phrase.is_in(part) for phrase in self.excluded for part in words)


def split_words(text: str) -> list[str]:
    """Return the words of a text in lower case and without accents; what is neither letter nor digit separates them."""
    pattern = _ASCII_WORD if text.isascii() else _WORD
    return [word[:MAX_WORD] for word in pattern.findall(_fold(text))]


def parse_search(text: str) -> Search:
    """Return what a search asks for: `word`, `"a phrase"`, `begin*`, and `-word` for what must be absent.

    Words that punctuation joins are a phrase: AT&T finds "AT&T", not "T at AT".
    Errors: SearchError.
    """
    required: list[Phrase] = []
    excluded: list[Phrase] = []
    for quoted_minus, quoted, quoted_star, minus, plain in _PART.findall(text.translate(_QUOTES)):
        words = tuple(split_words(quoted or plain))
        if not words:
            continue
        phrase = Phrase(words, is_prefix=bool(quoted_star) or plain.endswith("*"))
        if phrase.is_prefix and len(words[-1]) < MIN_PREFIX:
            raise SearchError(f"{words[-1]}*: give at least {MIN_PREFIX} letters before the *")
        (excluded if quoted_minus or minus else required).append(phrase)
    if sum(len(phrase.words) for phrase in (*required, *excluded)) > MAX_SEARCH_WORDS:
        raise SearchError(f"has more than {MAX_SEARCH_WORDS} words; give fewer")
    if excluded and not required:
        raise SearchError("asks only for what must be absent; add a word that must be there")
    if not required:
        raise SearchError("has no letter or digit; give a word, or leave it out")
    return Search(tuple(dict.fromkeys(required)), tuple(dict.fromkeys(excluded)))


def _fold(text: str) -> str:
    """Return a text in lower case, without accents and compatibility forms: Nestlé is nestle, straße is strasse."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold().translate(_LETTERS)

"""Cut a text into words, and mark those that do something: each known word or phrase gets the letter of its class.

Stands on the standard library. Refuses nothing; of a long text the beginning is read.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from news.scoring.lexicon import CLASSES
from news.scoring.phrases import PHRASES

MAX_CHARACTERS = 4000  # what is read of a text; a headline has 2,000 at most
MAX_WORDS = 160

APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
WORD = re.compile(r"[qh][1-4]\b|[^\W\d_]+(?:'[^\W\d_]+)*|\d+(?:[.,]\d+)*|[%?$€£,]|\((?=\s?(?:[a-z]{2,3} ?|[€$£])?\d)")

BREAK = re.compile(r"\|\s+")  # a line may end behind a bar

# Of the phrases that begin with a word: by their second word what follows, and their letter; longer ones first.
Phrases = dict[str, list[tuple[list[str], str]]]
Known = tuple[str, Phrases]  # the letter of a word, if it has one, and its phrases
NUMBER: Known = ("#", {})


class Marks(NamedTuple):
    """The words that do something, in order."""

    letters: str  # one for each mark
    starts: list[int]  # place of its first word
    ends: list[int]  # place of its last


def split_words(text: str) -> list[str]:
    """Return the words, numbers and signs of a text in lower case. A hyphen parts words."""
    return WORD.findall(text[:MAX_CHARACTERS].lower().replace(APOSTROPHE, "'"))[:MAX_WORDS]


def read_marks(words: list[str]) -> Marks:
    """Return the marks of `words`; of phrases that begin alike the longest is meant."""
    letters, starts, ends = [], [], []
    after = 0
    known = KNOWN.get
    for place, word in enumerate(words):
        found = known(word)
        if found is None:
            if not word[0].isdecimal():
                continue
            found = NUMBER
        if place < after:
            continue
        letter, phrases = found
        end = place
        if phrases:
            for rest, its_letter in phrases.get(words[place + 1] if place + 1 < len(words) else "", ()):
                if words[place + 2 : place + 2 + len(rest)] == rest:
                    letter, end = its_letter, place + 1 + len(rest)
                    after = end + 1
                    break
        if letter:
            letters.append(letter)
            starts.append(place)
            ends.append(end)
    return Marks("".join(letters), starts, ends)


def _expand(words: str) -> Iterator[str]:
    """Yield the words of a list; `rally*` yields rally, rallies, rallied and rallying."""
    for word in words.split():
        verb = word.removesuffix("*")
        yield verb
        if verb != word:
            stem = verb[:-1] + "i" if re.search("[^aeiou]y$", verb) else verb.removesuffix("e")
            yield verb.removesuffix("e") + "ing"
            yield stem + "ed"
            yield stem + "es" if re.search("(e|s|x|z|sh|ch|[^aeiou]y)$", verb) else verb + "s"
            if re.search("[^aeiou][aeiou][bdgmnprt]$", verb):
                yield verb + verb[-1] + "ing"  # dropping
                yield verb + verb[-1] + "ed"


def _know() -> dict[str, Known]:
    """Return what is known of each word that has a letter of its own or begins a phrase."""
    letters = {word: letter for letter, words in CLASSES.items() for word in _expand(words)} | {",": ",", "(": "v"}
    phrases: dict[str, Phrases] = {}
    for letter, listed in PHRASES.items():
        for phrase in BREAK.sub("|", listed).split(","):
            for head, second, *rest in product(*[word.split("|") for word in phrase.split()]):
                phrases.setdefault(head, {}).setdefault(second, []).append((rest, letter))
    for following in phrases.values():
        for beginning_alike in following.values():
            beginning_alike.sort(key=lambda phrase: -len(phrase[0]))
    return {word: (letters.get(word, ""), phrases.get(word, {})) for word in letters | phrases}


KNOWN = _know()

"""Tokenize a text and tag its words and phrases with the word classes of the lexicon.

Uses the standard library only. Accepts any text; of a long one only the beginning is analysed.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from news.scoring.lexicon import WORDS
from news.scoring.phrases import PHRASES
from news.scoring.word_class import WordClass

MAX_CHARACTERS = 4000  # of a text that are tokenized; a headline has at most 2,000
MAX_TOKENS = 160

APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
# Quarters and halves (q3, h1), words, numbers, signs, a bracket that opens before an amount, and the sign of an amount.
TOKEN = re.compile(
    r"[qh][1-4]\b|[^\W\d_]+(?:'[^\W\d_]+)*|\d+(?:[.,]\d+)*|[%?$€£,]|\((?=\s?(?:[a-z]{2,3} ?|[€$£])?[-+]?\d)"
    r"|(?<![^\s(:;,])[-+\N{MINUS SIGN}](?=(?:[a-z]{2,3} ?|[€$£])?\d|\s\d[\d.,]*\s?(?:%|percent|per cent)(?![^\s.]))"
)
MINUS_SIGNS = re.compile("[\N{MINUS SIGN}\N{EN DASH}\N{FIGURE DASH}\N{SMALL HYPHEN-MINUS}\N{FULLWIDTH HYPHEN-MINUS}]")
# "Snap (30%)": an amount in brackets without another number before it is negative, as accountants write it.
BRACKETED = re.compile(r"(^[^\d(]*)\((\d[\d.,]*\s?%)\)")
BRACKET_SIGN = "\N{MINUS SIGN}"  # token of the brackets; unlike a written sign, it yields to a movement before it
TICKER = re.compile(r"\((?:[A-Z]{2,8}:\s?)?[A-Z]{1,5}(?:\.[A-Z]{1,2})?\)")  # says nothing: "Snap (SNAP)"
BAR_AT_LINE_END = re.compile(r"\|\s+")

# The phrases that start with one word, by their second word: the remaining words and the tag; longest phrase first.
PhraseTable = dict[str, list[tuple[list[str], str]]]
LexiconEntry = tuple[str, PhraseTable]  # tag of the word by itself ("" without one), and the phrases it starts
FAILURE = WordClass.FAILURE.value
AMOUNT_STARTS = frozenset(
    ["$", "€", "£", "eur", "usd", "gbp", "sek", "rs", "about", "around", "nearly", "just", "below"]
)
NUMBER_ENTRY: LexiconEntry = (WordClass.NUMBER.value, {})


class TagSequence(NamedTuple):
    """The tagged words and phrases of a text, in order. The three fields have one element per tag."""

    tags: str  # serialised word classes, one letter each
    starts: list[int]  # index of the first token
    ends: list[int]  # index of the last token


def tokenize(text: str) -> list[str]:
    """Return the words, numbers and signs of a text in lower case, at most MAX_TOKENS. A hyphen separates words.

    A sign before an amount is a token, "-" for every kind of minus, BRACKET_SIGN for brackets; a hyphen between words
    or numbers is none.
    """
    return TOKEN.findall(prepare(text).lower())[:MAX_TOKENS]


def prepare(text: str) -> str:
    """Return the part of a text that is tokenized: no tickers in brackets, one kind of apostrophe and of minus."""
    text = text[:MAX_CHARACTERS]
    if not text.isascii():
        text = MINUS_SIGNS.sub("-", text.replace(APOSTROPHE, "'"))
    if "(" in text:
        text = BRACKETED.sub(rf"\1 {BRACKET_SIGN}\2", TICKER.sub("", text))
    return text


def tag_tokens(tokens: list[str]) -> TagSequence:
    """Tag the tokens that are in the lexicon. The longest phrase that starts at a token applies, then the word."""
    tags, starts, ends = [], [], []
    next_index = 0  # tokens before it belong to the last phrase
    get_entry = LEXICON.get
    for index, token in enumerate(tokens):
        entry = get_entry(token)
        if entry is None:
            if not token[0].isdecimal():
                continue
            entry = NUMBER_ENTRY
        if index < next_index:
            continue
        tag, phrases = entry
        end = index
        if phrases:
            for rest, phrase_tag in phrases.get(tokens[index + 1] if index + 1 < len(tokens) else "", ()):
                if tokens[index + 2 : index + 2 + len(rest)] == rest:
                    if phrase_tag == FAILURE and _is_amount(tokens, index + 2 + len(rest)):
                        continue  # "declines to 3%"
                    tag, end = phrase_tag, index + 1 + len(rest)
                    next_index = end + 1
                    break
        if tag:
            tags.append(tag)
            starts.append(index)
            ends.append(end)
    return TagSequence("".join(tags), starts, ends)


def _is_amount(tokens: list[str], index: int) -> bool:
    """Return whether a number, with or without a currency, is at `index`."""
    following = tokens[index : index + 2]
    return any(token[0].isdecimal() for token in following) and (
        following[0][0].isdecimal() or following[0] in AMOUNT_STARTS
    )


def inflect(words: str) -> Iterator[str]:
    """Yield the words of a blank-separated list; `rally*` yields rally, rallies, rallied and rallying."""
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


def _build_lexicon() -> dict[str, LexiconEntry]:
    """Return the entry of each word that has a tag of its own or starts a phrase."""
    tags = {word: word_class.value for word_class, words in WORDS.items() for word in inflect(words)}
    tags |= {",": WordClass.COMMA.value, "(": WordClass.LINK_VERSUS.value}
    tags |= {"+": WordClass.DIRECTION_UP.value, "-": WordClass.DIRECTION_DOWN.value}
    tags[BRACKET_SIGN] = WordClass.DIRECTION_DOWN.value
    phrases: dict[str, PhraseTable] = {}
    for word_class, class_phrases in PHRASES.items():
        tag = word_class.value
        for pattern in BAR_AT_LINE_END.sub("|", class_phrases).split(","):
            for first, second, *rest in product(*[alternatives.split("|") for alternatives in pattern.split()]):
                phrases.setdefault(first, {}).setdefault(second, []).append((rest, tag))
    for table in phrases.values():
        for continuations in table.values():
            if len(continuations) > 1:
                continuations.sort(key=lambda continuation: -len(continuation[0]))
    return {word: (tags.get(word, ""), phrases.get(word, {})) for word in tags | phrases}


LEXICON = _build_lexicon()

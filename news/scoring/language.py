"""Recognise a text that is not English, which the analyzers cannot read.

English text costs one look at a set of words. Other texts are decided by their script, or by the frequent words and
letters of a language against the English words beside them; the library lingua, if installed, is asked only where
these say nothing.
"""

import re
from functools import cache
from importlib.util import find_spec
from typing import Any

from news.scoring.language_words import ENGLISH_WORDS, LETTERS_OF_LANGUAGES, SCRIPTS, WORDS_OF_LANGUAGES
from news.scoring.lexicon_tagger import LEXICON

ENGLISH = frozenset(ENGLISH_WORDS.split()) | LEXICON.keys()
WORDS = {language: frozenset(words.split()) - ENGLISH for language, words in WORDS_OF_LANGUAGES.items()}
FOREIGN = frozenset().union(*WORDS.values())
FOREIGN_LETTER = re.compile(r"[^\W\d_a-zA-Z]")
LATIN_LETTER = re.compile(r"[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]")
SCRIPT_PATTERNS = [(re.compile(characters), language) for characters, language in SCRIPTS]
LETTER_WEIGHT = 0.5  # of the letters of a language, against one for a word
MAX_LETTERS = 3
CLEAR_WORDS = 2  # words of a language that decide, if they are more than the English ones
MIN_TOKENS = 3  # fewer may be a name
MIN_CONFIDENCE = 0.7  # of lingua


def detect_language(text: str, tokens: list[str]) -> str:
    """Return the ISO 639-1 code of a text that is not English, "" for English and for what is not recognised."""
    if text.isascii():
        if FOREIGN.isdisjoint(tokens):
            return "" if not ENGLISH.isdisjoint(tokens) or len(tokens) < MIN_TOKENS else _ask_lingua(text)
    elif FOREIGN.isdisjoint(tokens) and not FOREIGN_LETTER.search(text):
        return ""  # a currency sign, a dash or typographic quotes
    foreign_letters = len(FOREIGN_LETTER.findall(text))
    latin_letters = len(LATIN_LETTER.findall(text))
    if foreign_letters and latin_letters <= foreign_letters * 2:
        script = next((language for pattern, language in SCRIPT_PATTERNS if pattern.search(text.lower())), "")
        if script:
            return script
    return _compare_words(text, tokens)


def _compare_words(text: str, tokens: list[str]) -> str:
    """Return the language in Latin script that words and letters speak for, "" for English."""
    distinct, letters = set(tokens), set(text.lower())
    hits = {language: float(len(words & distinct)) for language, words in WORDS.items()}
    for language, own in LETTERS_OF_LANGUAGES.items():
        own_letters = min(len(letters.intersection(own)), MAX_LETTERS)
        hits[language] = hits.get(language, 0.0) + own_letters * LETTER_WEIGHT
    if any(token.startswith(("l'", "d'", "qu'")) for token in tokens):
        hits["fr"] += 1
        hits["it"] += 1
    language = max(hits, key=hits.__getitem__)
    english = len(ENGLISH & distinct)
    if hits[language] >= CLEAR_WORDS and hits[language] > english:
        return language
    if hits[language] >= 1 and not english and len(tokens) >= MIN_TOKENS:
        return _ask_lingua(text) or language
    return _ask_lingua(text) if hits[language] > english else ""


def _ask_lingua(text: str) -> str:
    """Return the language that lingua is sure of, "" for English, for doubt, and without lingua (extra `language`)."""
    detector = _load_lingua()
    if detector is None:
        return ""
    best = detector.compute_language_confidence_values(text)[0]
    code: str = best.language.iso_code_639_1.name.lower()
    return "" if code == "en" or best.value < MIN_CONFIDENCE else code


@cache
def _load_lingua() -> Any:
    """Return lingua's detector, or None if it is not installed."""
    if find_spec("lingua") is None:
        return None
    from lingua import LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()

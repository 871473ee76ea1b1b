"""Find characters that can't be seen or that reorder the text around them, in names that people read."""

import unicodedata

# Unassigned, control, format, surrogate and private use characters, and separators of lines and paragraphs.
_HIDDEN_CATEGORIES = frozenset(["Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"])
# Fillers and blanks that Unicode counts as letters, marks or symbols.
_HIDDEN_CHARACTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Joiners shape Persian and Indic words and join emoji; variation selectors choose between text and emoji.
_JOINERS = frozenset("\u200c\u200d")
_KEYCAP = "\u20e3"


def find_hidden(text: str) -> int | None:
    """Return the index of the first character that can't be seen, or that changes the direction of text; else None.

    Joiners and variation selectors count as hidden except where they shape the characters beside them.
    """
    return next((index for index in range(len(text)) if _is_hidden(text, index)), None)


def _is_hidden(text: str, index: int) -> bool:
    character, before, after = text[index], text[index - 1 : index], text[index + 1 : index + 2]
    if character in _JOINERS:
        return before.isascii() or after.isascii()
    if "\ufe00" <= character <= "\ufe0f":
        return before.isascii() and after != _KEYCAP
    return character in _HIDDEN_CHARACTERS or unicodedata.category(character) in _HIDDEN_CATEGORIES

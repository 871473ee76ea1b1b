"""Fold text for searches, so that case and accents make no difference, in the same way for every database."""

import unicodedata

# Letters that Unicode does not decompose into a letter and a mark.
_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "’": "'"}  # noqa: RUF001 - maps these characters
)


def fold_text(text: str) -> str:
    """Return a text in lower case, without accents and compatibility forms: Nestlé is nestle, straße is strasse."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold().translate(_LETTERS)

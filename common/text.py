"""Normalise texts of other systems: one form for what looks the same, nothing invisible, no double escapes.

Letters are kept as written: compatibility characters such as ligatures, superscripts and fractions too, and joiners
where they matter, within emoji and between letters of Arabic and Indic scripts.
"""

import html
import re
import unicodedata

MAX_UNESCAPES = 4  # `&amp;amp;amp;amp;` is what such a chain of systems makes of `&`

# With the semicolon only: `S&notes` is no `S¬es`.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_JOINED_LETTER = "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff\u1800-\u18af"
_EMOJI = "\u2190-\u2bff\U0001f000-\U0001faff"
_INVISIBLE = re.compile(
    # Kept: flags of regions; joiners between letters that join, and between emoji.
    "(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
    f"|(?<=[{_JOINED_LETTER}])[\u200c\u200d](?=[{_JOINED_LETTER}])"
    f"|(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}]))"
    # Dropped: soft hyphens, marks of direction (U+202E turns text around), zero-width spaces and joiners, tags.
    "|[\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_BLANKS = dict.fromkeys(map(ord, "\u115f\u1160\u2800\u3164\uffa0"), " ")  # letters and symbols that look like a space
# The expressions above and ftfy take 100 us for a title, these two 2 us.
_UNUSUAL = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufeff-\ufffb\U000e0000-\U000e01ef]"
)
_MISREAD = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]")


def normalize_text(text: str) -> str:
    """Return a text in one line and in one form, "" if nothing in it is visible.

    Resolves entities, repairs text that was decoded with the wrong encoding where that is certain (UTF-8 read as
    Latin-1 or Windows-1252), drops invisible characters and controls of direction, turns full-width characters into
    ordinary ones, composes accents (NFC), and collapses white space of all kinds.
    """
    text = _unescape(text) if "&" in text else text
    if not text.isascii():
        text = _repair(text)
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())


def _repair(text: str) -> str:
    """Return a text decoded as was meant, without invisible characters and full-width ones. Few texts need it."""
    if not _MISREAD.search(text) and not _UNUSUAL.search(text):
        return text
    from ftfy import fix_encoding  # only here: it takes a tenth of the start of a command
    from ftfy.badness import is_bad
    from ftfy.fixes import fix_character_width

    if _MISREAD.search(text) and is_bad(text):
        text = fix_encoding(text)
    if _UNUSUAL.search(text):
        text = fix_character_width(_INVISIBLE.sub(r"\1", text).translate(_BLANKS))
    return text


def _unescape(text: str) -> str:
    for _ in range(MAX_UNESCAPES):
        unescaped = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
        if unescaped == text:
            break
        text = unescaped
    return text

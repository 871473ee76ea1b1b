"""Find the encoding of a text file: its byte order mark, UTF-16 by its zero bytes, UTF-8, or else Windows-1252.

Windows-1252 is a guess, so it is made only for texts that look like Western languages. A wrong guess would store wrong
letters; other files are rejected until their encoding is given. charset-normalizer names what such a file may be, but
does not decide: of some headlines in Windows-1252 it named another encoding for seven of nine languages.
"""

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO

from news.sources.record_files.lines import UNIT_BYTES, FileFormatError, LineReader

SAMPLE_BYTES = 4096
SAMPLE_LINES = 200  # that are not UTF-8
LEGACY = "cp1252"
CANDIDATES = ["cp1250", "cp1251", "cp1253", "cp1254", "big5", "euc_kr", "gb18030", "koi8_r", "shift_jis"]
# The longest first: the mark of UTF-32-LE begins with the one of UTF-16-LE.
BOMS = [
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
NAMES = {"cp1252": "Windows-1252", "latin-1": "Latin-1", "iso8859-1": "Latin-1"}
PUNCTUATION_WITHIN_WORDS = "\u2019\u00b4\u00a0\u00ad\u2013\u2014\u2026\u00b7"
FIRST_IN_WORD = "\u00a1\u00a6\u00a8\u00af\u00b8\u00bf\u02c6\u02dc"
_LETTERS = re.compile(r"[^\W\d_\x00-\x7f]+")  # beyond ASCII
MAX_IMPLAUSIBLE = 0.05  # of the characters beyond ASCII
# Letters that stand together in a line of one Western language. Czech read as Windows-1252 mixes those of several, such
# as "Èeská spoøitelna".
_ALPHABETS = [
    frozenset(letters)
    for letters in (
        "àâæçèéêëîïôœùûüÿ",  # French
        "äéöüß",  # German
        "áéíñóúü",  # Spanish, Irish
        "àáâãçéêíóôõúü",  # Portuguese
        "àèéìíîòóùú",  # Italian
        "àáâçèéêëîïíóöúûü",  # Dutch, Afrikaans
        "àçèéíïòóúü",  # Catalan
        "åæäéêòóôöøü",  # Danish, Norwegian
        "àåäéöüšž",  # Swedish, Finnish
        "äéõöüšž",  # Estonian
        "áæéíðóöúýþ",  # Icelandic
    )
]
MAX_MIXED_LINES = 0.25  # of the lines with letters beyond ASCII: foreign names


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a file. `evidence` is a line that shows the letters, for one that was guessed."""

    codec: str
    evidence: str = ""

    def __str__(self) -> str:
        name = NAMES.get(self.codec, self.codec.upper())
        if not self.evidence:
            return name
        return f"{name} (a guess; if letters are wrong in {self.evidence!r}, give --encoding)"


def parse_encoding(text: str) -> str:
    """Return the name of a codec for files. Errors: ValueError."""
    try:
        info = codecs.lookup(text)
        is_usable = info._is_text_encoding and "\n".encode(info.name).endswith((b"\n", b"\0"))
    except (LookupError, ValueError):
        is_usable = False
    if not is_usable or info.name in {"utf-7", "idna", "punycode"}:
        raise ValueError("is no known text encoding; give one such as utf-8, utf-16, cp1252, cp1251 or shift_jis")
    return {"utf-8-sig": "utf-8"}.get(info.name, info.name)


def find_encoding_of_start(start: bytes) -> str | None:
    """Return the encoding that the first bytes show: by a byte order mark, or UTF-16 without one; None otherwise."""
    for bom, codec in BOMS:
        if start.startswith(bom):
            return codec
    # Headers and JSON begin with ASCII characters, of which UTF-16 writes one byte as zero.
    pairs = [start[index : index + 2] for index in range(0, min(len(start), 16) - 1, 2)]
    if pairs and all(pair[1] == 0 != pair[0] for pair in pairs):
        return "utf-16-le"
    if pairs and all(pair[0] == 0 != pair[1] for pair in pairs):
        return "utf-16-be"
    return None


def detect_encoding(file: BinaryIO, codec: str | None = None) -> Encoding:
    """Return the encoding of a file after reading all of it. `codec` is the one that is expected, if it is known.

    A line that is not in the encoding of the others is left to the reader of the file.
    Errors: FileFormatError for a file in another encoding.
    """
    file.seek(0)
    start = file.read(SAMPLE_BYTES)
    by_start = find_encoding_of_start(start)
    if codec in {"utf-16", "utf-32"}:
        codec = by_start if by_start and by_start.startswith(codec) else f"{codec}-le"
    if codec and by_start and codec != by_start:
        raise FileFormatError(
            f"begins as a file in {by_start.upper()} does, not in {codec.upper()}; leave --encoding out."
        )
    chosen = codec or by_start
    is_utf8_marked = chosen == by_start == "utf-8"
    lines = _check_lines(file, chosen or "utf-8")
    if not lines.invalid or is_utf8_marked or lines.valid > lines.invalid:
        return Encoding(chosen or "utf-8")
    if chosen or lines.valid:
        raise FileFormatError(lines.explain(chosen or "utf-8"))
    return _guess(lines)


@dataclass(slots=True)
class _CheckedLines:
    """Lines beyond ASCII, by whether they are valid in an encoding."""

    valid: int
    invalid: int
    first_invalid: int  # line number
    sample: list[tuple[int, bytes]]  # of the invalid ones

    def explain(self, codec: str) -> str:
        name = codec.upper()
        return (
            f"line {self.first_invalid}: is not {name} "
            f"(lines that are not: {self.invalid:,}, that are: {self.valid:,}); "
            "save the file in one encoding, or give its encoding with --encoding."
        )


def _check_lines(file: BinaryIO, codec: str) -> _CheckedLines:
    lines = LineReader(file, codec)
    checked = _CheckedLines(0, 0, 0, [])
    while raw := lines.next_raw():
        if codec not in UNIT_BYTES and raw.isascii():
            continue
        try:
            raw.decode(codec)
        except UnicodeDecodeError:
            checked.invalid += 1
            checked.first_invalid = checked.first_invalid or lines.current_offset.line
            if len(checked.sample) < SAMPLE_LINES:
                checked.sample.append((lines.current_offset.line, raw[:2000]))
        else:
            checked.valid += 1
    return checked


def _guess(lines: _CheckedLines) -> Encoding:
    """Return Windows-1252 if the lines that are not UTF-8 look like it. Errors: FileFormatError."""
    try:
        texts = [raw.decode(LEGACY) for _, raw in lines.sample]
    except UnicodeDecodeError:
        texts = []
    if not texts or not _looks_western(" ".join(texts)) or not _is_of_western_languages(texts):
        raise FileFormatError(
            f"line {lines.first_invalid}: is neither UTF-8 nor Windows-1252{_suggest(lines)}; "
            "save the file as UTF-8, or give its encoding with --encoding."
        )
    return Encoding(LEGACY, f"line {lines.sample[0][0]}: {_shorten(texts[0])}")


def _looks_western(text: str) -> bool:
    """Return whether letters beyond ASCII stand where Western languages have them: few in a row, in their case."""
    text = f" {text} "
    runs = {index: len(run.group()) for run in _LETTERS.finditer(text) for index in range(run.start(), run.end())}
    indexes = [index for index, character in enumerate(text) if not character.isascii()]
    implausible = sum(runs.get(index, 0) > 2 or _is_implausible(*text[index - 1 : index + 2]) for index in indexes)
    return implausible <= MAX_IMPLAUSIBLE * len(indexes)


def _is_of_western_languages(lines: list[str]) -> bool:
    """Return whether the letters beyond ASCII of most lines belong to one Western language each."""
    letters_of_lines = [
        frozenset(letter for letter in "".join(_LETTERS.findall(line.lower())) if letter.isalpha()) - {"ª", "º", "µ"}
        for line in lines
    ]
    present = [letters for letters in letters_of_lines if letters]
    mixed = sum(not any(letters <= alphabet for alphabet in _ALPHABETS) for letters in present)
    return mixed <= MAX_MIXED_LINES * len(present)


def _is_implausible(before: str, character: str, after: str) -> bool:
    """Return whether a character beyond ASCII does not stand between such neighbours in a Western text."""
    if character == "\u0192":  # florin sign
        return True
    if character in FIRST_IN_WORD:
        return before.isalpha() or (not after.isascii() and not after.isalpha())
    if character.isupper():
        return before.islower()
    if character in "\u00b9\u00b3" and before != "m":  # a superscript, as in m³, but letters of Polish in Windows-1250
        return before.isalpha()
    is_symbol = not character.isalpha() and character not in PUNCTUATION_WITHIN_WORDS
    return is_symbol and before.isalpha() and after.isalpha()


def _suggest(lines: _CheckedLines) -> str:
    """Return what the lines might be in, as part of a sentence, "" if that can't be said."""
    from charset_normalizer import from_bytes

    best = from_bytes(b" ".join(raw.strip() for _, raw in lines.sample), cp_isolation=CANDIDATES).best()
    if best is None:
        return ""
    return f", perhaps {best.encoding} ({_shorten(str(best))!r})"


def _shorten(text: str) -> str:
    """Return the surroundings of the first character beyond ASCII, on one line."""
    index = next((index for index, character in enumerate(text) if not character.isascii()), 0)
    return " ".join(text[max(0, index - 20) : index + 20].split())

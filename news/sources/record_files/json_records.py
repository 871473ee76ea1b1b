"""Read JSON files: one object in each line (JSON Lines), or lists of objects, in memory that does not grow."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from news.sources.record_files.lines import (
    BOM,
    CHUNK_BYTES,
    MAX_LINE_BYTES,
    FileFormatError,
    FileOffset,
    LineError,
    LineReader,
    Record,
)

# Members of an object in which vendors put their list of records.
LIST_NAMES = ("items", "articles", "data", "entries", "feed", "headlines", "news", "records", "results", "stories")
LINE_END = re.compile("\r\n|\n|\r")
NOT_WHITE_SPACE = re.compile(r"[^ \t\r\n]")
LIST_START = re.compile(rf'\{{\s*"({"|".join(LIST_NAMES)})"\s*:\s*\[')
MAX_IGNORED = 20

# NaN stands for nothing, as in files that Python's own json has written.
_DECODER = json.JSONDecoder(parse_constant=lambda name: None)


def find_json_form(lines: LineReader) -> str | None:
    """Return `jsonl` or `json` (a list, or an object that holds one) for a file at its start; None for other files."""
    first = ""
    try:
        while not first and (line := next(lines, "")):
            first = line.strip()
    except LineError:
        lines.seek(FileOffset())
        first = lines.next_raw()[: 4 * MAX_LINE_BYTES].decode(lines.encoding, "ignore").lstrip(BOM).strip()
        return "json" if first.startswith("[") or LIST_START.match(first) else _get_form_of_start(first)
    if not first.startswith(("{", "[")):
        return None
    try:
        value = _decode(first)
    except ValueError:
        return "json" if first == "{" or first.startswith("[") or LIST_START.match(first) else "jsonl"
    if isinstance(value, list):
        return "json" if all(isinstance(element, dict) for element in value) else "jsonl"
    return "json" if any(isinstance(value.get(name), list) for name in LIST_NAMES) else "jsonl"


def _get_form_of_start(text: str) -> str | None:
    return "jsonl" if text.startswith("{") else None


def parse_jsonl(lines: LineReader) -> Iterator[Record]:
    """Yield a record for each line that is not blank."""
    while True:
        lines.start_record()
        data, problem = None, ""
        try:
            text = next(lines)
            if text.isspace():
                continue
            data = _decode(text)
        except StopIteration:
            return
        except LineError as error:
            problem = str(error)
        except ValueError as error:
            problem = f"is not JSON ({error}); write one JSON object in each line."
        yield Record(lines.current_offset.line, lines.current_offset, data, problem)


def _decode(text: str) -> Any:
    """Return the value of a JSON text. Errors: ValueError with the place."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    # Slower, and tolerates NaN and halves of surrogate pairs, so that only their value is rejected.
    try:
        return json.loads(text, parse_constant=lambda name: None)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} at column {error.colno}") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


class JSONDocument:
    """Parses a JSON text whose records are the elements of lists: at the top, or in a member such as `items`.

    Objects one after the other, and a single object, are records too.
    ignored: names of other members beside a list of records.
    """

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self.ignored: list[str] = []
        self._file = file
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._text, self._position, self._is_at_end = "", 0, False
        self._line, self._offset, self._count = 1, 0, 0
        file.seek(0)

    def parse(self) -> Iterator[Record]:
        """Yield the records. Errors: FileFormatError at the first place that is not JSON."""
        self._fill()
        if self._text.startswith(BOM):
            self._consume(1)
        while character := self._peek():
            if character == "[":
                yield from self._parse_list()
            elif character == "{":
                yield from self._parse_object()
            else:
                raise self._error(f"is not JSON (found {character!r})")

    def _parse_list(self) -> Iterator[Record]:
        self._take("[")
        if self._peek() == "]":
            self._take("]")
            return
        while True:
            self._peek()
            line = self._line
            data = self._parse_value()
            self._count += 1
            yield Record(line, FileOffset(self._line, self._offset), data, number=self._count)
            if self._take(",", "]") == "]":
                return

    def _parse_object(self) -> Iterator[Record]:
        """Yield the records of the lists in an object; the object itself if it has none."""
        line, members, has_list = self._line, {}, False
        self._take("{")
        separator = self._take("}") if self._peek() == "}" else ","
        while separator == ",":
            if self._peek() != '"':
                raise self._error("is not JSON (a name in quotes is missing)")
            name = self._parse_value()
            self._take(":")
            if name in LIST_NAMES and self._peek() == "[":
                has_list = True
                yield from self._parse_list()
            else:
                members[name] = self._parse_value()
            separator = self._take(",", "}")
        if not has_list:
            yield Record(line, FileOffset(self._line, self._offset), members)
        else:
            self.ignored += [name for name in members if name not in self.ignored][:MAX_IGNORED]

    def _parse_value(self) -> Any:
        self._peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._position)
                if end < len(self._text) or self._is_at_end:  # otherwise it may be the beginning of a number
                    self._consume(end - self._position)
                    return value
                problem = "ends too early"
            except json.JSONDecodeError as error:
                line_ends = LINE_END.findall(self._text, self._position, error.pos)
                problem = f"is not JSON ({error.msg} at line {self._line + len(line_ends)})"
            except RecursionError as error:
                raise self._error("is nested too deeply") from error
            if self._is_at_end:
                raise self._error(problem)
            if len(self._text) - self._position > MAX_LINE_BYTES:
                raise self._error(f"{problem}, or is longer than {MAX_LINE_BYTES:,} characters")
            self._fill()

    def _take(self, *expected: str) -> str:
        """Consume one of the expected characters and return it."""
        character = self._peek()
        if character not in expected:
            names = " or ".join(f"'{name}'" for name in expected)
            where = f"found {character!r}" if character else "the file ends"
            raise self._error(f"is not JSON ({where} where {names} belongs)")
        self._consume(1)
        return character

    def _peek(self) -> str:
        """Skip white space, and return the next character, "" at the end."""
        while True:
            match = NOT_WHITE_SPACE.search(self._text, self._position)
            if match:
                self._consume(match.start() - self._position)
                return match.group()
            if self._is_at_end:
                self._consume(len(self._text) - self._position)
                return ""
            self._fill()

    def _consume(self, count: int) -> None:
        piece = self._text[self._position : self._position + count]
        self._offset += len(piece.encode(self._encoding))
        self._line += len(LINE_END.findall(piece))
        self._position += count

    def _fill(self) -> None:
        chunk = self._file.read(CHUNK_BYTES)
        self._is_at_end = not chunk
        try:
            decoded = self._decoder.decode(chunk, final=self._is_at_end)
        except UnicodeDecodeError as error:
            raise self._error(f"or one of the next lines is not {self._encoding.upper()} ({error.reason})") from error
        self._text, self._position = self._text[self._position :] + decoded, 0

    def _error(self, problem: str) -> FileFormatError:
        return FileFormatError(f"line {self._line}: {problem}; give valid JSON, or one JSON object in each line.")

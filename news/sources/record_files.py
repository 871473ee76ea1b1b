"""Parse records from JSONL and CSV files line by line, in memory that does not depend on the size of the file.

A line that can't be parsed yields a Record with the problem. `news.ingest.validation` checks the content of records.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import orjson

MAX_LINE_BYTES = 1_000_000  # of a line, and of a CSV record of several lines
COLUMNS = ("title", "ticker", "tickers", "summary", "text", "url", "source", "published_at", "external_id")


class LineError(ValueError):
    """One or more lines that can't be parsed; the text has the reason and the cure."""


@dataclass(frozen=True, slots=True)
class FileOffset:
    """A position in a file: number of lines and of bytes before it."""

    line: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One line of JSONL or one record of CSV: its data, or the problem with it.

    line: number of the first line, from 1.
    end: where the next record starts.
    """

    line: int
    end: FileOffset
    data: object = None
    problem: str = ""


class LineReader:
    """Iterates over the lines of a seekable UTF-8 file. After a LineError the iteration can continue.

    current_offset: end of the line returned last.
    Errors: LineError at once for UTF-16.
    """

    def __init__(self, file: BinaryIO) -> None:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            raise LineError("line 1: is UTF-16; save the file as UTF-8.")
        file.seek(0)
        self._file = file
        self.current_offset = FileOffset()
        self._record_start = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._next_line()
        if not raw:
            raise StopIteration
        if len(raw) > MAX_LINE_BYTES or self.current_offset.offset - self._record_start > MAX_LINE_BYTES:
            raise LineError(f"is longer than {MAX_LINE_BYTES:,} bytes; check its quotes and line ends.")
        if b"\0" in raw:
            raise LineError(f"holds a NUL byte as byte {raw.index(0) + 1}; take it out.")
        try:
            return raw.decode("utf-8-sig" if self.current_offset.line == 1 else "utf-8")
        except UnicodeDecodeError as error:
            position = f"byte 0x{raw[error.start]:02x} as byte {error.start + 1}"
            raise LineError(f"is not UTF-8 ({position}); save the file as UTF-8.") from error

    def start_record(self) -> FileOffset:
        """Start the count of MAX_LINE_BYTES for a record, and return where it starts."""
        self._record_start = self.current_offset.offset
        return self.current_offset

    def seek(self, offset: FileOffset) -> None:
        """Continue at an offset that was reached before."""
        self._file.seek(offset.offset)
        self.current_offset = offset
        self._record_start = offset.offset

    def skip_line(self) -> None:
        """Skip the next line."""
        self._next_line()

    def _next_line(self) -> bytes:
        """Return the next line, b"" at the end of the file; of an overlong line the beginning only."""
        raw = part = self._file.readline(MAX_LINE_BYTES + 1)
        size = len(raw)
        while part and not part.endswith(b"\n"):
            part = self._file.readline(MAX_LINE_BYTES)
            size += len(part)
            if len(raw) <= MAX_LINE_BYTES:  # it was the end of the file, which another process is appending to
                raw += part
        if raw:
            self.current_offset = FileOffset(self.current_offset.line + 1, self.current_offset.offset + size)
        return raw


def parse_jsonl(lines: LineReader) -> Iterator[Record]:
    """Yield a record for each line that is not blank."""
    while True:
        lines.start_record()
        data, problem = None, ""
        try:
            text = next(lines)
            if text.isspace():
                continue
            data = orjson.loads(text)
        except StopIteration:
            return
        except orjson.JSONDecodeError as error:
            problem = f"is not JSON ({error.msg} at column {error.colno}); write one JSON object in each line."
        except LineError as error:
            problem = str(error)
        yield Record(lines.current_offset.line, lines.current_offset, data, problem)


def parse_csv(lines: LineReader) -> Iterator[Record]:
    """Parse the header at once, and return an iterator over the records that are not empty.

    Errors: LineError if no column is named title, in any case.
    """
    try:
        header = next((row for row in csv.reader(lines, strict=True) if row), [])
    except (csv.Error, LineError) as error:
        raise LineError(f"line {lines.current_offset.line}: the header {_explain(error)}") from error
    names = [name.strip().lower() for name in header]
    if header and "title" not in names:
        columns = ", ".join(names)[:200]
        raise LineError(f"line {lines.current_offset.line}: no column is named title; found {columns!r}; name one so.")
    return _parse_rows(lines, names)


def _parse_rows(lines: LineReader, header: list[str]) -> Iterator[Record]:
    columns = [(name, header.index(name)) for name in COLUMNS if name in header]
    rows = csv.reader(lines, strict=True)
    while True:
        start = lines.start_record()
        try:
            row = next(rows)
        except StopIteration:
            return
        except (csv.Error, LineError) as error:
            # A stray quote swallows the lines after it: reject only the first line, and parse the others again.
            lines.seek(start)
            lines.skip_line()
            rows = csv.reader(lines, strict=True)
            yield Record(start.line + 1, lines.current_offset, problem=_explain(error))
            continue
        if len(row) == len(header):
            data = {name: row[index] for name, index in columns if name == "title" or row[index].strip()}
            yield Record(start.line + 1, lines.current_offset, data)
        elif row and not (len(row) == 1 and not row[0].strip()):
            problem = f"has {len(row)} cells where the header has {len(header)}; put cells that hold commas in quotes."
            yield Record(start.line + 1, lines.current_offset, problem=problem)


def _explain(error: Exception) -> str:
    return str(error) if isinstance(error, LineError) else f"is not CSV ({error}); check its quotes."

"""Read records from JSONL and CSV files, as streams: the size of a file does not matter.

A line that holds no record is an entry too, with the problem. `news.ingest.validation` checks what records mean.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import orjson

MAX_LINE_BYTES = 1_000_000  # of a line, and of a CSV record that runs over several
COLUMNS = ("title", "ticker", "tickers", "summary", "text", "url", "source", "published_at", "external_id")


class LineError(ValueError):
    """A line, or several, that hold no record; the text says why and gives the cure."""


@dataclass(frozen=True, slots=True)
class FileOffset:
    """How far a file has been read: lines and bytes."""

    line: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """What one line, or one CSV record, holds: a record, or the problem with it."""

    line: int  # where it starts, the first is 1
    end: FileOffset
    record: object = None
    problem: str = ""


class LineReader:
    """The lines of a seekable file as text, and the place reached. After a LineError the next line can be read.

    Errors: LineError at once for UTF-16.
    """

    def __init__(self, file: BinaryIO) -> None:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            raise LineError("line 1: is UTF-16; save the file as UTF-8.")
        file.seek(0)
        self._file = file
        self.place = FileOffset()
        self._record_start = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._read_line()
        if not raw:
            raise StopIteration
        if len(raw) > MAX_LINE_BYTES or self.place.offset - self._record_start > MAX_LINE_BYTES:
            raise LineError(f"is longer than {MAX_LINE_BYTES:,} bytes; check its quotes and line ends.")
        if b"\0" in raw:
            raise LineError(f"holds a NUL byte as byte {raw.index(0) + 1}; take it out.")
        try:
            return raw.decode("utf-8-sig" if self.place.line == 1 else "utf-8")
        except UnicodeDecodeError as error:
            found = f"byte 0x{raw[error.start]:02x} as byte {error.start + 1}"
            raise LineError(f"is not UTF-8 ({found}); save the file as UTF-8.") from error

    def begin_record(self) -> FileOffset:
        """Return the place, from where on a record may take MAX_LINE_BYTES."""
        self._record_start = self.place.offset
        return self.place

    def go_to(self, place: FileOffset) -> None:
        """Go on reading at a place reached before."""
        self._file.seek(place.offset)
        self.place = place
        self._record_start = place.offset

    def skip(self) -> None:
        """Leave out one line."""
        self._read_line()

    def _read_line(self) -> bytes:
        """Return the next line, b"" at the end; of one that is too long only its beginning is kept."""
        raw = part = self._file.readline(MAX_LINE_BYTES + 1)
        length = len(raw)
        while part and not part.endswith(b"\n"):
            part = self._file.readline(MAX_LINE_BYTES)
            length += len(part)
            if len(raw) <= MAX_LINE_BYTES:  # so far the file's end stood there: it is being written
                raw += part
        if raw:
            self.place = FileOffset(self.place.line + 1, self.place.offset + length)
        return raw


def parse_jsonl(lines: LineReader) -> Iterator[Record]:
    """Yield an entry for each line that is not empty."""
    while True:
        lines.begin_record()
        try:
            text = next(lines)
            if text.isspace():
                continue
            record = orjson.loads(text)
        except StopIteration:
            return
        except orjson.JSONDecodeError as error:
            problem = f"is not JSON ({error.msg} at column {error.colno}); write one JSON object in each line."
            yield Record(lines.place.line, lines.place, problem=problem)
        except LineError as error:
            yield Record(lines.place.line, lines.place, problem=str(error))
        else:
            yield Record(lines.place.line, lines.place, record)


def parse_csv(lines: LineReader) -> Iterator[Record]:
    """Read the header at once, and return an entry for each record that is not empty.

    Errors: LineError for a file without a column named title, in any case.
    """
    try:
        header = next((row for row in csv.reader(lines, strict=True) if row), [])
    except (csv.Error, LineError) as error:
        raise LineError(f"line {lines.place.line}: the header {_explain(error)}") from error
    names = [name.strip().lower() for name in header]
    if header and "title" not in names:
        found = ", ".join(names)[:200]
        raise LineError(f"line {lines.place.line}: no column is named title; found {found!r}; name the columns there.")
    return _parse_rows(lines, names)


def _parse_rows(lines: LineReader, header: list[str]) -> Iterator[Record]:
    columns = [(name, header.index(name)) for name in COLUMNS if name in header]
    reader = csv.reader(lines, strict=True)
    while True:
        start = lines.begin_record()
        try:
            row = next(reader)
        except StopIteration:
            return
        except (csv.Error, LineError) as error:
            # A stray quote swallows the lines after it. Only the first is given up, the others are read again.
            lines.go_to(start)
            lines.skip()
            reader = csv.reader(lines, strict=True)
            yield Record(start.line + 1, lines.place, problem=_explain(error))
            continue
        if len(row) == len(header):
            record = {name: row[index] for name, index in columns if name == "title" or row[index].strip()}
            yield Record(start.line + 1, lines.place, record)
        elif row and not (len(row) == 1 and not row[0].strip()):
            problem = f"has {len(row)} cells where the header has {len(header)}; put cells that hold commas in quotes."
            yield Record(start.line + 1, lines.place, problem=problem)


def _explain(error: Exception) -> str:
    return str(error) if isinstance(error, LineError) else f"is not CSV ({error}); check its quotes."

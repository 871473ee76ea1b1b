"""Split files into lines with their numbers and byte offsets, in memory that does not grow with the file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_LINE_BYTES = 1_000_000  # of a line, and of a record of several lines
CHUNK_BYTES = 1 << 18
BOM = "\ufeff"
UNIT_BYTES = {"utf-16-le": 2, "utf-16-be": 2, "utf-32-le": 4, "utf-32-be": 4}  # of other encodings: 1


class FileFormatError(ValueError):
    """A file that can't be read as a whole; the text has the reason and the cure."""


class MissingColumn(FileFormatError):
    """A CSV file without the column that each record needs. columns: the names that its header has."""

    def __init__(self, text: str, columns: tuple[str, ...]) -> None:
        super().__init__(text)
        self.columns = columns


class LineError(ValueError):
    """One or more lines that can't be parsed; the text has the reason and the cure."""


@dataclass(frozen=True, slots=True)
class FileOffset:
    """A position in a file: number of lines and of bytes before it."""

    line: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file: its data, or the problem with it.

    line: number of the first line, from 1.
    end: where the next record starts.
    data: an object; of CSV, the cells that are not empty by the names of their columns.
    number: of a record in a JSON list, from 1; 0 in other files.
    """

    line: int
    end: FileOffset
    data: object = None
    problem: str = ""
    number: int = 0


class LineReader:
    """Iterates over the lines of a seekable file, which end in LF, CRLF or CR. After a LineError it can continue.

    encoding: name of a codec that writes LF and CR as ASCII or as UTF-16 and UTF-32 do. A byte order mark is skipped.
    current_offset: end of the line returned last.
    is_terminated: whether that line had its line end, to which nothing can be added.
    """

    def __init__(self, file: BinaryIO, encoding: str = "utf-8") -> None:
        self.encoding = encoding
        self.current_offset = FileOffset()
        self.is_terminated = True
        self._file = file
        self._unit = UNIT_BYTES.get(encoding, 1)
        line_ends = (line_end.encode(encoding) for line_end in ("\r\n", "\n", "\r"))
        self._line_ends = re.compile(b"|".join(re.escape(line_end) for line_end in line_ends))
        self._carriage_return = "\r".encode(encoding)
        self.seek(FileOffset())

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self.next_raw()
        if not raw:
            raise StopIteration
        if len(raw) > MAX_LINE_BYTES or self.current_offset.offset - self._record_start > MAX_LINE_BYTES:
            raise LineError(f"is longer than {MAX_LINE_BYTES:,} bytes; check its quotes and line ends.")
        try:
            text = raw.decode(self.encoding)
        except UnicodeDecodeError as error:
            invalid_byte = f"byte 0x{raw[error.start]:02x} as byte {error.start + 1}"
            raise LineError(f"is not {self.encoding.upper()} ({invalid_byte}); save the file as UTF-8.") from error
        if "\0" in text:
            raise LineError(f"holds a NUL character as character {text.index(chr(0)) + 1}; take it out.")
        return text.removeprefix(BOM) if self.current_offset.line == 1 else text

    def start_record(self) -> FileOffset:
        """Start the count of MAX_LINE_BYTES for a record, and return where it starts."""
        self._record_start = self.current_offset.offset
        return self.current_offset

    def seek(self, offset: FileOffset) -> None:
        """Continue at an offset that was reached before."""
        self._file.seek(offset.offset)
        self.current_offset = offset
        self._record_start = offset.offset
        self._buffer, self._position, self._is_at_end = b"", 0, False

    def next_raw(self) -> bytes:
        """Return the bytes of the next line, b"" at the end of the file; of an overlong line the beginning only."""
        start, dropped, size = b"", 0, 0
        while True:
            end = self._find_line_end()
            if end is not None or self._is_at_end:
                break
            unread = len(self._buffer) - self._position
            if unread > MAX_LINE_BYTES:
                # The last bytes stay: they can be the first half of a CRLF.
                size = unread - unread % self._unit - 2 * self._unit
                start = start or self._buffer[self._position : self._position + MAX_LINE_BYTES + 1]
                self._position += size
                dropped += size
            self._fill()
        self.is_terminated = end is not None
        stop = len(self._buffer) if end is None else end
        raw = self._buffer[self._position : stop]
        size = dropped + len(raw)
        self._position = stop
        if size:
            self.current_offset = FileOffset(self.current_offset.line + 1, self.current_offset.offset + size)
        return start or raw

    def _find_line_end(self) -> int | None:
        """Return the index after the next line end in the buffer; None if it is not there, or might be half there."""
        for match in self._line_ends.finditer(self._buffer, self._position):
            if (match.start() - self._position) % self._unit:
                continue  # halves of two UTF-16 characters
            if match.end() + self._unit > len(self._buffer) and match.group() == self._carriage_return:
                return None
            return match.end()
        return None

    def _fill(self) -> None:
        chunk = self._file.read(CHUNK_BYTES)
        self._is_at_end = not chunk
        self._buffer, self._position = self._buffer[self._position :] + chunk, 0

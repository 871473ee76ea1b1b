"""Open a file of records: find out how it is compressed, encoded and written, and check it as a whole.

What can't be read as a whole is rejected here, before any of its records is used.
"""

import gzip
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from news.sources.record_files.csv_records import CSVHeader, parse_header, parse_rows
from news.sources.record_files.encoding import Encoding, detect_encoding, find_encoding_of_start
from news.sources.record_files.json_records import JSONDocument, find_json_form, parse_jsonl
from news.sources.record_files.lines import BOM, FileFormatError, FileOffset, LineReader, Record

FORMATS = ("jsonl", "json", "csv")
JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
GZIP_START = b"\x1f\x8b"
# First bytes of files that hold no records as text: what they are, and what to do.
BINARY_STARTS = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook; extract it, or save the sheet as CSV UTF-8",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save the sheet as CSV UTF-8",
    b"PAR1": "a Parquet file; convert it to CSV or JSON Lines",
    b"SQLite format 3": "an SQLite database; export a table as CSV",
    b"%PDF": "a PDF document; give CSV or JSON Lines",
    b"<?xml": "XML; give CSV or JSON Lines (a feed is added as a source)",
    b"<!DOCTYPE": "HTML; give CSV or JSON Lines",
    b"<html": "HTML; give CSV or JSON Lines",
    b"BZh": "compressed with bzip2; decompress it, or compress it with gzip",
    b"\xfd7zXZ": "compressed with xz; decompress it, or compress it with gzip",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; decompress it, or compress it with gzip",
}


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a file is to be read, where that is not left to detection; "" and None stand for detection."""

    format: str = ""
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(slots=True)
class RecordFile:
    """An open file of records that has been checked as a whole.

    raw: the file on disk, whose position shows how much has been read; `file` is its content.
    remarks: what else is to be said of it, such as members of JSON beside the list of records.
    """

    raw: BinaryIO
    file: BinaryIO
    format: str
    encoding: Encoding
    header: CSVHeader | None = None
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        names = {"jsonl": "one JSON object per line", "json": "JSON"}
        compressed = ", gzip" if self.file is not self.raw else ""
        return f"{self.header or names[self.format]}, {self.encoding}{compressed}"

    def parse_records(self, start: FileOffset | None = None) -> Iterator[Record]:
        """Yield the records from `start` on, which was the end of one; by default all."""
        if self.format == "json":
            records = JSONDocument(self.file, self.encoding.codec).parse()
            skipped = start.offset if start else 0
            return (record for record in records if record.end.offset > skipped)
        lines = LineReader(self.file, self.encoding.codec)
        if start is None and self.header is not None:
            start = self.header.start
        lines.seek(start or FileOffset())
        return parse_rows(lines, self.header) if self.header is not None else parse_jsonl(lines)


@contextmanager
def open_record_file(path: Path, options: ReadOptions, *, is_title: Callable[[str], bool]) -> Iterator[RecordFile]:
    """Open a file and check it as a whole, which reads all of it.

    is_title: returns whether the name of a column means the title.
    Errors: FileFormatError, OSError.
    """
    with path.open("rb") as raw:
        if not stat.S_ISREG(os.fstat(raw.fileno()).st_mode):
            raise FileFormatError("is not a regular file; save the records to one.")
        if raw.read(2) != GZIP_START:
            yield _inspect(raw, raw, path, options, is_title)
            return
        raw.seek(0)
        with gzip.GzipFile(fileobj=raw) as decompressed:
            file = cast("BinaryIO", decompressed)
            try:
                opened = _inspect(raw, file, path, options, is_title)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise FileFormatError(f"is not a whole gzip file ({error}); copy or compress it again.") from error
            yield opened


def _inspect(
    raw: BinaryIO, file: BinaryIO, path: Path, options: ReadOptions, is_title: Callable[[str], bool]
) -> RecordFile:
    file.seek(0)
    _reject_binary(file.read(16))
    encoding = detect_encoding(file, options.encoding)
    lines = LineReader(file, encoding.codec)
    opened = RecordFile(raw, file, options.format or find_json_form(lines) or "csv", encoding)
    if opened.format == "csv":
        lines.seek(FileOffset())
        try:
            opened.header = parse_header(lines, delimiter=options.delimiter, is_title=is_title)
        except FileFormatError:
            if options.format or not _is_json_by_name(path):
                raise
            opened.format = "jsonl"  # whose first line is broken
    if options.delimiter and opened.format != "csv":
        raise FileFormatError(f"is {opened}, which has no separator; leave --delimiter out, or give --format csv.")
    if opened.format == "json":
        document = JSONDocument(file, encoding.codec)
        for _ in document.parse():
            pass  # a list that breaks off is rejected before any of it is used
        if document.ignored:
            opened.remarks = (f"ignored beside the list of records: {', '.join(document.ignored)}",)
    return opened


def check_growing_file(file: BinaryIO, *, is_new: bool, is_title: Callable[[str], bool]) -> str:
    """Return the encoding of a JSONL file that is still written: by its first bytes, otherwise UTF-8.

    is_new: whether nothing of it was read so far, so that its form is checked.
    Errors: FileFormatError for a file of another form.
    """
    file.seek(0)
    start = file.read(16)
    _reject_binary(start)
    if start.startswith(GZIP_START):
        raise FileFormatError("is compressed; decompress it, or import it with manage.py import_items.")
    encoding = find_encoding_of_start(start) or "utf-8"
    lines = LineReader(file, encoding)
    if not is_new:
        return encoding
    form = find_json_form(lines)
    is_line_whole = lines.is_terminated
    cure = "write one JSON object in each line, or import it with manage.py import_items"
    if form == "json" and (is_line_whole or start.decode(encoding, "ignore").lstrip(f"{BOM} \t\r\n").startswith("[")):
        raise FileFormatError(f"is a JSON list, or JSON of several lines; {cure}.")
    if form is None and is_line_whole and _is_csv(lines, is_title):
        raise FileFormatError(f"is CSV; {cure}.")
    return encoding


def _is_csv(lines: LineReader, is_title: Callable[[str], bool]) -> bool:
    lines.seek(FileOffset())
    try:
        parse_header(lines, delimiter=None, is_title=is_title)
    except FileFormatError:
        return False
    return True


def _reject_binary(start: bytes) -> None:
    for magic, description in BINARY_STARTS.items():
        if start.startswith(magic):
            raise FileFormatError(f"is {description}.")


def _is_json_by_name(path: Path) -> bool:
    return any(suffix.lower() in JSON_SUFFIXES for suffix in path.suffixes[-2:])

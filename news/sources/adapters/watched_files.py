"""Watched files: a JSONL file, or a folder of them, of which each poll returns the lines added since the last one.

Files of a folder are processed in the order of their names. The last line waits until it is complete: until it has its
line end, or is a JSON object. A file that was replaced (other inode) or became shorter is processed from its start.
What is not taken is reported: lines by number and reason, files that are not JSONL once. Names that begin with a dot or
end as those of half-copied files do are left alone.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import httpx2

from news.models import Source
from news.sources.entries import SkippedEntry
from news.sources.http.client import SourceError
from news.sources.record_files.columns import ColumnMapping
from news.sources.record_files.json_records import parse_jsonl
from news.sources.record_files.lines import (
    MAX_LINE_BYTES,
    UNIT_BYTES,
    FileFormatError,
    FileOffset,
    LineReader,
    Record,
)
from news.sources.record_files.opening import check_growing_file
from news.sources.registry import register
from news.sources.result import FetchResult

SUFFIXES = (".jsonl", ".ndjson")
HALF_COPIED = (".tmp", ".part", ".partial", ".crdownload", ".swp", "~")
MAX_FILES = 10_000  # of a folder
MAX_IGNORED = 20  # names of members that are reported
BATCH_RECORDS = 1_000  # of one poll; the next follows at once
BATCH_BYTES = 5_000_000
REJECTED = -1  # stands in place of the offset of a file that is not read, with the reason in place of the line


@dataclass(slots=True)
class Batch:
    """The records of one poll.

    file_offsets: inode, byte offset and number of lines reached, by file name.
    lines: file and line of each record.
    skipped: lines that hold no record, and files that are not read.
    ignored: names of members that are not read, by file.
    problems: what is wrong with the watched path itself, or keeps files from being opened.
    """

    file_offsets: dict[str, Any]
    mapping: ColumnMapping = field(default_factory=ColumnMapping)
    records: list[Any] = field(default_factory=list)
    lines: list[tuple[str, int]] = field(default_factory=list)
    skipped: list[SkippedEntry] = field(default_factory=list)
    ignored: dict[str, dict[str, None]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    size_bytes: int = 0
    has_more: bool = False

    @property
    def is_full(self) -> bool:
        """Whether the rest is left to the next poll."""
        return len(self.records) + len(self.skipped) >= BATCH_RECORDS or self.size_bytes >= BATCH_BYTES

    def add(self, record: Record, size_bytes: int, *, file: str) -> None:
        """Add a record of a file, or a line that holds none."""
        self.size_bytes += size_bytes
        data = record.data
        if record.problem:
            self.skipped.append(SkippedEntry("", record.problem, file, record.line))
            return
        if isinstance(data, dict):
            self.ignored.setdefault(file, {}).update(dict.fromkeys(self.mapping.plan(tuple(data)).ignored))
            try:
                data = self.mapping.select(data)
            except ValueError as error:
                title = data.get("title")
                self.skipped.append(
                    SkippedEntry(title if isinstance(title, str) else "", str(error), file, record.line)
                )
                return
        self.records.append(data)
        self.lines.append((file, record.line))

    def reject_file(self, file: str, inode: int, reason: str) -> None:
        """Report a file that is not read, once for each reason."""
        mark = [inode, REJECTED, reason]
        if self.file_offsets.get(file) != mark:
            self.file_offsets[file] = mark
            self.skipped.append(SkippedEntry(file, reason))


@register("watched", "Watched file or folder of JSONL", location="path")
def fetch_watched_files(source: Source, client: httpx2.Client) -> FetchResult:
    """Return the records added since the last poll; `client` is not used. Errors: SourceError."""
    path = Path(source.path)
    files = _list_files(path)
    batch = Batch(_drop_missing(source.file_offsets, files))
    for file in files:
        if batch.is_full:
            batch.has_more = True
            break
        try:
            _add_file(file, batch, is_alone=file == path)
        except OSError as error:
            batch.problems.append(f"{file}: can't be opened ({error.strerror or error}); check its permissions.")
        except SourceError as error:
            batch.problems.append(str(error))
    is_unchanged = batch.file_offsets == source.file_offsets
    # A bad file does not delay the others: its problem is reported once they have nothing new.
    if batch.problems and is_unchanged:
        raise SourceError(batch.problems[0])
    return FetchResult(
        batch.records,
        batch.skipped,
        warnings=[
            SkippedEntry(file, f"{', '.join(list(names)[:MAX_IGNORED])}: ignored, because no field has such a name.")
            for file, names in batch.ignored.items()
            if names
        ],
        lines=batch.lines,
        file_offsets=batch.file_offsets,
        has_more=batch.has_more,
        is_unchanged=is_unchanged,
    )


def _list_files(path: Path) -> list[Path]:
    """Return the file, or the entries of the folder by name. Errors: SourceError."""
    try:
        if not path.is_dir():
            path.stat()
            return [path]
        with os.scandir(path) as entries:
            names = [entry.name for entry in entries if not entry.name.startswith(".")]
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(
            f"{path}: can't be opened ({reason}); give a file or folder that `ingest` has permission for."
        ) from error
    names = [name for name in names if not name.endswith(HALF_COPIED)]
    if len(names) > MAX_FILES:
        raise SourceError(f"{path}: holds {len(names):,} files; at most {MAX_FILES:,} are watched, move old ones away.")
    return [path / name for name in sorted(names)]


def _drop_missing(file_offsets: dict[str, Any], files: list[Path]) -> dict[str, Any]:
    # Offsets are few: keep all. A folder that is empty for a moment (not mounted) must not be ingested again.
    if len(file_offsets) <= 2 * MAX_FILES:
        return dict(file_offsets)
    return {file.name: file_offsets[file.name] for file in files if file.name in file_offsets}


def _add_file(path: Path, batch: Batch, *, is_alone: bool) -> None:
    """Add the new records of a file to the batch, or the reason why it is not read. Errors: OSError, SourceError."""
    if not is_alone and (path.is_dir() or not path.name.endswith(SUFFIXES)):
        reason = "is a folder; add a source with its path"
        if not path.is_dir():
            reason = f"does not end in {' or '.join(SUFFIXES)}; rename it, or import it with manage.py import_items"
        batch.reject_file(path.name, path.lstat().st_ino, f"{reason}.")
        return
    with _open_regular(path) as (file, file_stat):
        try:
            _add_records(path.name, file, file_stat, batch)
        except FileFormatError as error:
            if is_alone:
                raise SourceError(f"{path}: {error}") from error
            batch.reject_file(path.name, file_stat.st_ino, str(error))


def _add_records(name: str, file: BinaryIO, file_stat: os.stat_result, batch: Batch) -> None:
    """Add the new records of an open file. Errors: OSError, FileFormatError."""
    inode, start, *rest = batch.file_offsets.get(name, (file_stat.st_ino, 0, 0))
    if inode != file_stat.st_ino or not 0 <= start <= file_stat.st_size:
        start, rest = 0, [0]
    if file_stat.st_size == start:
        return
    encoding = check_growing_file(file, is_new=start == 0, is_title=batch.mapping.is_title)
    lines = LineReader(file, encoding)
    # Earlier versions stored no line.
    lines.seek(FileOffset(_get_line(file, encoding, start, rest[0] if rest else _count_lines(lines, start)), start))
    end = lines.current_offset
    for record in parse_jsonl(lines):
        size_bytes = record.end.offset - end.offset
        if not (isinstance(record.data, dict) or lines.is_terminated or size_bytes > MAX_LINE_BYTES):
            break  # its end is not written yet
        batch.add(record, size_bytes, file=name)
        end = record.end
        if batch.is_full:
            batch.has_more = True
            break
    if end.offset != start or inode != file_stat.st_ino:
        batch.file_offsets[name] = [file_stat.st_ino, end.offset, end.line]


def _count_lines(lines: LineReader, end: int) -> int:
    lines.seek(FileOffset())
    while lines.current_offset.offset < end and lines.next_raw():
        pass
    return lines.current_offset.line


def _get_line(file: BinaryIO, encoding: str, start: int, line: int) -> int:
    """Return the number of lines before `start`, one less than reached if the last one had no line end yet."""
    unit = UNIT_BYTES.get(encoding, 1)
    before = os.pread(file.fileno(), unit, max(0, start - unit)).decode(encoding, "replace")
    after = os.pread(file.fileno(), unit, start).decode(encoding, "replace")
    is_whole = start == 0 or before == "\n" or (before == "\r" and after != "\n")
    return line if is_whole else line - 1


@contextmanager
def _open_regular(path: Path) -> Iterator[tuple[BinaryIO, os.stat_result]]:
    # Non-blocking: opening a pipe without a writer would wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        file_stat = os.fstat(descriptor)
        if not stat.S_ISREG(file_stat.st_mode):
            raise SourceError(f"{path}: is not a regular file; give a file or folder of JSONL.")
        yield file, file_stat

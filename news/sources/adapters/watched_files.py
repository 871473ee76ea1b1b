"""Watched files: a JSONL file, or a folder of them, of which each poll returns the lines added since the last one.

Files of a folder are processed in the order of their names, only those that end in `.jsonl` or `.ndjson`. The last line
waits until it is complete: until it ends in a newline, or is a JSON object. A file that was replaced (other inode) or
became shorter is processed from its start. Anything but a regular file is refused.
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
from news.sources.record_files.json_records import parse_jsonl
from news.sources.record_files.lines import MAX_LINE_BYTES, FileOffset, LineError, LineReader, Record
from news.sources.registry import register
from news.sources.result import FetchResult

SUFFIXES = (".jsonl", ".ndjson")
MAX_FILES = 10_000  # of a folder
BATCH_RECORDS = 1_000  # of one poll; the next follows at once
BATCH_BYTES = 5_000_000


@dataclass(slots=True)
class Batch:
    """The records of one poll.

    file_offsets: inode and byte offset reached, by file name.
    lines: file and line of each record.
    skipped: lines that hold no record.
    """

    file_offsets: dict[str, Any]
    records: list[Any] = field(default_factory=list)
    lines: list[tuple[str, int]] = field(default_factory=list)
    skipped: list[SkippedEntry] = field(default_factory=list)
    size_bytes: int = 0
    has_more: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether the rest is left to the next poll."""
        return len(self.records) + len(self.skipped) >= BATCH_RECORDS or self.size_bytes >= BATCH_BYTES

    def add(self, record: Record, size_bytes: int, *, file: str, line: int) -> None:
        """Add a record of a file, or a line that holds none; `line` is 0 if its number is not known."""
        self.size_bytes += size_bytes
        if record.problem:
            self.skipped.append(SkippedEntry("", record.problem, file, line))
        else:
            self.records.append(record.data)
            self.lines.append((file, line))


@register("watched", "Watched file or folder of JSONL", location="path")
def fetch_watched_files(source: Source, client: httpx2.Client) -> FetchResult:
    """Return the records added since the last poll; `client` is not used. Errors: SourceError."""
    files = _list_files(Path(source.path))
    batch = Batch(_drop_missing(source.file_offsets, files))
    for file in files:
        if batch.is_full:
            batch.has_more = True
            break
        try:
            _add_records(file, batch)
        except OSError as error:
            batch.problems.append(f"{file}: can't be opened ({error.strerror or error}); check its permissions.")
        except LineError as error:
            batch.problems.append(f"{file}: {error}")
        except SourceError as error:
            batch.problems.append(str(error))
    is_unchanged = batch.file_offsets == source.file_offsets
    # A bad file does not delay the others: its problem is reported once they have nothing new.
    if batch.problems and is_unchanged:
        raise SourceError(batch.problems[0])
    return FetchResult(
        batch.records,
        batch.skipped,
        lines=batch.lines,
        file_offsets=batch.file_offsets,
        has_more=batch.has_more,
        is_unchanged=is_unchanged,
    )


def _list_files(path: Path) -> list[Path]:
    """Return the file, or the files of the folder by name. Errors: SourceError."""
    try:
        if not path.is_dir():
            path.stat()
            return [path]
        with os.scandir(path) as entries:
            names = [entry.name for entry in entries if entry.name.endswith(SUFFIXES) and entry.name[0] != "."]
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(
            f"{path}: can't be opened ({reason}); give a file or folder that `ingest` has permission for."
        ) from error
    if len(names) > MAX_FILES:
        raise SourceError(f"{path}: holds {len(names):,} files; at most {MAX_FILES:,} are watched, move old ones away.")
    return [path / name for name in sorted(names)]


def _drop_missing(file_offsets: dict[str, Any], files: list[Path]) -> dict[str, Any]:
    # Offsets are few: keep all. A folder that is empty for a moment (not mounted) must not be ingested again.
    if len(file_offsets) <= 2 * MAX_FILES:
        return dict(file_offsets)
    return {file.name: file_offsets[file.name] for file in files if file.name in file_offsets}


def _add_records(path: Path, batch: Batch) -> None:
    """Add the new records of a file to the batch. Errors: OSError, LineError, SourceError."""
    with _open_regular(path) as (file, file_stat):
        inode, start = batch.file_offsets.get(path.name, (file_stat.st_ino, 0))
        if inode != file_stat.st_ino or file_stat.st_size < start:
            start = 0
        if file_stat.st_size == start:
            return
        lines = LineReader(file)
        lines.seek(FileOffset(1 if start else 0, start))
        end = start
        for record in parse_jsonl(lines):
            if not _is_complete(record, end, file):
                break
            # Where an earlier poll stopped in the file, its lines were not counted.
            batch.add(record, record.end.offset - end, file=path.name, line=0 if start else record.line)
            end = record.end.offset
            if batch.is_full:
                batch.has_more = True
                break
        if end != start or inode != file_stat.st_ino:
            batch.file_offsets[path.name] = [file_stat.st_ino, end]


def _is_complete(record: Record, start: int, file: BinaryIO) -> bool:
    """Return whether the line at byte offset `start` can't grow: it has its newline, is an object, or is too long."""
    if isinstance(record.data, dict) or record.end.offset - start > MAX_LINE_BYTES:
        return True
    return os.pread(file.fileno(), 1, record.end.offset - 1) == b"\n"


@contextmanager
def _open_regular(path: Path) -> Iterator[tuple[BinaryIO, os.stat_result]]:
    # Non-blocking: opening a pipe without a writer would wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        file_stat = os.fstat(descriptor)
        if not stat.S_ISREG(file_stat.st_mode):
            raise SourceError(f"{path}: is not a regular file; give a file or folder of JSONL.")
        yield file, file_stat

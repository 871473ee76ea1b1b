"""A file of JSONL, or a folder of such files, read on from where it was left.

A folder's files are read in the order of their names, `.jsonl` and `.ndjson` only; what is added to one later is read
too. The last line waits until it is whole: until its line end comes, or it is a JSON object as it stands. A file that
another has taken the place of, or that became shorter, is read from its beginning. Refuses what is no regular file.
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
from news.sources.http.client import SourceError
from news.sources.record_files import MAX_LINE_BYTES, FileOffset, LineError, LineReader, Record, parse_jsonl
from news.sources.result import FetchResult

SUFFIXES = (".jsonl", ".ndjson")
MAX_FILES = 10_000  # of a folder
BATCH_RECORDS = 1_000  # of one poll; the next follows at once
BATCH_BYTES = 5_000_000


@dataclass(slots=True)
class Batch:
    """What one poll takes, and where in each file it ends: `position` maps a file's name to its inode and offset."""

    position: dict[str, Any]
    records: list[Any] = field(default_factory=list)
    skipped: int = 0
    size: int = 0  # bytes
    has_more: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Say whether the rest is left to the next poll."""
        return len(self.records) + self.skipped >= BATCH_RECORDS or self.size >= BATCH_BYTES


def fetch_watched_files(source: Source, client: httpx2.Client) -> FetchResult:
    """Read what was added since the last poll; `client` is not used. Errors: SourceError."""
    path = Path(source.path)
    files = _list_files(path)
    batch = Batch(_without_gone(source.file_offsets, files))
    for file in files:
        if batch.is_full:
            batch.has_more = True
            break
        try:
            _read_file(file, batch)
        except OSError as error:
            batch.problems.append(f"{file}: can't be read ({error.strerror or error}); check its permissions.")
        except LineError as error:
            batch.problems.append(f"{file}: {error}")
        except SourceError as error:
            batch.problems.append(str(error))
    # A file that can't be read holds up none of the others, and is told of when nothing else is left.
    if batch.problems and batch.position == source.file_offsets:
        raise SourceError(batch.problems[0])
    is_unchanged = batch.position == source.file_offsets
    return FetchResult(
        batch.records,
        batch.skipped,
        position=batch.position,
        has_more=batch.has_more,
        is_unchanged=is_unchanged,
    )


def _list_files(path: Path) -> list[Path]:
    """Return the files to read, in the order of their names."""
    try:
        if not path.is_dir():
            path.stat()
            return [path]
        with os.scandir(path) as entries:
            names = [entry.name for entry in entries if entry.name.endswith(SUFFIXES) and entry.name[0] != "."]
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"{path}: can't be read ({reason}); give a file or folder that `ingest` may read.") from error
    if len(names) > MAX_FILES:
        raise SourceError(f"{path}: holds {len(names):,} files; move those that were read, {MAX_FILES:,} are watched.")
    return [path / name for name in sorted(names)]


def _without_gone(position: dict[str, Any], files: list[Path]) -> dict[str, Any]:
    # Kept as long as they are few: a folder that is empty for a moment (not mounted) must not be read again in full.
    if len(position) <= 2 * MAX_FILES:
        return dict(position)
    return {file.name: position[file.name] for file in files if file.name in position}


def _read_file(path: Path, batch: Batch) -> None:
    """Add a file's new entries to the batch."""
    with _open_regular(path) as (file, state):
        inode, offset = batch.position.get(path.name, (state.st_ino, 0))
        if inode != state.st_ino or state.st_size < offset:
            offset = 0
        if state.st_size == offset:
            return
        lines = LineReader(file)
        lines.go_to(FileOffset(1 if offset else 0, offset))
        end = offset
        for entry in parse_jsonl(lines):
            if not _is_whole(entry, end, file):
                break
            _take(entry, batch, entry.end.offset - end)
            end = entry.end.offset
            if batch.is_full:
                batch.has_more = True
                break
        if end != offset or inode != state.st_ino:
            batch.position[path.name] = [state.st_ino, end]


def _take(entry: Record, batch: Batch, size: int) -> None:
    batch.size += size
    if entry.problem:
        batch.skipped += 1
    else:
        batch.records.append(entry.record)


def _is_whole(entry: Record, start: int, file: BinaryIO) -> bool:
    """Say whether an entry's line is over: it has its end, could not be a longer object, or is too long anyway."""
    if isinstance(entry.record, dict) or entry.end.offset - start > MAX_LINE_BYTES:
        return True
    return os.pread(file.fileno(), 1, entry.end.offset - 1) == b"\n"


@contextmanager
def _open_regular(path: Path) -> Iterator[tuple[BinaryIO, os.stat_result]]:
    # Not blocking: opening a pipe that nobody writes into would wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise SourceError(f"{path}: is no regular file; give a file or folder of JSONL.")
        yield file, state

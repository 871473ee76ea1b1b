"""Import headlines from a JSONL or CSV file.

Invalid lines are reported by number and skipped. An interrupted run resumes where it stopped. A file that is not UTF-8,
has no records or no title column is rejected.
"""

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from tqdm import tqdm

from news.ingest.pipeline import ingest_records
from news.sources.record_files import FileOffset, LineError, LineReader, Record, parse_csv, parse_jsonl

BATCH_BYTES = 8_000_000  # bounds the memory of a batch of long lines
MAX_BATCH = 10_000
FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}


@dataclass(slots=True)
class Progress:
    """How far a file has been imported, the counts, and the version of the file (size and time)."""

    size: int
    mtime_ns: int
    format: str
    line: int = 0
    offset: int = 0
    imported: int = 0
    duplicates: int = 0
    rejected: int = 0


class Command(BaseCommand):
    help = "Import headlines from a JSONL or CSV file. Invalid lines are reported and skipped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="JSONL or CSV file in UTF-8")
        parser.add_argument("--format", choices=["jsonl", "csv"], help="default: by the file's extension")
        parser.add_argument("--source", default="import", help="source of records without one (default: import)")
        parser.add_argument("--batch", type=int, default=1000, help="records in one transaction (default: 1000)")

    def handle(self, *, file: Path, source: str, batch: int, **options: Any) -> None:
        started = time.monotonic()
        file_format = options["format"] or FORMATS.get(file.suffix.lower())
        if file_format is None:
            raise CommandError(f"{file}: unknown extension; give --format jsonl or --format csv.")
        if not 1 <= batch <= MAX_BATCH:
            raise CommandError(f"--batch={batch}: must be 1 to {MAX_BATCH:,}; leave it out for 1,000.")
        if not (source.strip() and source.isprintable() and len(source) <= 100):
            raise CommandError(
                f"--source={source[:60]!r}: must be 1 to 100 printable characters; leave it out for 'import'."
            )
        try:
            with file.open("rb") as opened:
                progress = self._import(file, opened, file_format, source=source, batch=batch)
        except OSError as error:
            raise CommandError(
                f"{file}: can't be read ({error.strerror or error}); give a JSONL or CSV file."
            ) from error
        except LineError as error:
            raise CommandError(f"{file}: {error}") from error
        counts = f"imported={progress.imported} duplicates={progress.duplicates} rejected={progress.rejected}"
        self.stdout.write(f"{counts} seconds={time.monotonic() - started:.1f}")
        if not progress.imported + progress.duplicates:
            raise CommandError(f"{file}: none of its {progress.rejected} records is valid; the reasons are above.")

    def _import(self, path: Path, file: BinaryIO, file_format: str, *, source: str, batch: int) -> Progress:
        stat = os.fstat(file.fileno())
        lines = LineReader(file)
        records = parse_csv(lines) if file_format == "csv" else parse_jsonl(lines)
        progress = self._resume(path, lines, Progress(stat.st_size, stat.st_mtime_ns, file_format))
        bar = tqdm(
            total=stat.st_size, initial=progress.offset, unit="B", unit_scale=True, disable=None, file=sys.stderr
        )
        can_save = True
        try:
            with bar:
                for record_batch in _split_batches(records, start=lines.current_offset, size=batch):
                    self._ingest(record_batch, source=source, progress=progress)
                    bar.update(progress.offset - bar.n)
                    can_save = can_save and self._save(path, progress)
        except (DatabaseError, KeyboardInterrupt) as error:
            reason = str(error) or "interrupted"
            raise CommandError(f"{path}: stopped after line {progress.line}: {reason}; run again to resume.") from error
        if not progress.line:
            raise CommandError(f"{path}: holds no records; give a file with one headline per line.")
        if can_save:
            _get_progress_path(path).unlink(missing_ok=True)
        return progress

    def _ingest(self, records: list[Record], *, source: str, progress: Progress) -> None:
        """Ingest a batch, report the rejected records, and update the progress."""
        readable = [record for record in records if not record.problem]
        result = ingest_records([record.data for record in readable], source=source)
        rejected = [(record.line, record.problem) for record in records if record.problem]
        rejected += [(readable[rejection.index].line, rejection.detail) for rejection in result.rejected]
        with tqdm.external_write_mode(file=sys.stderr):
            for line, detail in sorted(rejected):
                self.stderr.write(f"line {line}: {detail}")
        progress.imported += len(result.created)
        progress.duplicates += result.duplicates
        progress.rejected += len(rejected)
        progress.line, progress.offset = records[-1].end.line, records[-1].end.offset

    def _resume(self, path: Path, lines: LineReader, initial: Progress) -> Progress:
        """Return the saved progress of the same version of the file, and go to its offset; otherwise `initial`."""
        try:
            saved = Progress(**orjson.loads(_get_progress_path(path).read_bytes()))
            counts = (saved.imported, saved.duplicates, saved.rejected)
            is_usable = (
                (saved.size, saved.mtime_ns, saved.format) == (initial.size, initial.mtime_ns, initial.format)
                and 0 < saved.line <= saved.offset <= saved.size
                and all(isinstance(count, int) and count >= 0 for count in (saved.line, saved.offset, *counts))
            )
        except (OSError, ValueError, TypeError):
            return initial
        if not is_usable:
            return initial
        self.stderr.write(f"{path}: resuming after line {saved.line}, where an earlier run stopped.")
        lines.seek(FileOffset(saved.line, saved.offset))
        return saved

    def _save(self, path: Path, progress: Progress) -> bool:
        """Save the progress beside the file. Returns False, after a warning, if that fails."""
        progress_path = _get_progress_path(path)
        temporary_path = progress_path.with_name(progress_path.name + ".new")
        try:
            temporary_path.write_bytes(orjson.dumps(asdict(progress)))
            temporary_path.replace(progress_path)
        except OSError as error:
            reason = error.strerror
            self.stderr.write(f"{progress_path}: can't be written ({reason}); if interrupted, the import starts over.")
            return False
        return True


def _get_progress_path(path: Path) -> Path:
    return path.with_name(path.name + ".progress")


def _split_batches(records: Iterable[Record], *, start: FileOffset, size: int) -> Iterator[list[Record]]:
    """Yield batches of up to `size` records and about BATCH_BYTES; the first begins at `start`."""
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) == size or record.end.offset - start.offset >= BATCH_BYTES:
            yield batch
            batch, start = [], record.end
    if batch:
        yield batch

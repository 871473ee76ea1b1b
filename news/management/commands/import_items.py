"""Import headlines from a JSONL or CSV file.

A line that can't be used is reported by its number and left out; a run that was stopped goes on where it was. A file
in another encoding than UTF-8, without records, or without a title column is refused.
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

BATCH_BYTES = 8_000_000  # a batch of long lines ends here, so that it fits in memory
MAX_BATCH = 10_000
FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}


@dataclass(slots=True)
class Progress:
    """How far a file is in the log, what came of it, and which state of the file that was."""

    size: int
    mtime_ns: int
    format: str
    line: int = 0
    offset: int = 0
    imported: int = 0
    duplicates: int = 0
    rejected: int = 0


class Command(BaseCommand):
    help = "Import headlines from a JSONL or CSV file. Lines that can't be used are reported, the rest is imported."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=["jsonl", "csv"], help="default: by the file's extension")
        parser.add_argument("--source", default="import", help="for records that name none (default: import)")
        parser.add_argument("--batch", type=int, default=1000, help="records in one transaction (default: 1000)")

    def handle(self, *, file: Path, source: str, batch: int, **options: Any) -> None:
        started = time.monotonic()
        kind = options["format"] or FORMATS.get(file.suffix.lower())
        if kind is None:
            raise CommandError(f"{file}: its name does not tell the format; give --format jsonl or --format csv.")
        if not 1 <= batch <= MAX_BATCH:
            raise CommandError(f"--batch={batch}: must be 1 to {MAX_BATCH:,}; leave it out for 1,000.")
        if not (source.strip() and source.isprintable() and len(source) <= 100):
            raise CommandError(f"--source={source[:60]!r}: must be 1 to 100 printable characters.")
        try:
            with file.open("rb") as opened:
                progress = self._import(file, opened, kind, source=source, batch=batch)
        except OSError as error:
            raise CommandError(
                f"{file}: can't be read ({error.strerror or error}); give a JSONL or CSV file."
            ) from error
        except LineError as error:
            raise CommandError(f"{file}: {error}") from error
        counts = f"imported={progress.imported} duplicates={progress.duplicates} rejected={progress.rejected}"
        self.stdout.write(f"{counts} seconds={time.monotonic() - started:.1f}")
        if not progress.imported + progress.duplicates:
            raise CommandError(f"{file}: none of its {progress.rejected} records could be used; the reasons are above.")

    def _import(self, path: Path, file: BinaryIO, kind: str, *, source: str, batch: int) -> Progress:
        state = os.fstat(file.fileno())
        lines = LineReader(file)
        entries = parse_csv(lines) if kind == "csv" else parse_jsonl(lines)
        progress = self._resume(path, lines, Progress(state.st_size, state.st_mtime_ns, kind))
        bar = tqdm(
            total=state.st_size, initial=progress.offset, unit="B", unit_scale=True, disable=None, file=sys.stderr
        )
        can_save = True
        try:
            with bar:
                for entry_batch in _cut(entries, lines.current_offset, batch):
                    self._take(entry_batch, source, progress)
                    bar.update(progress.offset - bar.n)
                    can_save = can_save and self._save(path, progress)
        except (DatabaseError, KeyboardInterrupt) as error:
            why = str(error) or "interrupted"
            raise CommandError(f"{path}: stopped after line {progress.line}: {why}; run again to go on.") from error
        if not progress.line:
            raise CommandError(f"{path}: holds no records; give a file with one headline in each line.")
        if can_save:
            _sidecar(path).unlink(missing_ok=True)
        return progress

    def _take(self, entries: list[Record], source: str, progress: Progress) -> None:
        """Ingest a batch, report what is rejected, and move the progress on."""
        readable = [entry for entry in entries if not entry.problem]
        receipt = ingest_records([entry.data for entry in readable], source=source)
        rejected = [(entry.line, entry.problem) for entry in entries if entry.problem]
        rejected += [(readable[rejection.index].line, rejection.detail) for rejection in receipt.rejected]
        with tqdm.external_write_mode(file=sys.stderr):
            for line, detail in sorted(rejected):
                self.stderr.write(f"line {line}: {detail}")
        progress.imported += len(receipt.created)
        progress.duplicates += receipt.duplicates
        progress.rejected += len(rejected)
        progress.line, progress.offset = entries[-1].end.line, entries[-1].end.offset

    def _resume(self, path: Path, lines: LineReader, fresh: Progress) -> Progress:
        """Return the progress of an earlier run on the same state of the file, and go there; else `fresh`."""
        try:
            saved = Progress(**orjson.loads(_sidecar(path).read_bytes()))
            counts = (saved.imported, saved.duplicates, saved.rejected)
            is_usable = (
                (saved.size, saved.mtime_ns, saved.format) == (fresh.size, fresh.mtime_ns, fresh.format)
                and 0 < saved.line <= saved.offset <= saved.size
                and all(isinstance(count, int) and count >= 0 for count in (saved.line, saved.offset, *counts))
            )
        except (OSError, ValueError, TypeError):
            return fresh
        if not is_usable:
            return fresh
        self.stderr.write(f"{path}: going on after line {saved.line}, where an earlier run stopped.")
        lines.seek(FileOffset(saved.line, saved.offset))
        return saved

    def _save(self, path: Path, progress: Progress) -> bool:
        sidecar = _sidecar(path)
        draft = sidecar.with_name(sidecar.name + ".new")
        try:
            draft.write_bytes(orjson.dumps(asdict(progress)))
            draft.replace(sidecar)
        except OSError as error:
            self.stderr.write(f"{sidecar}: can't be written ({error.strerror}); a stopped import will start afresh.")
            return False
        return True


def _sidecar(path: Path) -> Path:
    return path.with_name(path.name + ".progress")


def _cut(entries: Iterable[Record], place: FileOffset, size: int) -> Iterator[list[Record]]:
    """Yield batches of up to `size` entries and about BATCH_BYTES; `place` is where the first begins."""
    batch: list[Record] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == size or entry.end.offset - place.offset >= BATCH_BYTES:
            yield batch
            batch, place = [], entry.end
    if batch:
        yield batch

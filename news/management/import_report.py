"""What `import_items` prints: how it reads the file, the lines that it rejects, and a summary."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

import orjson
from django.core.management.base import OutputWrapper
from tqdm import tqdm

from news.sources.file_import import RejectedLine
from news.sources.import_progress import ImportProgress, KindCount

MAX_LISTED = 1_000  # rejected lines that are printed
MIN_COUNTED = 10  # rejected lines from which on they are counted by reason, too
MAX_NAMES = 20  # of ignored columns


class ImportReport:
    """Prints to the streams of a command.

    rejects: an open file that gets all rejected lines, as JSON Lines; None if none is wanted.
    """

    def __init__(self, stdout: OutputWrapper, stderr: OutputWrapper) -> None:
        self.rejects: TextIO | None = None
        self._stdout = stdout
        self._stderr = stderr
        self._listed = 0

    def open_rejects(self, path: Path, *, is_resumed: bool) -> TextIO:
        """Open the file for rejected lines; a resumed import appends to it. Errors: OSError."""
        self.rejects = path.open("a" if is_resumed else "w", encoding="utf-8")
        return self.rejects

    def print_warning(self, text: str) -> None:
        """Print a line to the error stream, above the progress bar."""
        with tqdm.external_write_mode(file=sys.stderr):
            self._stderr.write(text)

    def print_mapping(self, title: str, lines: Sequence[str]) -> None:
        """Print how a file is read."""
        self._stdout.write(title)
        for line in lines:
            self._stdout.write(f"  {line}")

    def add_rejected(self, lines: Sequence[RejectedLine]) -> None:
        """Print the rejected lines of a batch, and write them to the file for them."""
        listed = lines[: max(0, MAX_LISTED - self._listed)]
        for line in listed:
            number = f", record {line.record.number}" if line.record.number else ""
            self.print_warning(f"line {line.record.line}{number}: {line.reason}")
        if self._listed <= MAX_LISTED < self._listed + len(lines):
            self.print_warning("Further rejected lines are only counted; give --rejects FILE to get all of them.")
        self._listed += len(lines)
        if self.rejects is not None:
            self.rejects.writelines(_format_rejected(line) for line in lines)
            self.rejects.flush()

    def print_summary(self, progress: ImportProgress, *, seconds: float) -> None:
        """Print what became of the records, and the numbers as the last line."""
        if progress.rejected >= MIN_COUNTED:
            self._print_kinds("rejected", progress.rejections)
        if progress.warnings:
            self._print_kinds("warnings", progress.warnings)
        if progress.ignored:
            self._stdout.write(f"ignored: {_format_ignored(progress.ignored)}")
        if progress.historical:
            self._stdout.write(
                f"historical: {progress.historical:,} items; streams skip them unless they ask for include=historical, "
                "and --announce sends old items live"
            )
        if progress.updated:
            self._stdout.write(
                f"updated: {progress.updated:,} records; they correct items of their source with the same external_id, "
                "and --column external_id= leaves ids out"
            )
        if progress.imported:
            self._stdout.write(f"import {progress.run}: `manage.py import_items --undo {progress.run}` takes it back")
        counts = {
            "imported": progress.imported,
            "duplicates": progress.duplicates,
            "rejected": progress.rejected,
            "historical": progress.historical,
            "live": progress.imported - progress.historical,
            "warnings": sum(kind.count for kind in progress.warnings.values()),
            "updated": progress.updated,
            "seconds": f"{seconds:.1f}",
        }
        self._stdout.write(" ".join(f"{name}={count}" for name, count in counts.items()))

    def _print_kinds(self, title: str, kinds: Mapping[str, KindCount]) -> None:
        self._stderr.write(f"{title}, by kind:")
        for name, kind in sorted(kinds.items(), key=lambda entry: -entry[1].count):
            self._stderr.write(f"  {kind.count:,} x {name}; the first in line {kind.line}: {kind.detail}")


def _format_rejected(line: RejectedLine) -> str:
    record = {"line": line.record.line, "reason": line.reason, "record": line.record.data}
    try:
        return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE).decode()
    except orjson.JSONEncodeError:  # halves of surrogate pairs
        record["record"] = ascii(line.record.data)
        return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE).decode()


def _format_ignored(ignored: Mapping[str, int]) -> str:
    most_frequent = sorted(ignored.items(), key=lambda entry: -entry[1])[:MAX_NAMES]
    names = ", ".join(f"{name} ({count:,} records)" for name, count in most_frequent)
    return names + (f" and {len(ignored) - MAX_NAMES} other names" if len(ignored) > MAX_NAMES else "")

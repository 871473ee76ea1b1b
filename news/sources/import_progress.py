"""How far the import of a file has come, kept beside the file so that an interrupted import can continue."""

import hashlib
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

import orjson

EDGE_BYTES = 1 << 16  # of the beginning and end of a file, compared beside its size and time


@dataclass(slots=True)
class KindCount:
    """How often one kind of problem occurred, and the first time: line and text."""

    count: int
    line: int
    detail: str


@dataclass(slots=True)
class ImportProgress:
    """How far a file has been imported, and what became of its records.

    version: of the file; options: of the command. With others, an import starts over.
    run: primary key of the ImportRun.
    rejections, warnings: by kind.
    ignored: records in which a member was ignored, by its name.
    """

    version: str
    options: str
    run: int
    line: int = 0
    offset: int = 0
    imported: int = 0
    historical: int = 0
    duplicates: int = 0
    updated: int = 0
    rejected: int = 0
    rejections: dict[str, KindCount] = field(default_factory=dict)
    warnings: dict[str, KindCount] = field(default_factory=dict)
    ignored: dict[str, int] = field(default_factory=dict)


class ProgressFile:
    """The file in which the progress of an import is kept: `news.csv.progress` beside `news.csv`."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(path.name + ".progress")

    def load(self) -> ImportProgress | None:
        """Return the saved progress, None if there is none that can be read."""
        try:
            saved = ImportProgress(**orjson.loads(self.path.read_bytes()))
            for kinds in (saved.rejections, saved.warnings):
                kinds |= {kind: KindCount(**values) for kind, values in kinds.items()}  # type: ignore[arg-type]
            numbers = (
                saved.run,
                saved.line,
                saved.offset,
                saved.imported,
                saved.historical,
                saved.duplicates,
                saved.updated,
                saved.rejected,
            )
            is_usable = all(isinstance(number, int) and number >= 0 for number in numbers) and saved.line > 0
        except (OSError, ValueError, TypeError, AttributeError):
            return None
        return saved if is_usable else None

    def save(self, progress: ImportProgress) -> None:
        """Save the progress. Errors: OSError."""
        temporary_path = self.path.with_name(self.path.name + ".new")
        temporary_path.write_bytes(orjson.dumps(asdict(progress)))
        temporary_path.replace(self.path)

    def remove(self) -> None:
        """Remove the saved progress, if there is any."""
        self.path.unlink(missing_ok=True)


def get_version(file: BinaryIO) -> str:
    """Return a text that changes when a file does: its size, time, and a checksum of its beginning and end."""
    stat = os.fstat(file.fileno())
    edges = os.pread(file.fileno(), EDGE_BYTES, 0) + os.pread(
        file.fileno(), EDGE_BYTES, max(0, stat.st_size - EDGE_BYTES)
    )
    return f"{stat.st_size} {stat.st_mtime_ns} {hashlib.sha256(edges).hexdigest()[:16]}"

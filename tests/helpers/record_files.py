"""Read the records of files without importing them."""

from pathlib import Path

from news.sources.record_files.columns import ColumnMapping
from news.sources.record_files.lines import Record
from news.sources.record_files.opening import ReadOptions, open_record_file


def parse_records(path: Path, **options: str) -> list[Record]:
    """Return the records of a file."""
    with open_record_file(path, ReadOptions(**options), is_title=ColumnMapping().is_title) as record_file:
        return list(record_file.parse_records())


def write_lines(path: Path, *lines: str | bytes) -> Path:
    """Write lines to a file and return its path."""
    path.write_bytes(b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines))
    return path


def titles_and_problems(records: list[Record]) -> list[tuple[int, str]]:
    """Return the line of each record, and its problem or else its title."""
    return [(record.line, record.problem or record.data["title"]) for record in records]  # type: ignore[index]

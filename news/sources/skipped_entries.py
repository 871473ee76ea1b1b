"""The list of the newest skipped entries that a source keeps for its operator: `Source.last_skipped`."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from common.time import format_time
from news.ingest.pipeline import BatchResult
from news.sources.entries import SkippedEntry
from news.sources.result import FetchResult

MAX_ROWS = 20
MAX_NOTES = 5  # of one poll, so that they leave room for skipped entries
MAX_TITLE_CHARACTERS, MAX_REASON_CHARACTERS = 200, 400


def list_skipped(result: FetchResult, batch: BatchResult) -> list[SkippedEntry]:
    """Return what a poll skipped: entries without a record, and records that were rejected."""
    return [
        *result.skipped,
        *(_describe_record(result, rejected.index, rejected.detail) for rejected in batch.rejected),
    ]


def list_notes(result: FetchResult, batch: BatchResult) -> list[SkippedEntry]:
    """Return what a poll could not use in entries that it took: the first date, then others, MAX_NOTES at most."""
    notes = []
    for index, problem in list(result.undated.items())[:1]:
        note = _describe_record(result, index, f"{problem} The time of arrival is kept instead.")
        notes.append(replace(note, count=len(result.undated)))
    warnings = [_describe_record(result, warning.index, warning.detail) for warning in batch.warnings[:MAX_NOTES]]
    return [*notes, *result.warnings, *warnings][:MAX_NOTES]


def merge_rows(
    rows: object, entries: Sequence[SkippedEntry], notes: Iterable[SkippedEntry], *, now: datetime
) -> list[dict[str, Any]]:
    """Return the rows of a source after a poll, the newest first, MAX_ROWS at most.

    rows: those before the poll. What is skipped at every poll stays one row, with the newest time and count.
    """
    # Notes first: a feed whose entries are mostly skipped would hide them.
    new_rows = [_make_row(note, now, is_kept=True) for note in notes]
    new_rows += [_make_row(entry, now, is_kept=False) for entry in reversed(entries[-MAX_ROWS:])]
    merged: dict[tuple[object, ...], dict[str, Any]] = {}
    for row in [*new_rows, *(rows if isinstance(rows, list) else [])]:
        merged.setdefault(tuple(row.get(name) for name in ("title", "reason", "file", "line")), row)
        if len(merged) == MAX_ROWS:
            break
    return list(merged.values())


def _describe_record(result: FetchResult, index: int, detail: str) -> SkippedEntry:
    file, line = result.lines[index] if result.lines else ("", 0)
    return SkippedEntry(_find_title(result.records[index]), detail, file, line)


def _find_title(record: object) -> str:
    if not isinstance(record, dict):
        return str(record)[:MAX_TITLE_CHARACTERS]
    values: Sequence[object] = [record.get(name) for name in ("title", "headline", "url", "external_id")]
    return next((value for value in values if isinstance(value, str) and value), "")


def _make_row(entry: SkippedEntry, now: datetime, *, is_kept: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "time": format_time(now),
        "title": _clean(entry.title, MAX_TITLE_CHARACTERS),
        "reason": _clean(entry.reason, MAX_REASON_CHARACTERS),
        "is_kept": is_kept,
    }
    if entry.count > 1:
        row["count"] = entry.count
    return row | ({"file": _clean(entry.file, MAX_TITLE_CHARACTERS), "line": entry.line} if entry.line else {})


def _clean(text: str, max_length: int) -> str:
    """Return a text that may quote a server, cut, and without characters that can't be printed or stored."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:max_length])

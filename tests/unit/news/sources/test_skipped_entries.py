from datetime import UTC, datetime, timedelta

from news.ingest.pipeline import BatchResult, RejectedRecord
from news.sources.entries import SkippedEntry
from news.sources.result import FetchResult
from news.sources.skipped_entries import MAX_ROWS, list_notes, list_skipped, merge_rows

NOW = datetime(2026, 11, 29, 15, tzinfo=UTC)


def merge(rows, *entries, notes=(), now=NOW):
    return merge_rows(rows, entries, notes, now=now)


def test_rows_are_the_newest_with_the_last_of_a_poll_first():
    rows = merge([], *(SkippedEntry(f"A{n}", "bad") for n in range(15)))
    rows = merge(rows, *(SkippedEntry(f"B{n}", "bad") for n in range(10)), now=NOW + timedelta(minutes=5))

    assert [row["title"] for row in rows] == [f"B{n}" for n in range(9, -1, -1)] + [f"A{n}" for n in range(14, 4, -1)]
    assert len(rows) == MAX_ROWS
    assert rows[0] == {"time": "2026-11-29T15:05:00.000Z", "title": "B9", "reason": "bad", "is_kept": False}


def test_entry_that_is_skipped_at_every_poll_is_one_row_with_the_newest_time():
    rows = merge([], SkippedEntry("A", "bad", count=2))
    rows = merge(rows, SkippedEntry("A", "bad", count=3), now=NOW + timedelta(minutes=5))

    assert [(row["title"], row["time"], row["count"]) for row in rows] == [("A", "2026-11-29T15:05:00.000Z", 3)]


def test_notes_come_before_many_skipped_entries():
    rows = merge([], *(SkippedEntry(f"A{n}", "bad") for n in range(30)), notes=[SkippedEntry("N", "odd date")])

    assert (rows[0]["title"], rows[0]["is_kept"], len(rows)) == ("N", True, MAX_ROWS)


def test_row_of_a_file_has_file_and_line():
    [row] = merge([], SkippedEntry("", "is not JSON", "news.jsonl", 7))

    assert (row["file"], row["line"]) == ("news.jsonl", 7)


def test_texts_of_rows_are_cut_and_printable():
    [row] = merge([], SkippedEntry("x\x00\ud800" * 500, "y\n" * 1_000))

    assert (len(row["title"]), len(row["reason"])) == (200, 400)
    assert row["title"].isprintable()


def test_rows_that_are_no_list_are_replaced():
    assert [row["title"] for row in merge({"odd": 1}, SkippedEntry("A", "bad"))] == ["A"]


def test_rejected_records_are_listed_with_title_and_line():
    result = FetchResult(
        [{"title": "A"}, {"headline": "B"}, ["odd"]],
        [SkippedEntry("C", "bad", "f", 2)],
        lines=[("f", 1), ("f", 3), ("f", 4)],
    )
    batch = BatchResult(rejected=[RejectedRecord(1, "ticker: none"), RejectedRecord(2, "is a list")])

    assert list_skipped(result, batch) == [
        SkippedEntry("C", "bad", "f", 2),
        SkippedEntry("B", "ticker: none", "f", 3),
        SkippedEntry("['odd']", "is a list", "f", 4),
    ]


def test_notes_are_the_first_unreadable_date_with_the_number_of_such_entries_and_warnings():
    result = FetchResult(
        [{"title": "A"}, {"title": "B"}],
        undated={0: "date 'x' is odd.", 1: "date 'y' is odd."},
        warnings=[SkippedEntry("B", f"symbol {n}") for n in range(9)],
    )

    notes = list_notes(result, BatchResult())

    assert notes[0] == SkippedEntry("A", "date 'x' is odd. The time of arrival is kept instead.", count=2)
    assert [note.reason for note in notes[1:]] == [f"symbol {n}" for n in range(4)]

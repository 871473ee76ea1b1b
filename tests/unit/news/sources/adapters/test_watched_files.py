import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.models import Item, Source
from news.sources.adapters.watched_files import BATCH_RECORDS, MAX_LINE_BYTES, fetch_watched_files
from news.sources.http.client import SourceError
from news.sources.poll_state import record_failure, record_success
from news.sources.registry import fetch_source
from tests.helpers.paths import ROOT


def line(title, **fields):
    return json.dumps({"title": title, "ticker": "AAPL", **fields}) + "\n"


def append(path, text):
    with path.open("ab") as file:
        file.write(text.encode() if isinstance(text, str) else text)


class WatchedSource:
    """A source without a database; each call returns the titles of its new records."""

    def __init__(self, path):
        self.source = Source(name="inbox", kind="watched", path=str(path))

    def __call__(self):
        result = fetch_watched_files(self.source, None)
        self.source.file_offsets = json.loads(json.dumps(result.file_offsets))
        return [record["title"] if isinstance(record, dict) else record for record in result.records]


def test_poll_of_grown_file_returns_the_new_lines(tmp_path):
    path = tmp_path / "news.jsonl"
    append(path, line("One") + line("Two"))
    poll = WatchedSource(path)

    assert poll() == ["One", "Two"]
    assert poll() == []
    append(path, line("Three"))
    assert poll() == ["Three"]


def test_poll_of_folder_returns_each_line_once_by_file_name(tmp_path):
    append(tmp_path / "2026-01-02.jsonl", line("Second"))
    append(tmp_path / "2026-01-01.ndjson", line("First"))
    append(tmp_path / "notes.txt", line("No news"))
    append(tmp_path / ".half-copied.jsonl", line("Not yet"))
    poll = WatchedSource(tmp_path)

    assert poll() == ["First", "Second"]
    append(tmp_path / "2026-01-03.jsonl", line("Third"))
    append(tmp_path / "2025-12-31.jsonl", line("Late"))
    append(tmp_path / "2026-01-01.ndjson", line("First, again"))
    assert poll() == ["Late", "First, again", "Third"]
    assert poll() == []


def test_poll_of_incomplete_last_line_leaves_it_for_later(tmp_path):
    path = tmp_path / "news.jsonl"
    whole = line("Two")
    append(path, line("One") + whole[:10])
    poll = WatchedSource(path)

    assert poll() == ["One"]
    assert poll() == []
    append(path, whole[10:-1])
    assert poll() == ["Two"]
    append(path, "\n" + line("Three"))
    assert poll() == ["Three"]


@given(st.lists(st.text(alphabet='ab"\\{}ü\u2028 ', min_size=1, max_size=8), min_size=1, max_size=6), st.data())
def test_polls_during_writes_return_each_line_once(tmp_path_factory, titles, data):
    path = tmp_path_factory.mktemp("watched") / "news.jsonl"
    path.touch()
    unwritten = "".join(line(f"title {title}") for title in titles).encode()
    poll, titles_found = WatchedSource(path), []
    while unwritten:
        size = data.draw(st.integers(1, len(unwritten)))
        append(path, unwritten[:size])
        unwritten = unwritten[size:]
        titles_found += poll()

    assert titles_found == [f"title {title}" for title in titles]


def test_poll_of_lines_without_record_skips_and_counts_them(tmp_path):
    path = tmp_path / "news.jsonl"
    append(path, line("One") + "nonsense\n\n" + line("Two", date="17.13.2020") + line("Three"))
    append(path, b"\xff\xfe\n" + b"x" * (MAX_LINE_BYTES + 10) + b"\n" + line("Four").encode())

    result = fetch_watched_files(Source(kind="watched", path=str(path)), None)

    assert [record["title"] for record in result.records] == ["One", "Three", "Four"]
    assert result.lines == [("news.jsonl", 1), ("news.jsonl", 5), ("news.jsonl", 8)]
    assert [(entry.file, entry.line) for entry in result.skipped] == [("news.jsonl", line) for line in (2, 4, 6, 7)]


def test_poll_of_replaced_or_truncated_file_starts_at_its_beginning(tmp_path):
    path, new = tmp_path / "news.jsonl", tmp_path / "new"
    append(path, line("One") + line("Two"))
    poll = WatchedSource(path)
    poll()

    path.write_text(line("Cut"))
    assert poll() == ["Cut"]
    append(new, line("Another file") + line("of the same name") + line("and longer"))
    new.replace(path)
    assert poll() == ["Another file", "of the same name", "and longer"]


def test_poll_of_many_records_returns_one_batch(tmp_path):
    append(tmp_path / "a.jsonl", "".join(line(f"Headline {number}") for number in range(BATCH_RECORDS + 5)))
    append(tmp_path / "b.jsonl", line("Last"))
    source = Source(kind="watched", path=str(tmp_path))

    first = fetch_watched_files(source, None)
    source.file_offsets = first.file_offsets
    second = fetch_watched_files(source, None)

    assert (len(first.records), first.has_more) == (BATCH_RECORDS, True)
    assert (len(second.records), second.has_more) == (6, False)


def test_poll_of_long_lines_returns_a_batch_of_limited_bytes(tmp_path):
    append(tmp_path / "a.jsonl", line("Long", text="x" * 900_000) * 12)

    result = fetch_watched_files(Source(kind="watched", path=str(tmp_path)), None)

    assert len(result.records) == 6
    assert result.has_more


@pytest.mark.parametrize("name", ["missing", "pipe", "folder/pipe.jsonl", "list.jsonl", "\0"])
def test_poll_of_unusable_path_raises_error_with_the_cure(tmp_path, name):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "folder" / "pipe.jsonl")
    (tmp_path / "list.jsonl").write_text(f"[{line('One').strip()}]")
    path = tmp_path / "folder" if name.startswith("folder") else f"{tmp_path}/{name}"

    with pytest.raises(SourceError, match=r"; (give|save|write)"):
        fetch_watched_files(Source(kind="watched", path=str(path)), None)


def test_poll_with_one_unusable_file_returns_the_others_first(tmp_path):
    os.mkfifo(tmp_path / "a.jsonl")
    append(tmp_path / "b.jsonl", line("One"))
    poll = WatchedSource(tmp_path)

    assert poll() == ["One"]
    with pytest.raises(SourceError, match=r"a\.jsonl: is not a regular file"):
        poll()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_polls_of_growing_file_in_any_encoding_return_each_line_with_its_number(tmp_path, encoding, line_end):
    titles = ["Ünë", "Two \U0001f680", "三", "Four"]
    content = "".join(line(title, source={"name": "X"})[:-1] + line_end for title in titles).encode(encoding)
    path = tmp_path / "news.jsonl"
    path.touch()
    source = WatchedSource(path)
    records, lines = [], []
    for start in range(0, len(content), 7):
        append(path, content[start : start + 7])
        result = fetch_watched_files(source.source, None)
        source.source.file_offsets = json.loads(json.dumps(result.file_offsets))
        records += result.records
        lines += result.lines

    assert [(record["title"], record["tickers"], record["source"]) for record in records] == [
        (title, "AAPL", "X") for title in titles
    ]
    assert lines == [("news.jsonl", number) for number in range(1, 5)]


def test_poll_after_update_of_offsets_without_line_counts_the_lines(tmp_path):
    path = tmp_path / "news.jsonl"
    append(path, line("One") + "\n" + line("Two"))
    source = Source(
        kind="watched", path=str(path), file_offsets={"news.jsonl": [path.stat().st_ino, path.stat().st_size]}
    )
    append(path, "nonsense\n")

    (skipped,) = fetch_watched_files(source, None).skipped

    assert (skipped.file, skipped.line) == ("news.jsonl", 4)
    assert skipped.reason.startswith("is not JSON (")


NOT_READ = {
    "a.csv": ("title,ticker\nApple,AAPL\n", "does not end in .jsonl or .ndjson; rename it, or import it with"),
    "b.jsonl": ("title,ticker\nApple,AAPL\n", "is CSV; write one JSON object in each line, or import it with"),
    "c.jsonl": ('[\n{"title": "Apple"}\n]\n', "is a JSON list, or JSON of several lines; write one JSON object"),
    "d.jsonl": ('{\n"title": "Apple"\n}\n', "is a JSON list, or JSON of several lines; write one JSON object"),
    "e.jsonl": (b"\x1f\x8b\x08\0", "is compressed; decompress it, or import it with manage.py import_items."),
    "f.jsonl": (b"PK\x03\x04", "is a ZIP archive or an Excel workbook; extract it, or save"),
    "notes.txt": ("No news", "does not end in .jsonl or .ndjson; rename it"),
    "old": (None, "is a folder; add a source with its path."),
}


def test_poll_of_folder_reports_each_file_that_is_not_read_once(tmp_path):
    for name, (content, _) in NOT_READ.items():
        (tmp_path / name).mkdir() if content is None else append(tmp_path / name, content)
    append(tmp_path / "news.jsonl", line("One"))
    append(tmp_path / "news.jsonl.tmp", line("Half copied"))
    append(tmp_path / ".hidden.jsonl", line("Hidden"))
    poll = WatchedSource(tmp_path)

    result = fetch_watched_files(poll.source, None)
    poll.source.file_offsets = json.loads(json.dumps(result.file_offsets))

    assert [(entry.title, entry.line) for entry in result.skipped] == [(name, 0) for name in NOT_READ]
    for entry in result.skipped:
        assert entry.reason.startswith(NOT_READ[entry.title][1])
    assert [record["title"] for record in result.records] == ["One"]
    assert fetch_watched_files(poll.source, None).skipped == []
    append(tmp_path / "c.jsonl", '{"title": "More"}\n')
    assert fetch_watched_files(poll.source, None).skipped == []
    (tmp_path / "c.jsonl").write_text(line("Mended"))
    assert poll() == ["Mended"]


@pytest.mark.django_db
def test_poll_reports_each_line_that_is_not_taken_at_the_source(tmp_path):
    case = ROOT / "tests/unit/news/sources/adapters/cases/12-watched-skipped-silently.jsonl"
    path = tmp_path / "news.jsonl"
    path.write_text(case.read_text().replace("2026-11-30T05:00:00", "2999-11-30T05:00:00"))
    append(path, line("Apple case W10 symbols", tickers=["AAPL", "?!"], lang="x"))
    source = Source.objects.create(name="inbox", kind="watched", path=str(path))

    source_poll = record_success(source, fetch_source(source, None))

    source.refresh_from_db()
    titles = list(Item.objects.order_by("seq").values_list("title", flat=True))
    assert titles == [f"Apple case {name}" for name in (
        "W1 fine", "W4 long symbol", "W5 epoch", "W6 other name", "W7 source object", "W9 fine", "W10 symbols"
    )]  # fmt: skip
    assert (source_poll.created, source_poll.skipped, source.entries_skipped) == (7, 4, 4)
    rows = {row.get("line", 0): row for row in source.last_skipped}
    assert {number: row["reason"].split(";")[0] for number, row in rows.items() if not row["is_kept"]} == {
        2: "published_at='2999-11-30T05:00:00+00:00': is in the future",
        3: "url='www.example.org/x': is not a web address",
        8: "title='Apple case W8 half \\ud83d': holds half a surrogate pair U+D83D as character 20",
        9: "is not JSON (Expecting value at column 1)",
    }
    assert {row["file"] for number, row in rows.items() if number} == {"news.jsonl"}
    kept = {row["title"]: row["reason"] for row in source.last_skipped if row["is_kept"]}
    assert kept["news.jsonl"] == "lang: ignored, because no field has such a name."
    assert kept["Apple case W10 symbols"].startswith("tickers='?!': ")
    assert not Item.objects.filter(is_historical=True).exists()


@pytest.mark.django_db
def test_poll_announces_old_items_unless_the_record_says_historical(tmp_path):
    append(
        tmp_path / "news.jsonl", line("Old", date="2011-01-31") + line("Archived", date="2011-01-31", historical=True)
    )
    source = Source.objects.create(name="inbox", kind="watched", path=str(tmp_path))

    record_success(source, fetch_source(source, None))

    assert list(Item.objects.order_by("seq").values_list("title", "is_historical")) == [
        ("Old", False),
        ("Archived", True),
    ]


@pytest.mark.django_db
def test_file_offsets_are_stored_with_the_items_only(tmp_path):
    append(tmp_path / "news.jsonl", line("Apple profit rises", external_id="1") + line(""))
    source = Source.objects.create(name="inbox", kind="watched", path=str(tmp_path))
    result = fetch_source(source, None)

    record_failure(source, SourceError("database unavailable"))
    source.refresh_from_db()
    assert source.file_offsets == {}

    source_poll = record_success(source, result)
    source.refresh_from_db()
    assert (source_poll.created, source_poll.skipped) == (1, 1)
    assert source.file_offsets == result.file_offsets
    assert fetch_source(source, None).records == []
    assert Item.objects.get().source == "inbox"


@pytest.mark.parametrize("kind", ["feed", "finnhub", "tiingo", "newsapi"])
def test_fetch_of_kind_with_url_ignores_paths(tmp_path, client, kind):
    path = tmp_path / "news.jsonl"
    append(path, line("One"))

    for url in (str(path), f"file://{path}"):
        with pytest.raises(SourceError, match="is not http or https"):
            fetch_source(Source(name="x", kind=kind, url=url, path=str(path)), client)

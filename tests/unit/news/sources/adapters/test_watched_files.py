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
    append(path, line("One") + "nonsense\n\n" + line("Two").replace("T", "\\ud800") + line("Three"))
    append(path, b"\xff\xfe\n" + b"x" * (MAX_LINE_BYTES + 10) + b"\n" + line("Four").encode())

    result = fetch_watched_files(Source(kind="watched", path=str(path)), None)

    assert [record["title"] for record in result.records] == ["One", "Three", "Four"]
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


@pytest.mark.parametrize("name", ["missing", "pipe", "folder/pipe.jsonl", "utf-16.jsonl", "\0"])
def test_poll_of_unusable_path_raises_error_with_the_cure(tmp_path, name):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "folder" / "pipe.jsonl")
    (tmp_path / "utf-16.jsonl").write_bytes(line("One").encode("utf-16"))
    path = tmp_path / "folder" if name.startswith("folder") else f"{tmp_path}/{name}"

    with pytest.raises(SourceError, match=r"; (give|save)"):
        fetch_watched_files(Source(kind="watched", path=str(path)), None)


def test_poll_with_one_unusable_file_returns_the_others_first(tmp_path):
    os.mkfifo(tmp_path / "a.jsonl")
    append(tmp_path / "b.jsonl", line("One"))
    poll = WatchedSource(tmp_path)

    assert poll() == ["One"]
    with pytest.raises(SourceError, match=r"a\.jsonl: is not a regular file"):
        poll()


@pytest.mark.django_db
def test_file_offsets_are_stored_with_the_items_only(tmp_path):
    append(tmp_path / "news.jsonl", line("Apple profit rises", external_id="1") + line("No ticker", ticker=";"))
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

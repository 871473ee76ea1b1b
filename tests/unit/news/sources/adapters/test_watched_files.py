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


class Watch:
    """A source without a database: each call reads what is new."""

    def __init__(self, path):
        self.source = Source(name="inbox", kind="watched", path=str(path))

    def __call__(self):
        found = fetch_watched_files(self.source, None)
        self.source.file_offsets = json.loads(json.dumps(found.position))
        return [record["title"] if isinstance(record, dict) else record for record in found.records]


def test_a_file_is_read_on_from_where_it_was_left(tmp_path):
    path = tmp_path / "news.jsonl"
    append(path, line("One") + line("Two"))
    read = Watch(path)

    assert read() == ["One", "Two"]
    assert read() == []
    append(path, line("Three"))
    assert read() == ["Three"]


def test_files_of_a_folder_are_read_once_in_the_order_of_their_names(tmp_path):
    append(tmp_path / "2026-01-02.jsonl", line("Second"))
    append(tmp_path / "2026-01-01.ndjson", line("First"))
    append(tmp_path / "notes.txt", line("No news"))
    append(tmp_path / ".half-copied.jsonl", line("Not yet"))
    read = Watch(tmp_path)

    assert read() == ["First", "Second"]
    append(tmp_path / "2026-01-03.jsonl", line("Third"))
    append(tmp_path / "2025-12-31.jsonl", line("Late"))
    append(tmp_path / "2026-01-01.ndjson", line("First, again"))
    assert read() == ["Late", "First, again", "Third"]
    assert read() == []


def test_a_partly_written_last_line_waits(tmp_path):
    path = tmp_path / "news.jsonl"
    whole = line("Two")
    append(path, line("One") + whole[:10])
    read = Watch(path)

    assert read() == ["One"]
    assert read() == []
    append(path, whole[10:-1])
    assert read() == ["Two"]
    append(path, "\n" + line("Three"))
    assert read() == ["Three"]


@given(st.lists(st.text(alphabet='ab"\\{}ü\u2028 ', min_size=1, max_size=8), min_size=1, max_size=6), st.data())
def test_however_a_file_is_written_each_line_is_read_once(tmp_path_factory, titles, data):
    path = tmp_path_factory.mktemp("watched") / "news.jsonl"
    path.touch()
    rest = "".join(line(f"title {title}") for title in titles).encode()
    read, found = Watch(path), []
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        append(path, rest[:size])
        rest = rest[size:]
        found += read()

    assert found == [f"title {title}" for title in titles]


def test_lines_that_hold_no_record_are_skipped_and_counted(tmp_path):
    path = tmp_path / "news.jsonl"
    append(path, line("One") + "nonsense\n\n" + line("Two").replace("T", "\\ud800") + line("Three"))
    append(path, b"\xff\xfe\n" + b"x" * (MAX_LINE_BYTES + 10) + b"\n" + line("Four").encode())

    found = fetch_watched_files(Source(kind="watched", path=str(path)), None)

    assert [record["title"] for record in found.records] == ["One", "Three", "Four"]
    assert found.skipped == 4


def test_a_file_that_was_replaced_or_cut_is_read_from_its_beginning(tmp_path):
    path, new = tmp_path / "news.jsonl", tmp_path / "new"
    append(path, line("One") + line("Two"))
    read = Watch(path)
    read()

    path.write_text(line("Cut"))
    assert read() == ["Cut"]
    append(new, line("Another file") + line("of the same name") + line("and longer"))
    new.replace(path)
    assert read() == ["Another file", "of the same name", "and longer"]


def test_much_is_read_in_parts(tmp_path):
    append(tmp_path / "a.jsonl", "".join(line(f"Headline {number}") for number in range(BATCH_RECORDS + 5)))
    append(tmp_path / "b.jsonl", line("Last"))
    source = Source(kind="watched", path=str(tmp_path))

    first = fetch_watched_files(source, None)
    source.file_offsets = first.position
    second = fetch_watched_files(source, None)

    assert (len(first.records), first.has_more) == (BATCH_RECORDS, True)
    assert (len(second.records), second.has_more) == (6, False)


def test_long_lines_are_read_in_parts_too(tmp_path):
    append(tmp_path / "a.jsonl", line("Long", text="x" * 900_000) * 12)

    found = fetch_watched_files(Source(kind="watched", path=str(tmp_path)), None)

    assert len(found.records) == 6
    assert found.has_more


@pytest.mark.parametrize("name", ["missing", "pipe", "folder/pipe.jsonl", "utf-16.jsonl", "\0"])
def test_what_can_not_be_read_is_an_error_with_the_cure(tmp_path, name):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "folder" / "pipe.jsonl")
    (tmp_path / "utf-16.jsonl").write_bytes(line("One").encode("utf-16"))
    path = tmp_path / "folder" if name.startswith("folder") else f"{tmp_path}/{name}"

    with pytest.raises(SourceError, match=r"; (give|save)"):
        fetch_watched_files(Source(kind="watched", path=str(path)), None)


def test_a_file_that_can_not_be_read_holds_up_none_of_the_others(tmp_path):
    os.mkfifo(tmp_path / "a.jsonl")
    append(tmp_path / "b.jsonl", line("One"))
    read = Watch(tmp_path)

    assert read() == ["One"]
    with pytest.raises(SourceError, match=r"a\.jsonl: is no regular file"):
        read()


@pytest.mark.django_db
def test_the_place_is_kept_after_the_items_and_not_when_they_could_not_be_stored(tmp_path):
    append(tmp_path / "news.jsonl", line("Apple profit rises", external_id="1") + line("No ticker", ticker=";"))
    source = Source.objects.create(name="inbox", kind="watched", path=str(tmp_path))
    harvest = fetch_source(source, None)

    record_failure(source, SourceError("the database was away"))
    source.refresh_from_db()
    assert source.file_offsets == {}

    poll = record_success(source, harvest)
    source.refresh_from_db()
    assert (poll.created, poll.skipped) == (1, 1)
    assert source.file_offsets == harvest.position
    assert fetch_source(source, None).records == []
    assert Item.objects.get().source == "inbox"


@pytest.mark.parametrize("kind", ["feed", "finnhub", "tiingo", "newsapi"])
def test_no_other_kind_takes_a_path(tmp_path, client, kind):
    path = tmp_path / "news.jsonl"
    append(path, line("One"))

    for url in (str(path), f"file://{path}"):
        with pytest.raises(SourceError, match="over http or https"):
            fetch_source(Source(name="x", kind=kind, url=url, path=str(path)), client)

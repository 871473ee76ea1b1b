"""Numbers of the log follow the order of commits, so that a cursor never skips an item that commits late."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections, transaction

from news.ingest.pipeline import ingest
from news.log.reader import select_states_after
from tests.helpers.items import make_headline
from tests.helpers.postgres import is_writer_waiting
from tests.helpers.server import Server
from tests.helpers.sse import Stream

# Programs for `manage.py shell`; each runs in a process of its own.
WRITE = """
import time
from django.db import transaction
from news.ingest.validation import parse_headline
from news.ingest.pipeline import ingest

for number in range({rounds}):
    with transaction.atomic():
        ingest([parse_headline({{"title": f"{name} {{number}}", "ticker": "AAPL"}}, source="test")])
        time.sleep({pause_seconds})
"""
REPORT_STORIES = """
from news.ingest.validation import parse_headline
from news.ingest.pipeline import ingest

forms = ["Tesla recalls {{}} cars over door latch", "Tesla recalling {{}} vehicles on door latch issue"]
for story in range({stories}):
    record = {{"title": forms[{reporter} % 2].format(2 * story + 50), "ticker": "TSLA"}}
    ingest([parse_headline(record, source="source {reporter}")])
"""
READ = """
import json
import time
from news.log.reader import select_states_after

seqs = []
while not seqs or seqs[-1] < {last}:
    seqs += [item.seq for item in select_states_after(seqs[-1] if seqs else 0)]
    time.sleep(0.002)  # leaves a core to the writers
print(json.dumps(seqs))
"""


def write_in_pairs(rounds: int, *, notify: Callable[[], None] = lambda: None) -> None:
    """Append two items a round, the second while the first has its number and is not committed.

    Calls `notify` after each commit.
    """

    def write_second(number: int) -> None:
        ingest([make_headline(f"second {number}")])
        notify()

    with ThreadPoolExecutor(1) as pool:
        for number in range(rounds):
            with transaction.atomic():
                ingest([make_headline(f"first {number}")])
                second = pool.submit(write_second, number)
                assert any(is_writer_waiting() or second.done() for _ in range(10_000))
            notify()
            second.result(60)
        pool.submit(connections.close_all)


@pytest.mark.usefixtures("on_postgres")
def test_select_items_late_commits_skips_nothing() -> None:
    rounds = 1000
    notified, is_done = threading.Event(), threading.Event()

    def follow_log() -> list[int]:
        seqs: list[int] = []
        try:
            while True:
                was_done = is_done.is_set()
                notified.wait(1)
                notified.clear()
                page = select_states_after(seqs[-1] if seqs else 0)
                seqs += [item.seq for item in page]
                if was_done and not page:
                    return seqs
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(follow_log)
        try:
            write_in_pairs(rounds, notify=notified.set)
        finally:
            is_done.set()
        seqs = reader.result(60)

    assert seqs == list(range(1, 2 * rounds + 1))


def test_ingest_sqlite_concurrent_processes_numbers_in_commit_order(
    start_clean_server: Callable[..., Server],
) -> None:
    server = start_clean_server()

    def run(script: str) -> str:
        done = server.manage("shell", "-v0", "-c", script)
        assert done.returncode == 0, done.stderr
        return done.stdout

    with Stream(server.url) as stream, ThreadPoolExecutor(4) as pool:
        stream.receive_kinds("metrics")
        reader = pool.submit(run, READ.format(last=500))
        writers = [
            pool.submit(run, WRITE.format(name=name, rounds=rounds, pause_seconds=pause_seconds))
            for name, rounds, pause_seconds in (("late", 100, 0.005), ("first", 200, 0), ("second", 200, 0))
        ]
        streamed = [item.seq for item in stream.receive_items(500)]
        for writer in writers:
            writer.result(60)
        read = json.loads(reader.result(60))

    assert read == streamed == list(range(1, 501))


@pytest.mark.usefixtures("on_postgres")
def test_stream_concurrent_writers_follows_commit_order(
    start_clean_server: Callable[..., Server], postgres_url: str
) -> None:
    rounds = 100
    server = start_clean_server(DATABASE_URL=postgres_url)
    is_done = threading.Event()

    def open_and_close() -> list[tuple[int, int]]:
        """Open streams one after another; return number and total of the first metrics of each."""
        snapshots = []
        while not is_done.is_set():
            with Stream(server.url) as stream:
                (metrics,) = [event for event in stream.receive_kinds("metrics") if event.kind == "metrics"]
                snapshots.append((metrics.seq, metrics.data["total"]))
        return snapshots

    with Stream(server.url) as stream, ThreadPoolExecutor(1) as pool:
        stream.receive_kinds("metrics")
        joiner = pool.submit(open_and_close)
        try:
            write_in_pairs(rounds)
            items = stream.receive_items(2 * rounds)
        finally:
            is_done.set()
        snapshots = joiner.result(60)

    assert [item.seq for item in items] == list(range(1, 2 * rounds + 1))
    assert len(snapshots) > rounds / 10
    assert all(seq == total for seq, total in snapshots), snapshots


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_ingest_concurrent_processes_append_each_story_once(
    start_clean_server: Callable[..., Server], database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    stories, reporters = 150, 3
    options = {}
    if database == "postgres":
        options["DATABASE_URL"] = request.getfixturevalue("postgres_url")
    server = start_clean_server(**options)

    def report_stories(reporter: int) -> None:
        done = server.manage("shell", "-v0", "-c", REPORT_STORIES.format(stories=stories, reporter=reporter))
        assert done.returncode == 0, done.stderr

    with Stream(server.url) as stream, ThreadPoolExecutor(reporters) as pool:
        stream.receive_kinds("metrics")
        list(pool.map(report_stories, range(reporters)))
        seqs = [item.seq for item in stream.receive_items(stories)]
        (item, *_) = server.call("/api/v2/items?limit=1")[1]["items"]

    assert seqs == list(range(1, stories + 1))
    assert server.call("/api/v2/metrics")[1]["total"] == stories
    assert len(server.call(f"/api/v2/items/{item['item_id']}")[1]["sources"]) == reporters

"""Places in the log are given in the order of commits: who reads by cursor never skips what commits late."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections, transaction

from news.ingest.pipeline import ingest
from news.log.reader import select_items
from tests.helpers.items import make_headline
from tests.helpers.postgres import is_writer_waiting
from tests.helpers.server import Server, migrate
from tests.helpers.sse import Stream

# Run by `manage.py shell`, each in a process of its own.
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
RETELL = """
from news.ingest.validation import parse_headline
from news.ingest.pipeline import ingest

forms = ["Tesla recalls {{}} cars over door latch", "Tesla recalling {{}} vehicles on door latch issue"]
for story in range({stories}):
    record = {{"title": forms[{teller} % 2].format(2 * story + 50), "ticker": "TSLA"}}
    ingest([parse_headline(record, source="source {teller}")])
"""
READ = """
import json
import time
from news.log.reader import select_items

seen = []
while not seen or seen[-1] < {last}:
    seen += [item.seq for item in select_items(seen[-1] if seen else 0)]
    time.sleep(0.002)  # without a pause it would take a core from the writers
print(json.dumps(seen))
"""


def write_in_pairs(rounds: int, *, ring: Callable[[], None] = lambda: None) -> None:
    """Append two items a round, the second while the first has its place in the log and is not committed.

    Calls `ring` after each commit.
    """

    def write_second(number: int) -> None:
        ingest([make_headline(f"second {number}")])
        ring()

    with ThreadPoolExecutor(1) as pool:
        for number in range(rounds):
            with transaction.atomic():
                ingest([make_headline(f"first {number}")])
                second = pool.submit(write_second, number)
                assert any(is_writer_waiting() or second.done() for _ in range(10_000))
            ring()
            second.result(60)
        pool.submit(connections.close_all)


@pytest.mark.usefixtures("on_postgres")
def test_select_items_late_commits_skips_nothing() -> None:
    rounds = 1000
    bell, is_done = threading.Event(), threading.Event()

    def read() -> list[int]:
        seen: list[int] = []
        try:
            while True:
                was_done = is_done.is_set()
                bell.wait(1)
                bell.clear()
                page = select_items(seen[-1] if seen else 0)
                seen += [item.seq for item in page]
                if was_done and not page:
                    return seen
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(read)
        try:
            write_in_pairs(rounds, ring=bell.set)
        finally:
            is_done.set()
        seen = reader.result(60)

    assert seen == list(range(1, 2 * rounds + 1))


def test_ingest_sqlite_concurrent_processes_numbers_in_commit_order(
    start_clean_server: Callable[..., Server],
) -> None:
    server = start_clean_server()

    def run(script: str) -> str:
        done = server.manage("shell", "-v0", "-c", script)
        assert done.returncode == 0, done.stderr
        return done.stdout

    with Stream(server.url) as stream, ThreadPoolExecutor(4) as pool:
        stream.read_kinds("metrics")
        reader = pool.submit(run, READ.format(last=1000))
        writers = [
            pool.submit(run, WRITE.format(name=name, rounds=rounds, pause_seconds=pause_seconds))
            for name, rounds, pause_seconds in (("late", 200, 0.005), ("first", 400, 0), ("second", 400, 0))
        ]
        streamed = [item.seq for item in stream.read_items(1000)]
        for writer in writers:
            writer.result(60)
        read = json.loads(reader.result(60))

    assert read == streamed == list(range(1, 1001))


@pytest.mark.usefixtures("on_postgres")
def test_stream_concurrent_writers_follows_commit_order(
    start_clean_server: Callable[..., Server], postgres_url: str
) -> None:
    rounds = 100
    server = start_clean_server(DATABASE_URL=postgres_url)
    is_done = threading.Event()

    def join_and_leave() -> list[tuple[int, int]]:
        """Make the server look at the log again and again; returns places and counts of the opening metrics."""
        counted = []
        while not is_done.is_set():
            with Stream(server.url) as stream:
                (metrics,) = [event for event in stream.read_kinds("metrics") if event.kind == "metrics"]
                counted.append((metrics.seq, metrics.data["total"]))
        return counted

    with Stream(server.url) as stream, ThreadPoolExecutor(1) as pool:
        stream.read_kinds("metrics")
        joiner = pool.submit(join_and_leave)
        try:
            write_in_pairs(rounds)
            items = stream.read_items(2 * rounds)
        finally:
            is_done.set()
        counted = joiner.result(60)

    assert [item.seq for item in items] == list(range(1, 2 * rounds + 1))
    assert len(counted) > rounds / 10
    assert all(seq == total for seq, total in counted), counted


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_ingest_concurrent_processes_append_each_story_once(
    start_clean_server: Callable[..., Server], database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    stories, tellers = 150, 3
    options = {}
    if database == "postgres":
        options["DATABASE_URL"] = request.getfixturevalue("postgres_url")
        migrate(options["DATABASE_URL"], tmp_path)
    server = start_clean_server(**options)

    def retell(teller: int) -> None:
        done = server.manage("shell", "-v0", "-c", RETELL.format(stories=stories, teller=teller))
        assert done.returncode == 0, done.stderr

    with Stream(server.url) as stream, ThreadPoolExecutor(tellers) as pool:
        stream.read_kinds("metrics")
        list(pool.map(retell, range(tellers)))
        places = [item.seq for item in stream.read_items(stories)]
        (item, *_) = server.call("/api/v2/items?limit=1")[1]["items"]

    assert places == list(range(1, stories + 1))
    assert server.call("/api/v2/metrics")[1]["total"] == stories
    assert len(server.call(f"/api/v2/items/{item['item_id']}")[1]["sources"]) == tellers

"""Several `manage.py ingest` processes on one PostgreSQL share the sources."""

import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from news.sources.scheduler import POLLS_AT_ONCE
from tests.helpers.feed_server import FeedServer, item, rss
from tests.helpers.paths import ROOT
from tests.helpers.server import Server, base_environment
from tests.helpers.waiting import until

SOURCES = POLLS_AT_ONCE + 18
ADD = """
from news.models import Source
Source.objects.bulk_create([Source(name=f"s{{n}}", url=f"{url}/s{{n}}", interval_seconds=3600) for n in range({count})])
"""


@pytest.fixture
def feeds() -> Iterator[FeedServer]:
    """Serve feeds whose responses wait until more of them are requested than one process polls at once."""
    server = FeedServer()
    are_both_polling = threading.Event()

    def respond(number: int) -> Iterator[bytes]:
        if len(server.requests) > POLLS_AT_ONCE:
            are_both_polling.set()
        are_both_polling.wait(9)
        yield rss(item(f"Apple (AAPL) rises {number} percent", guid=str(number))).encode()

    for number in range(SOURCES):
        server.serve(lambda number=number: respond(number), path=f"/s{number}")
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_two_processes_poll_each_source_once_in_all(postgres_url: str, feeds: FeedServer, tmp_path: Path) -> None:
    environment = base_environment(tmp_path)
    environment |= {"DATABASE_URL": postgres_url, "SOURCE_ALLOWED_NETWORKS": "127.0.0.0/8"}
    logs = [tmp_path / "one.log", tmp_path / "two.log"]
    processes = []
    for log in logs:
        with log.open("wb") as output:
            command = [sys.executable, str(ROOT / "manage.py"), "ingest"]
            processes.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=output))

    try:
        until(lambda: all("nothing_to_ingest" in log.read_text() for log in logs), seconds=60, what="two processes")
        url = feeds.url("")
        added = Server(environment, 0, "").manage("shell", "-c", ADD.format(url=url, count=SOURCES))
        assert added.returncode == 0, added.stderr
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            polled = "SELECT count(*) FROM news_source WHERE last_polled_at IS NOT NULL"
            until(lambda: connection.execute(polled).fetchone() == (SOURCES,), seconds=60, what="a poll of each")
            (items,) = connection.execute("SELECT count(*) FROM news_item").fetchone() or (0,)
            (failed,) = connection.execute("SELECT count(*) FROM news_source WHERE last_error != ''").fetchone() or (0,)
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        statuses = [process.wait(20) for process in processes]

    polls = [log.read_text().count("event=source_polled") for log in logs]
    assert Counter(path for path, _ in feeds.requests) == Counter({f"/s{number}": 1 for number in range(SOURCES)})
    assert min(polls) > 0
    assert sum(polls) == SOURCES == items
    assert failed == 0
    assert statuses == [0, 0]
    assert not any("Traceback" in log.read_text() for log in logs)

"""`manage.py watch` against a real server, as a process of its own."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.changes import change_on
from tests.helpers.paths import ROOT
from tests.helpers.server import Server
from tests.helpers.waiting import until


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Callable[..., "Watch"]]:
    watches: list[Watch] = []

    def start(server: Server, *arguments: str, script: str = "manage.py") -> Watch:
        watches.append(Watch(server, tmp_path / f"watch-{len(watches)}", *arguments, script=script))
        return watches[-1]

    yield start
    for watch in watches:
        watch.process.terminate()
        watch.process.wait(timeout=60)


class Watch:
    """`watch` as a process, with its output in files."""

    def __init__(self, server: Server, path: Path, *arguments: str, script: str) -> None:
        self.out, self.err = path.with_suffix(".out"), path.with_suffix(".err")
        command = [sys.executable, str(ROOT / script), *(["watch"] if script == "manage.py" else []), *arguments]
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(command, env=server.environment, stdout=out, stderr=err)

    def events(self, kind: str) -> list[Any]:
        lines = self.out.read_text().splitlines(keepends=True)
        events = [json.loads(line) for line in lines if line.endswith("\n")]
        return [event for event in events if event["event"] == kind]

    def stop(self) -> str:
        """Press Ctrl-C; return what was written to stderr."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)
        return self.err.read_text()


def headline(number: int, ticker: str = "AAPL") -> dict[str, object]:
    return {"title": f"{ticker} profit rises {number} percent", "ticker": ticker}


@pytest.mark.parametrize("script", ["manage.py", "scripts/test_sse_local.py"])
def test_watch_prints_each_item_once_across_a_crash_and_a_summary(
    start_server: Callable[..., Server], watch: Callable[..., Watch], script: str
) -> None:
    server = start_server()
    watching = watch(server, server.url, "--json", script=script)
    until(lambda: watching.events("metrics"), what=f"metrics; {watching.err.read_text()}")
    server.post(headline(1))
    until(lambda: len(watching.events("new_item")) == 1)

    server.kill()
    until(lambda: "reconnecting in" in watching.err.read_text())
    server.start()
    server.post(headline(2))
    until(lambda: len(watching.events("new_item")) == 2, seconds=60)

    summary = watching.stop()
    assert [event["id"][-2:] for event in watching.events("new_item")] == ["-1", "-2"]
    assert "new_item=2" in summary
    assert "connects=2 disconnects=1" in summary
    assert "repeated=0 out_of_order=0" in summary


def test_watch_filters_by_ticker_and_type(start_server: Callable[..., Server], watch: Callable[..., Watch]) -> None:
    server = start_server()
    watching = watch(server, server.url + "/api/v2/stream", "--ticker", "MSFT", "--type", "new_item", "--json")
    until(lambda: server.call("/api/v2/stream/status")[1]["connections"] == 1)

    server.post(headline(1), headline(2, "MSFT"))
    until(lambda: watching.events("new_item"))

    assert [event["data"]["ticker"] for event in watching.events("new_item")] == ["MSFT"]
    assert not watching.events("metrics")
    assert "metrics=" in watching.stop()


def test_watch_prints_corrections_and_removals(
    start_server: Callable[..., Server], watch: Callable[..., Watch]
) -> None:
    server = start_server()
    first, second = server.post(headline(1), headline(2))
    text = watch(server, server.url, "--include", "changes", "--include", "headline")
    changes = watch(server, server.url, "--type", "item_removed", "--type", "item_updated", "--json")
    until(lambda: server.call("/api/v2/stream/status")[1]["connections"] == 2)

    change_on(server, f"change_item({first!r}, title='AAPL profit falls')", f"withdraw_items({second!r})")
    until(lambda: changes.events("item_removed") and "item_removed" in text.out.read_text())

    lines = [line.split(maxsplit=2)[1:] for line in text.out.read_text().splitlines()]
    (updated,), (removed,) = (
        [fields for kind, fields in lines if kind == f"item_{what}"] for what in ("updated", "removed")
    )
    assert updated.startswith(f"item_id={first} ticker=AAPL ")
    assert "title=AAPL profit falls " in updated
    assert updated.endswith(" changed=title revision=1")
    assert removed == f"item_id={second} reason=withdrawn"
    assert "item_updated=1 item_removed=1" in text.stop()
    assert len(changes.events("item_updated")) == 1
    assert "repeated=0 out_of_order=0" in changes.stop()


def test_watch_keeps_the_query_of_the_url(start_server: Callable[..., Server], watch: Callable[..., Watch]) -> None:
    server = start_server()
    server.post(headline(1), headline(2, "MSFT"))
    watching = watch(server, f"{server.url}/api/v2/stream?tickers=MSFT&since=2020-01-01", "--json")
    until(lambda: watching.events("metrics"))

    assert [event["data"]["ticker"] for event in watching.events("new_item")] == ["MSFT"]
    assert watching.events("metrics")[0]["data"]["total"] == 1
    watching.stop()


def test_watch_plays_a_past_range_to_its_end(start_server: Callable[..., Server]) -> None:
    server = start_server()
    server.post(headline(1), headline(2, "MSFT"), headline(3))
    generation = server.call("/api/v2/stream/status")[1]["head"].rpartition("-")[0]
    playback_range = ("--since", f"{generation}-0", "--until", f"{generation}-2", "--speed", "max")

    completed = server.manage("watch", server.url, *playback_range, "--json", "--type", "new_item")

    assert completed.returncode == 0, completed.stderr
    assert [json.loads(line)["id"] for line in completed.stdout.splitlines()] == [f"{generation}-1", f"{generation}-2"]
    assert "new_item=2" in completed.stderr
    assert "metrics=2 heartbeat=2" in completed.stderr


def test_watch_url_of_other_scheme_exits_with_1(start_server: Callable[..., Server]) -> None:
    completed = start_server().manage("watch", "ftp://127.0.0.1/")

    assert completed.returncode == 1
    assert "ftp://127.0.0.1/" in completed.stderr


def test_watch_without_heartbeats_warns(start_server: Callable[..., Server], watch: Callable[..., Watch]) -> None:
    server = start_server(STREAM_HEARTBEAT_SECONDS=0.2)
    watching = watch(server, server.url)
    until(lambda: "heartbeat" in watching.out.read_text(), what="a heartbeat")
    assert server.process is not None

    server.process.send_signal(signal.SIGSTOP)
    until(lambda: "no data for 1.2 s, not even a heartbeat" in watching.err.read_text())
    server.process.send_signal(signal.SIGCONT)

    assert "heartbeat_gaps=0" not in watching.stop()


def test_watch_failed_connects_are_not_disconnects(
    start_server: Callable[..., Server], watch: Callable[..., Watch]
) -> None:
    server = start_server()
    server.kill()
    watching = watch(server, server.url)
    until(lambda: watching.err.read_text().count("reconnecting in") == 2, seconds=60)

    assert "connects=0 disconnects=0 failures=2" in watching.stop()


def test_watch_rejected_request_exits_with_the_servers_detail(start_server: Callable[..., Server]) -> None:
    server = start_server()

    completed = server.manage("watch", server.url, "--ticker", "NOT!")

    assert completed.returncode == 1
    assert "400" in completed.stderr
    assert "NOT!" in completed.stderr

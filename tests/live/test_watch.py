"""`manage.py watch` against a real server, as a process of its own."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

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
    for each in watches:
        each.process.terminate()
        each.process.wait(timeout=10)


class Watch:
    def __init__(self, server: Server, path: Path, *arguments: str, script: str) -> None:
        self.out, self.err = path.with_suffix(".out"), path.with_suffix(".err")
        command = [sys.executable, str(ROOT / script), *(["watch"] if script == "manage.py" else []), *arguments]
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(command, env=server.environment, stdout=out, stderr=err)

    def events(self, kind: str) -> list[Any]:
        lines = self.out.read_text().splitlines(keepends=True)
        shown = [json.loads(line) for line in lines if line.endswith("\n")]
        return [event for event in shown if event["event"] == kind]

    def end(self) -> str:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=10)
        return self.err.read_text()


def headline(number: int, ticker: str = "AAPL") -> dict[str, object]:
    return {"title": f"{ticker} profit rises {number} percent", "ticker": ticker}


@pytest.mark.parametrize("script", ["manage.py", "scripts/test_sse_local.py"])
def test_it_shows_each_item_once_across_a_crash_and_sums_up(
    start_server: Callable[..., Server], watch: Callable[..., Watch], script: str
) -> None:
    server = start_server()
    watching = watch(server, server.url, "--json", script=script)
    until(lambda: watching.events("metrics"), what=f"metrics; {watching.err.read_text()}")
    server.post(headline(1))
    until(lambda: len(watching.events("new_item")) == 1)

    server.kill()
    until(lambda: "connecting again" in watching.err.read_text())
    server.start()
    server.post(headline(2))
    until(lambda: len(watching.events("new_item")) == 2, seconds=20)

    summary = watching.end()
    assert [event["id"][-2:] for event in watching.events("new_item")] == ["-1", "-2"]
    assert "new_item=2" in summary
    assert "connects=2 cuts=1" in summary
    assert "repeated=0 out_of_order=0" in summary


def test_it_filters_by_ticker_and_type(start_server: Callable[..., Server], watch: Callable[..., Watch]) -> None:
    server = start_server()
    watching = watch(server, server.url + "/api/v2/stream", "--ticker", "MSFT", "--type", "new_item", "--json")
    until(lambda: server.call("/api/v2/stream/status")[1]["connections"] == 1)

    server.post(headline(1), headline(2, "MSFT"))
    until(lambda: watching.events("new_item"))

    assert [event["data"]["ticker"] for event in watching.events("new_item")] == ["MSFT"]
    assert not watching.events("metrics")
    assert "metrics=" in watching.end()


def test_it_keeps_what_the_address_asks_for(start_server: Callable[..., Server], watch: Callable[..., Watch]) -> None:
    server = start_server()
    server.post(headline(1), headline(2, "MSFT"))
    watching = watch(server, f"{server.url}/api/v2/stream?tickers=MSFT&since=2020-01-01", "--json")
    until(lambda: watching.events("metrics"))

    assert [event["data"]["ticker"] for event in watching.events("new_item")] == ["MSFT"]
    assert watching.events("metrics")[0]["data"]["total"] == 1
    watching.end()


def test_an_address_that_is_not_of_http_ends_it(start_server: Callable[..., Server]) -> None:
    done = start_server().manage("watch", "ftp://127.0.0.1/")

    assert done.returncode == 1
    assert "ftp://127.0.0.1/" in done.stderr


def test_it_warns_when_heartbeats_stay_away(start_server: Callable[..., Server], watch: Callable[..., Watch]) -> None:
    server = start_server(STREAM_HEARTBEAT_SECONDS=0.2)
    watching = watch(server, server.url)
    until(lambda: "heartbeat" in watching.out.read_text(), what="a heartbeat")
    assert server.process is not None

    server.process.send_signal(signal.SIGSTOP)
    until(lambda: "nothing heard for 1.2 s, not even a heartbeat" in watching.err.read_text())
    server.process.send_signal(signal.SIGCONT)

    assert "silences=0" not in watching.end()


def test_attempts_that_fail_are_no_cuts(start_server: Callable[..., Server], watch: Callable[..., Watch]) -> None:
    server = start_server()
    server.kill()
    watching = watch(server, server.url)
    until(lambda: watching.err.read_text().count("connecting again") == 2, seconds=20)

    assert "connects=0 cuts=0 failures=2" in watching.end()


def test_a_refusal_ends_it_with_the_words_of_the_server(start_server: Callable[..., Server]) -> None:
    server = start_server()

    done = server.manage("watch", server.url, "--ticker", "NOT!")

    assert done.returncode == 1
    assert "400" in done.stderr
    assert "NOT!" in done.stderr

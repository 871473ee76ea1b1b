"""Every code block of docs/quickstart.md, unchanged, against one real server."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpers.code_blocks import CodeBlock, load_code_blocks
from tests.helpers.paths import ROOT
from tests.helpers.ports import free_port
from tests.helpers.server import Server, base_environment
from tests.helpers.waiting import until

DOCUMENT = "docs/quickstart.md"
SHELL = ("bash", "-euo", "pipefail", "-c")
APPLE = {"title": "Apple profit beats estimates by far", "ticker": "AAPL"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, fresh_database: tuple[Path, str]) -> Iterator[Server]:
    """Return a running server."""
    folder = tmp_path_factory.mktemp("quickstart")
    database, token = fresh_database
    shutil.copy(database, folder)
    server = Server(base_environment(folder), free_port(), token, log=folder / "server.log", is_forked=True)
    server.start()
    yield server
    server.stop()


class Snippet:
    """A running snippet, and its output so far."""

    def __init__(self, command: Sequence[str], output: Path, server: Server) -> None:
        self._output = output
        with output.open("wb") as file:
            self._process = subprocess.Popen(command, stdout=file, stderr=file, cwd=ROOT, env=server.environment)

    @property
    def printed(self) -> str:
        return self._output.read_text()

    def until_printed(self, *texts: str) -> None:
        """Wait until all texts are printed."""

        def has_printed() -> bool:
            assert self._process.poll() is None, self.printed
            return all(text in self.printed for text in texts)

        until(has_printed, what=f"{texts} in {self.printed!r}")

    def end(self) -> None:
        self._process.kill()
        self._process.wait(60)


@contextmanager
def running(output: Path, server: Server, *command: str) -> Iterator[Snippet]:
    """Run a snippet until the block ends."""
    snippet = Snippet(command, output, server)
    try:
        yield snippet
    finally:
        snippet.end()


def select_blocks(heading: str, language: str) -> list[CodeBlock]:
    return [block for block in load_code_blocks(DOCUMENT, heading) if block.language == language]


def test_quickstart_every_block_has_a_test() -> None:
    run = ["Post a headline", "Follow with curl", "In the browser", "In Python", "In Node.js", "Your own tickers"]
    languages = [block.language for heading in run for block in load_code_blocks(DOCUMENT, heading)]

    text = (ROOT / DOCUMENT).read_text()

    assert text.count("```") // 2 == len(languages) + 1  # `make run`
    assert [languages.count(name) for name in ("sh", "js", "python", "")] == [4, 2, 1, 1]


def test_quickstart_curl_posts_headline(server: Server) -> None:
    (post,) = select_blocks("Post a headline", "sh")

    done = subprocess.run(
        [*SHELL, post.at(server.url)], capture_output=True, text=True, cwd=ROOT, env=server.environment, check=True
    )

    assert '"duplicates": 0, "rejected": []' in done.stdout
    assert server.call("/api/v2/items")[1]["items"][0]["title"] == "Apple raises its dividend"


def test_quickstart_curl_follows_and_resumes(server: Server, tmp_path: Path) -> None:
    follow, resume = select_blocks("Follow with curl", "sh")
    with running(tmp_path / "live", server, *SHELL, follow.at(server.url)) as live:
        live.until_printed("event: heartbeat", "event: metrics")
        with running(tmp_path / "resumed", server, *SHELL, resume.at(server.url)) as resumed:
            resumed.until_printed("event: metrics")

            server.post(APPLE | {"title": "Apple recalls a charger"})

            live.until_printed("Apple recalls a charger", '"tickers":["AAPL"]')
            resumed.until_printed("event: new_item")
            assert "event: reset" not in resumed.printed


def test_quickstart_clients_server_restarted_miss_nothing(server: Server, tmp_path: Path) -> None:
    (python,) = select_blocks("In Python", "python")
    (node,) = select_blocks("In Node.js", "js")
    in_python = [sys.executable, "-c", python.at(server.url)]
    in_node = ["node", "--input-type=module", "--eval", node.at(server.url)]
    with (
        running(tmp_path / "python", server, *in_python) as first,
        running(tmp_path / "node", server, *in_node) as second,
    ):
        until(lambda: server.call("/api/v2/stream/status")[1]["connections"] == 2, what="both follow")
        server.post(APPLE | {"title": "Apple before the restart"})
        for snippet in (first, second):
            snippet.until_printed("Apple before the restart")

        server.stop()
        for snippet in (first, second):
            snippet.until_printed("again")
        server.start()
        server.post(APPLE | {"title": "Apple after the restart"})

        for snippet in (first, second):
            snippet.until_printed("Apple after the restart")
            assert snippet.printed.count("the restart") == 2


def test_quickstart_configuration_is_followed_by_owner(server: Server, tmp_path: Path) -> None:
    (own,) = select_blocks("Your own tickers", "sh")
    with running(tmp_path / "own", server, *SHELL, own.at(server.url)) as stream:
        stream.until_printed("event: metrics")

        server.post({"title": "Boeing wins an order", "ticker": "BA"}, APPLE | {"title": "Apple opens a shop"})

        stream.until_printed('"ticker":"AAPL"')
        assert '"ticker":"BA"' not in stream.printed

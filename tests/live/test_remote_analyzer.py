"""`ingest` with a server as ANALYZER that hangs and then works: posts and streams go on, and no score is lost."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.helpers.analyzer_server import Request, analyzer_server, score_all
from tests.helpers.paths import ROOT
from tests.helpers.server import Server
from tests.helpers.waiting import until


def test_analyzer_that_hangs_delays_nothing_and_scores_when_it_works(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    with analyzer_server() as analyzer:

        def hang(request: Request) -> Any:
            analyzer.closing.wait(120)
            return {}

        analyzer.answer = hang
        settings = {"ANALYZER": "http", "ANALYZER_URL": analyzer.url, "ANALYZER_TIMEOUT_SECONDS": "2"}
        server = start_server(**settings)
        log = tmp_path / "ingest.log"
        with log.open("wb") as output:
            command = [sys.executable, str(ROOT / "manage.py"), "ingest"]
            ingest = subprocess.Popen(command, cwd=ROOT, env=server.environment | settings, stderr=output)
        try:
            posted = server.post(
                {"title": "Losses widen", "ticker": "AAPL"}, {"title": "Losses grow", "ticker": "MSFT"}
            )
            until(lambda: "analyzer_unavailable" in log.read_text(), seconds=60, what="the time limit of the analyzer")
            assert len(posted) == 2
            assert {item["analyzer"] for item in list_items(server)} == {"composed"}

            analyzer.answer = score_all
            until(
                lambda: {item["analyzer"] for item in list_items(server)} == {"http"}, seconds=60, what="scores of http"
            )

            items = list_items(server)
            assert {item["sentiment"] for item in items} == {"positive"}
            assert {item["item_id"] for item in items} == set(posted)
            assert {item["revision"] for item in items} == {1}
        finally:
            ingest.send_signal(signal.SIGTERM)
            assert ingest.wait(60) == 0


def list_items(server: Server) -> list[dict[str, Any]]:
    _, page = server.call("/api/v2/items")
    items: list[dict[str, Any]] = page["items"]
    return items

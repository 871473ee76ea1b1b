"""The browser console snippet of docs/quickstart.md."""

from collections.abc import Callable

from tests.helpers.code_blocks import load_code_blocks
from tests.helpers.dashboard import Dashboard
from tests.helpers.server import Server
from tests.helpers.waiting import until


def test_quickstart_console_snippet_logs_posted_items(
    start_server: Callable[..., Server], open_dashboard: Callable[..., Dashboard]
) -> None:
    server = start_server()
    dashboard = open_dashboard(server)
    (snippet,) = load_code_blocks("docs/quickstart.md", "In the browser")
    lines = dashboard.console

    dashboard.page.evaluate(f"() => {{ {snippet.text} }}")
    until(lambda: dashboard.page.wait_for_timeout(50) or any('"total":0' in line for line in lines))
    server.post({"title": "Apple profit beats estimates", "ticker": "AAPL"})

    until(
        lambda: (
            dashboard.page.wait_for_timeout(50)
            or any("AAPL positive Apple profit beats estimates" in line for line in lines)
        )
    )

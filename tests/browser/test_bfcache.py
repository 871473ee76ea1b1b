"""The page in the browser's back/forward cache: frozen when left, resumed without a reload."""

from collections.abc import Callable

from playwright.sync_api import Browser

from tests.helpers.dashboard import CHROMIUM, CHROMIUM_ARGUMENTS, Dashboard
from tests.helpers.server import Server
from tests.helpers.waiting import until

RECORD_RESTORE = "window.addEventListener('pageshow', (event) => { window.isRestored = event.persisted; });"


def create_items(count: int, name: str) -> list[dict[str, str]]:
    return [{"title": f"{name} headline number {number}", "ticker": "AAPL"} for number in range(count)]


def count_streams(server: Server) -> int:
    return int(server.call("/api/v2/stream/status")[1]["connections"])


def test_page_restored_from_bfcache_resumes_without_loss(browser: Browser, start_server: Callable[..., Server]) -> None:
    server = start_server()
    server.post(*create_items(2, "Early"))
    # Playwright disables this cache. A restored page fires no load event, hence wait_until="commit" below.
    chromium = browser.browser_type.launch(
        executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS, ignore_default_args=["--disable-back-forward-cache"]
    )
    page = chromium.new_page()
    page.add_init_script(RECORD_RESTORE)
    dashboard = Dashboard(page, server)
    page.on("pageerror", lambda error: dashboard.console.append(str(error)))
    page.goto(server.url)
    dashboard.expect_status("Connected")

    page.goto(f"{server.url}/accounts/login/")
    until(lambda: count_streams(server) == 0, what="the stream of the left page is closed")
    server.post(*create_items(3, "Late"))
    with page.expect_request("**/api/v2/stream?*last_event_id=*"):
        page.go_back(wait_until="commit")

    dashboard.expect_status("Connected")
    assert page.evaluate("window.isRestored")
    dashboard.expect_exact(5)
    assert dashboard.titles() == [
        *(f"Late headline number {number}" for number in (2, 1, 0)),
        *(f"Early headline number {number}" for number in (1, 0)),
    ]
    server.post(*create_items(1, "Live"))
    dashboard.expect_exact(6)
    assert count_streams(server) == 1
    assert dashboard.console == []
    chromium.close()

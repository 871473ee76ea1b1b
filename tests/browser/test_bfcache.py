"""The page as the browser keeps it when it is left, and brings it back: frozen, not loaded again."""

from collections.abc import Callable

from playwright.sync_api import Browser

from tests.browser.conftest import ARGUMENTS, CHROMIUM, Dashboard
from tests.conftest import Server, until

NOTE_RETURN = "window.addEventListener('pageshow', (event) => { window.isBack = event.persisted; });"


def items(count: int, name: str) -> list[dict[str, str]]:
    return [{"title": f"{name} headline number {number}", "ticker": "AAPL"} for number in range(count)]


def streams(server: Server) -> int:
    return int(server.call("/api/v2/stream/status")[1]["connections"])


def test_a_page_that_is_left_and_come_back_to_resumes_exactly(
    browser: Browser, start_server: Callable[..., Server]
) -> None:
    server = start_server()
    server.post(*items(2, "Early"))
    # Playwright turns this cache off; and a page that is brought back is not loaded, so that is not waited for.
    keeping = browser.browser_type.launch(
        executable_path=CHROMIUM, args=ARGUMENTS, ignore_default_args=["--disable-back-forward-cache"]
    )
    page = keeping.new_page()
    page.add_init_script(NOTE_RETURN)
    dashboard = Dashboard(page, server)
    page.on("pageerror", lambda error: dashboard.console.append(str(error)))
    page.goto(server.url)
    dashboard.expect_status("Connected")

    page.goto(f"{server.url}/accounts/login/")
    until(lambda: streams(server) == 0, what="a page that is left holds no stream")
    server.post(*items(3, "Late"))
    with page.expect_request("**/api/v2/stream?*last_event_id=*"):
        page.go_back(wait_until="commit")

    dashboard.expect_status("Connected")
    assert page.evaluate("window.isBack")
    dashboard.expect_exact(5)
    assert dashboard.titles() == [
        *(f"Late headline number {number}" for number in (2, 1, 0)),
        *(f"Early headline number {number}" for number in (1, 0)),
    ]
    server.post(*items(1, "Live"))
    dashboard.expect_exact(6)
    assert streams(server) == 1
    assert dashboard.console == []
    keeping.close()

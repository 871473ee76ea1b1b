"""Real Chromium for the tests. Nothing is downloaded: the system's browser is used."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import Server, until

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--no-first-run"]
# A name of this machine that browsers don't trust as they do its addresses: as the site is seen from another machine.
ARGUMENTS.append("--host-resolver-rules=MAP another.test 127.0.0.1")
# Notes each status the page shows, from the first on.
RECORD_STATUSES = """
window.shownStatuses = [];
document.addEventListener("DOMContentLoaded", () => {
  const text = document.getElementById("status-text");
  const note = () => window.shownStatuses.push(text.textContent);
  new MutationObserver(note).observe(text, { childList: true, characterData: true, subtree: true });
  note();
});
"""


@dataclass
class Dashboard:
    """The page of one server, open in a browser tab of its own."""

    page: Page
    server: Server
    console: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def expect_status(self, *texts: str, seconds: float = 15) -> None:
        """Wait until the page shows one of the statuses, in word and class."""
        until(lambda: self._wait(50) or self.text("status-text") in texts, seconds=seconds, what=f"{texts} shown")
        status = self.text("status-text").lower().rstrip("…")
        expect(self.page.locator("#status-indicator")).to_have_class(status)

    def open_tab(self, path: str = "/") -> "Dashboard":
        """Open the page once more, in another tab of the same browser."""
        return _open_tab(self.page.context, self.server, path)

    def expect_exact(self, total: int, *, seconds: float = 10) -> None:
        """Wait until the page shows `total` items, and every number is the one the server gives."""
        expect(self.page.locator("#total-items")).to_have_text(str(total), timeout=1000 * seconds)
        _, metrics = self.server.call("/api/v2/metrics")
        assert metrics["total"] == total
        for name in ("positive", "neutral", "negative"):
            expect(self.page.locator(f"#{name}-count")).to_have_text(str(metrics[name]))
        for name, key in (("rate-last-hour", "rate_last_hour"), ("rate-last-24h", "rate_last_24h")):
            expect(self.page.locator(f"#{name}")).to_have_text(str(metrics[key]))
        names, counts = (self.page.locator(f"#tag-chart {part}").all_text_contents() for part in (".name", ".count"))
        assert dict(zip(names, map(int, counts), strict=True)) == metrics["by_tag"]

    def statuses(self) -> list[str]:
        """Return the statuses shown since the page was loaded, in order."""
        return list(self.page.evaluate("window.shownStatuses"))

    def text(self, element: str) -> str:
        """Return the text of the element with this id."""
        return self.page.locator(f"#{element}").text_content() or ""

    def titles(self) -> list[str]:
        """Return the headlines in the table, top down."""
        return self.page.locator("#items-tbody .title").all_text_contents()

    def _wait(self, milliseconds: int) -> None:
        # Gives the browser's events their turn, which Playwright handles only while it is called.
        self.page.wait_for_timeout(milliseconds)


# Not for the whole session: while Playwright runs, its event loop keeps others from running.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return a running Chromium."""
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as chromium,
    ):
        yield chromium


@pytest.fixture
def open_dashboard(browser: Browser) -> Iterator[Callable[..., Dashboard]]:
    """Return a function that opens a server's page; `config` shortens its waits, other options are the browser's."""
    contexts: list[BrowserContext] = []

    def open_page(
        server: Server,
        path: str = "/",
        *,
        config: dict[str, int] | None = None,
        host: str = "127.0.0.1",
        **options: Any,
    ) -> Dashboard:
        context = browser.new_context(**options)
        contexts.append(context)
        context.add_init_script(f"window.CONFIG = {json.dumps(config or {})};")
        context.add_init_script(RECORD_STATUSES)
        return _open_tab(context, server, path, host=host)

    yield open_page
    for context in contexts:
        context.close()


def _open_tab(context: BrowserContext, server: Server, path: str, *, host: str = "127.0.0.1") -> Dashboard:
    page = context.new_page()
    dashboard = Dashboard(page, server)
    page.on("console", lambda line: dashboard.console.append(f"{line.type}: {line.text}"))
    page.on("pageerror", lambda error: dashboard.console.append(f"thrown: {error}"))
    page.on("request", lambda request: dashboard.hosts.add(urlsplit(request.url).netloc))
    page.goto(server.url.replace("127.0.0.1", host) + path)
    return dashboard

"""The page of a server in a tab of the system's Chromium."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, expect

from tests.helpers.server import Server
from tests.helpers.waiting import until

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--no-first-run"]
# Resolves to this machine, but is no secure context as 127.0.0.1 is: the site as seen from another machine.
CHROMIUM_ARGUMENTS.append("--host-resolver-rules=MAP another.test 127.0.0.1")
# Records each status that the page shows.
RECORD_STATUSES = """
window.recordedStatuses = [];
document.addEventListener("DOMContentLoaded", () => {
  const text = document.getElementById("status-text");
  const record = () => window.recordedStatuses.push(text.textContent);
  new MutationObserver(record).observe(text, { childList: true, characterData: true, subtree: true });
  record();
});
"""


@dataclass
class Dashboard:
    """The page of one server, open in its own browser tab."""

    page: Page
    server: Server
    console: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def expect_status(self, *texts: str, seconds: float = 60) -> None:
        """Wait until the page shows one of the statuses, as text and class."""
        until(lambda: self._wait(50) or self.text("status-text") in texts, seconds=seconds, what=f"{texts} shown")
        status = self.text("status-text").lower().rstrip("…")
        expect(self.page.locator("#status-indicator")).to_have_class(status)

    def open_tab(self, path: str = "/") -> "Dashboard":
        """Open the page in another tab of the same browser."""
        return open_tab(self.page.context, self.server, path)

    def expect_exact(self, total: int, *, seconds: float = 60) -> None:
        """Wait until the page shows `total` items, and assert that every number equals the server's."""
        expect(self.page.locator("#total-items")).to_have_text(str(total), timeout=1000 * seconds)
        _, metrics = self.server.call("/api/v2/metrics")
        assert metrics["total"] == total
        for name in ("positive", "neutral", "negative"):
            expect(self.page.locator(f"#{name}-count")).to_have_text(str(metrics[name]))
        for name, key in (("rate-last-hour", "rate_last_hour"), ("rate-last-24h", "rate_last_24h")):
            expect(self.page.locator(f"#{name}")).to_have_text(str(metrics[key]))
        until(lambda: self._wait(50) or self.leaders() == metrics["by_tag"], what=f"leaders {metrics['by_tag']}")

    def leaders(self) -> dict[str, int]:
        """Return the headlines of the period by the instruments that are listed."""
        read = "rows => rows.map((row) => ['.name b', '.count'].map((part) => row.querySelector(part).textContent))"
        rows = self.page.locator("#tag-chart li").evaluate_all(read)  # at once: rows come and go
        return {name: int(count.replace(",", "")) for name, count in rows}

    def statuses(self) -> list[str]:
        """Return the statuses shown since the page loaded, in order."""
        return list(self.page.evaluate("window.recordedStatuses"))

    def text(self, element: str) -> str:
        """Return the text of the element with this id."""
        return self.page.locator(f"#{element}").text_content() or ""

    def titles(self) -> list[str]:
        """Return the headlines in the table, top to bottom."""
        return self.page.locator("#items-tbody .title").all_text_contents()

    def _wait(self, milliseconds: int) -> None:
        # Playwright handles browser events only during its own calls.
        self.page.wait_for_timeout(milliseconds)


def open_tab(context: BrowserContext, server: Server, path: str, *, host: str = "127.0.0.1") -> Dashboard:
    page = context.new_page()
    dashboard = Dashboard(page, server)
    page.on("console", lambda message: dashboard.console.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: dashboard.console.append(f"thrown: {error}"))
    page.on("request", lambda request: dashboard.hosts.add(urlsplit(request.url).netloc))
    page.goto(server.url.replace("127.0.0.1", host) + path)
    return dashboard

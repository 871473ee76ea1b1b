"""The stream inspector in the admin, over two processes of one site."""

from collections.abc import Callable

from playwright.sync_api import Browser, expect

from tests.conftest import Server
from tests.helpers.slow_clients import SECRET
from tests.helpers.sse import Stream

CREATE_STAFF = f"from django.contrib.auth.models import User; User.objects.create_superuser('ann', password={SECRET!r})"


def test_a_stream_of_another_process_is_seen_and_ended(browser: Browser, start_server: Callable[..., Server]) -> None:
    near, far = start_server(), start_server(TRUSTED_PROXIES="127.0.0.1")
    assert near.manage("shell", "-c", CREATE_STAFF).returncode == 0
    proxied = {"X-Forwarded-For": "203.0.113.9"}
    context = browser.new_context()
    page, console = context.new_page(), []
    page.on("console", lambda message: console.append(message.text))
    page.on("pageerror", lambda error: console.append(str(error)))
    with (
        Stream(near.url) as kept,
        Stream(far.url, path="/api/v2/stream?tickers=MSFT,AAPL", **proxied) as doomed,
    ):
        kept.read_kinds("metrics")
        doomed.read_kinds("metrics")
        page.goto(f"{near.url}/admin/login/?next=/admin/streaming/serverprocess/")
        page.fill("#id_username", "ann")
        page.fill("#id_password", SECRET)
        page.click("[type=submit]")
        row = page.get_by_role("row").filter(has_text="203.0.113.9")

        expect(row).to_contain_text("AAPL,MSFT", timeout=10_000)
        expect(row).to_contain_text(doomed.events[-1].id.rpartition("-")[0])
        expect(page.locator("#inspector")).to_contain_text("2 of 200 slots")
        row.get_by_role("button").click()
        doomed.read_to_end(seconds=5)
        expect(row).to_have_count(0)
        expect(page.get_by_role("row").filter(has_text="127.0.0.1")).to_have_count(1)

        assert "retry: " in doomed.text[-20:]
        assert near.call("/api/v2/stream/status")[1]["connections"] == 1
    assert "reason=staff" in far.log.read_text()
    context.close()
    assert console == []

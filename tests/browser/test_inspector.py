"""The stream inspector in the admin, with two server processes of one site."""

from collections.abc import Callable

from playwright.sync_api import Browser, expect

from tests.helpers.account_clients import PASSWORD
from tests.helpers.server import Server
from tests.helpers.sse import Stream, find_last_retry

CREATE_STAFF = (
    f"from django.contrib.auth.models import User; User.objects.create_superuser('ann', password={PASSWORD!r})"
)


def test_inspector_stream_of_another_process_is_listed_and_ended(
    browser: Browser, start_server: Callable[..., Server]
) -> None:
    first_server, second_server = start_server(), start_server(TRUSTED_PROXIES="127.0.0.1")
    assert first_server.manage("shell", "-c", CREATE_STAFF).returncode == 0
    proxied = {"X-Forwarded-For": "203.0.113.9"}
    context = browser.new_context()
    page, console = context.new_page(), []
    page.on("console", lambda message: console.append(message.text))
    page.on("pageerror", lambda error: console.append(str(error)))
    with (
        Stream(first_server.url) as open_stream,
        Stream(second_server.url, path="/api/v2/stream?tickers=MSFT,AAPL", **proxied) as ended_stream,
    ):
        open_stream.receive_kinds("metrics")
        ended_stream.receive_kinds("metrics")
        page.goto(f"{first_server.url}/admin/login/?next=/admin/streaming/serverprocess/")
        page.fill("#id_username", "ann")
        page.fill("#id_password", PASSWORD)
        page.click("[type=submit]")
        row = page.get_by_role("row").filter(has_text="203.0.113.9")

        expect(row).to_contain_text("AAPL,MSFT", timeout=60_000)
        expect(row).to_contain_text(ended_stream.events[-1].id.rpartition("-")[0])
        expect(page.locator("#inspector")).to_contain_text("2 of 200 slots")
        row.get_by_role("button").click()
        ended_stream.receive_to_end(seconds=5)
        expect(row).to_have_count(0)
        expect(page.get_by_role("row").filter(has_text="127.0.0.1")).to_have_count(1)

        assert find_last_retry(ended_stream.text)
        assert first_server.call("/api/v2/stream/status")[1]["connections"] == 1
    assert "reason=staff" in second_server.log.read_text()
    context.close()
    assert console == []

"""The page while headlines are corrected and withdrawn."""

from playwright.sync_api import expect

from tests.helpers.changes import change_on
from tests.helpers.items import headline

FAST_CONFIG = {"SSE_RECONNECT_DELAY": 200, "METRICS_POLL_INTERVAL": 500}  # ms


def test_page_corrected_row_is_replaced_in_place_and_withdrawn_one_removed(start_server, open_dashboard):
    server = start_server(STREAM_MAX_CONNECTIONS=1)
    corrected, withdrawn, _ = server.post(headline(1), headline(2), headline(3))
    dashboards = [open_dashboard(server, config=FAST_CONFIG)]
    dashboards[0].expect_status("Connected")
    dashboards.append(open_dashboard(server, config=FAST_CONFIG))  # there is no slot for its stream
    dashboards[1].expect_status("Polling")
    row = f'tr[data-item-id="{corrected}"]'
    times = [dashboard.page.locator(f"{row} td.time").inner_text() for dashboard in dashboards]
    for dashboard in dashboards:
        dashboard.page.locator(f"{row} .details button").click()
        expect(dashboard.page.locator(".details-row")).to_have_count(1)

    change_on(
        server,
        f"change_item({corrected!r}, title='AAPL profit falls', sentiment='negative')",
        f"withdraw_items({withdrawn!r})",
    )

    for dashboard, time in zip(dashboards, times, strict=True):
        dashboard.expect_exact(2)
        expect(dashboard.page.locator(f"{row} .title")).to_have_text("AAPL profit falls")
        assert dashboard.titles() == ["AAPL profit rises 3 percent", "AAPL profit falls"]
        expect(dashboard.page.locator(f"{row} .sentiment")).to_have_text("negative")
        expect(dashboard.page.locator(f"{row} .corrected")).to_contain_text("Corrected ")
        expect(dashboard.page.locator(f"{row} td.time")).to_have_text(time)
        expect(dashboard.page.locator(".details-row")).to_have_count(0)  # they were of the former state
        expect(dashboard.page.locator(".corrected:visible")).to_have_count(1)
    assert dashboards[0].console == []
    assert not [line for line in dashboards[1].console if not line.endswith("503 (Service Unavailable)")]
    dashboards[0].page.reload()
    expect(dashboards[0].page.locator(".corrected:visible")).to_have_count(1)

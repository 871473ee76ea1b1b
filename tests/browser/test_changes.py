"""The page while headlines are corrected and withdrawn."""

import re

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
    times = [dashboard.page.locator(f"{row} time").get_attribute("datetime") for dashboard in dashboards]

    change_on(
        server,
        f"change_item({corrected!r}, title='AAPL profit falls', sentiment='negative')",
        f"withdraw_items({withdrawn!r})",
    )

    for dashboard, time in zip(dashboards, times, strict=True):
        dashboard.expect_exact(2)
        expect(dashboard.page.locator(f"{row} .title")).to_have_text("AAPL profit falls")
        assert dashboard.titles() == ["AAPL profit rises 3 percent", "AAPL profit falls"]
        expect(dashboard.page.locator(f"{row} .chip.negative")).to_contain_text("AAPL")
        expect(dashboard.page.locator(f"{row} .corrected")).to_have_attribute("title", re.compile("^Corrected "))
        expect(dashboard.page.locator(f"{row} time")).to_have_attribute("datetime", time)
        expect(dashboard.page.locator(".corrected:visible")).to_have_count(1)
    assert dashboards[0].console == []
    assert not [line for line in dashboards[1].console if not line.endswith("503 (Service Unavailable)")]
    dashboards[0].page.reload()
    expect(dashboards[0].page.locator(".corrected:visible")).to_have_count(1)


def test_page_open_detail_follows_correction_and_withdrawn_row_is_struck(start_server, open_dashboard):
    server = start_server()
    corrected, withdrawn = server.post(headline(1), headline(2))
    dashboard = open_dashboard(server, f"/?item={corrected}")
    dashboard.expect_status("Connected")
    page = dashboard.page
    expect(page.locator("tr.detail .inst .chip.positive")).to_be_visible()

    change_on(
        server,
        f"change_item({corrected!r}, title='AAPL profit falls', sentiment='negative')",
        f"withdraw_items({withdrawn!r})",
    )

    expect(page.locator("tr.detail .inst .chip.negative")).to_be_visible()
    expect(page.locator("tr.detail .history li")).to_have_count(2)
    row = page.locator(f'tr[data-item-id="{withdrawn}"]')
    expect(row).to_have_class(re.compile("withdrawn"))
    expect(row.locator(".tag:visible")).to_have_text("withdrawn")
    page.keyboard.press("Escape")
    expect(row).to_have_count(0)
    assert dashboard.titles() == ["AAPL profit falls"]

"""Accessibility: axe rules in both color schemes and all states, keyboard access, announcements."""

import pytest
from playwright.sync_api import expect

from news.sources.sample import generator
from tests.helpers.axe import find_violations

ITEMS = [
    {"title": "Apple profit soars to a record", "ticker": "AAPL", "url": "https://news.example.org/a"},
    {"title": "Boeing shares plunge after a fraud probe", "tickers": ["BA", "AAPL"]},
    {"title": "Ford holds its annual meeting in May", "ticker": "F", "source": generator.NAME},
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_any_state_has_no_axe_violations(start_server, open_dashboard, scheme):
    server = start_server()
    options = {"color_scheme": scheme, "reduced_motion": "reduce"}
    empty = open_dashboard(server, **options)
    empty.expect_status("Connected")
    assert find_violations(empty.page) == []
    server.post(*ITEMS)

    full = open_dashboard(server, config={"SSE_RECONNECT_DELAY": 100, "METRICS_POLL_INTERVAL": 500}, **options)
    full.expect_status("Connected")
    page = full.page
    page.locator("td.details button").first.click()
    expect(page.locator(".evidence li").first).to_be_visible()
    page.locator("#new-watchlist").click()
    page.locator("#filter-tickers").fill("<b>")
    page.locator("#filter-tickers").press("Enter")
    page.locator("#filter-tickers").evaluate("field => field.blur()")
    assert find_violations(page) == []
    page.locator("#filter-tickers").fill("BA")
    page.locator("#filter-tickers").press("Enter")
    page.locator("#filter-text").fill("nothing has this")
    expect(page.locator("#no-match")).to_be_visible()
    assert find_violations(page) == []

    server.kill()
    full.expect_status("Offline")
    assert find_violations(page) == []


def test_page_tab_key_reaches_every_control(start_server, open_dashboard):
    server = start_server()
    server.post(*ITEMS)
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")

    reached = []
    for _ in range(60):
        dashboard.page.keyboard.press("Tab")
        reached.append(
            dashboard.page.evaluate(
                "() => { const at = document.activeElement; return at.id || at.name || at.className || at.tagName; }"
            )
        )
        if reached[-1] == "BODY":
            break

    for name in ("skip-link", "filter-tickers", "sentiment-chart", "resolution", "name", "sentiment", "filter-text"):
        assert name in reached, reached
    for name in ("filter-source", "title", "ghost", "new-watchlist"):
        assert name in reached, reached


def test_page_totals_changed_are_announced(start_server, open_dashboard):
    server = start_server()
    server.post(*ITEMS)
    dashboard = open_dashboard(server)

    summary = dashboard.page.locator("#live-summary")

    expect(summary).to_have_text("3 headlines: 33% positive, 33% neutral, 33% negative.")
    expect(summary).to_have_attribute("aria-live", "polite")
    dashboard.page.locator("#filter-tickers").fill("AAPL")
    dashboard.page.locator("#filter-tickers").press("Enter")
    expect(summary).to_have_text("2 headlines: 50% positive, 0% neutral, 50% negative.")

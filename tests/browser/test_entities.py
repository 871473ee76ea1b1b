"""The page shows what headlines say of the chosen tickers."""

import re

from playwright.sync_api import Page, expect

from tests.helpers.changes import change_on


def get_row(page: Page) -> tuple[str, str]:
    row = page.locator("#items-tbody tr[data-item-id]").first
    return row.locator(".chip b").first.inner_text(), row.get_attribute("data-sentiment") or ""


def test_page_of_a_ticker_shows_its_own_sentiment_live_and_after_a_reload(start_server, open_dashboard):
    server = start_server()
    everything, of_gm = (open_dashboard(server, f"/?period=all{tickers}") for tickers in ("", "&tickers=GM"))
    for dashboard in (everything, of_gm):
        dashboard.expect_status("Connected")
    append = (
        "from tests.helpers.items import append_scored",
        "append_scored('Ford gains as GM slumps', {'F': 'positive', 'GM': 'negative'}, sentiment='neutral')",
    )

    change_on(server, *append)

    for reload in (False, True):
        for dashboard, row, counts in (
            (everything, ("F", "neutral"), ("0", "1", "0")),
            (of_gm, ("GM", "negative"), ("0", "0", "1")),
        ):
            if reload:
                dashboard.page.reload()
            expect(dashboard.page.locator("#total-items")).to_have_text("1", timeout=60_000)
            assert get_row(dashboard.page) == row
            names = ("positive", "neutral", "negative")
            assert tuple(dashboard.text(f"{name}-count") for name in names) == counts
    page = everything.page
    page.locator("#items-tbody .title").click()
    chips = page.locator("tr.detail .inst .chip")
    expect(chips).to_have_count(2)
    assert [text.split()[0] for text in chips.all_inner_texts()] == ["F", "GM"]
    expect(chips.first).to_have_class(re.compile("positive"))
    expect(chips.last).to_have_class(re.compile("negative"))
    assert everything.console == of_gm.console == []


def test_page_groups_news_without_an_instrument_under_market(start_server, open_dashboard):
    server = start_server()
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")

    server.post({"title": "Stocks end higher", "ticker": "MARKET"}, {"title": "Apple rises", "ticker": "AAPL"})

    page = dashboard.page
    expect(page.locator("#total-items")).to_have_text("2", timeout=60_000)
    assert page.locator("#tag-chart .name b").all_inner_texts() == ["AAPL"]
    market = page.locator("#topics .name")
    expect(market).to_have_text("Market")
    market.click()
    expect(page.locator("#total-items")).to_have_text("1", timeout=60_000)
    expect(page.locator("#chosen-tickers")).to_have_text("Market")
    assert get_row(page)[0] == "Market"
    assert page.url.endswith("?tickers=MARKET")
    assert dashboard.console == []

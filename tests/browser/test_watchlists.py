"""Watchlists on the page, in an anonymous session that starts with the first save."""

import pytest
from playwright.sync_api import expect

ITEMS = [
    {"title": "Apple profit soars to a record", "ticker": "AAPL"},
    {"title": "Boeing shares plunge after a fraud probe", "ticker": "BA"},
]


@pytest.fixture
def server(start_server):
    server = start_server()
    server.post(*ITEMS)
    return server


def save(page, name: str, tickers: str) -> None:
    page.locator("#watchlist-name").fill(name)
    page.locator("#watchlist-tickers").fill(tickers)
    page.locator("#watchlist-form [type=submit]").click()


def test_watchlist_created_is_followed_edited_and_deleted(server, open_dashboard):
    dashboard = open_dashboard(server, "/?tickers=AAPL")
    dashboard.expect_status("Connected")
    page = dashboard.page
    page.locator("#new-watchlist").click()
    expect(page.locator("#session-hint")).to_contain_text("stored only in this browser")
    assert page.locator("#watchlist-tickers").input_value() == "AAPL"

    save(page, "<i>Phones</i>", "aapl")
    expect(page.locator("#watchlists .name")).to_have_text("<i>Phones</i>")
    expect(page).to_have_title("<i>Phones</i> · Market Sentiment")
    assert "?configuration=" in page.url
    dashboard.expect_status("Connected")
    server.post(
        {"title": "Apple recalls chargers", "ticker": "AAPL"}, {"title": "Boeing wins an order", "ticker": "BA"}
    )
    expect(page.locator("#total-items")).to_have_text("2")

    page.locator("#watchlists .edit").click()
    expect(page.locator("#session-hint")).to_be_hidden()
    save(page, "Planes", "ba")
    expect(page).to_have_title("Planes · Market Sentiment")
    dashboard.expect_status("Connected")
    server.post({"title": "Boeing settles a claim", "ticker": "BA"})
    expect(page.locator("#total-items")).to_have_text("3")

    page.reload()
    expect(page).to_have_title("Planes · Market Sentiment")
    expect(page.locator("#total-items")).to_have_text("3")

    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#watchlists .delete").click()
    expect(page.locator("#watchlists li")).to_have_count(0)
    expect(page).to_have_title("Market Sentiment")
    dashboard.expect_exact(5)
    assert dashboard.console == []


def test_watchlist_without_local_storage_works_until_page_closes(server, open_dashboard):
    dashboard = open_dashboard(server)
    page = dashboard.page
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    page.reload()
    dashboard.expect_exact(2)

    page.locator("#new-watchlist").click()
    save(page, "Planes", "BA")

    expect(page).to_have_title("Planes · Market Sentiment")
    dashboard.expect_status("Connected")
    expect(page.locator("#total-items")).to_have_text("1")
    assert dashboard.console == []


def test_watchlist_form_invalid_shows_error(server, open_dashboard):
    page = open_dashboard(server).page
    page.locator("#new-watchlist").click()
    save(page, "Mine", "AAPL")
    expect(page).to_have_title("Mine · Market Sentiment")

    page.locator("#new-watchlist").click()
    save(page, "Mine", "BA")

    expect(page.locator("#watchlist-error")).to_contain_text("Mine")
    save(page, "Others", "B A %")
    expect(page.locator("#watchlist-error")).to_contain_text("%: a ticker has")
    page.locator("#watchlist-cancel").click()
    expect(page.locator("#watchlist-form")).to_be_hidden()


def test_watchlist_missing_shows_error_and_all_headlines(server, open_dashboard):
    dashboard = open_dashboard(server, "/?configuration=0f8fad5b-d9cb-469f-a165-70867728950e")

    expect(dashboard.page.locator("#status-banner")).to_contain_text("does not exist")
    dashboard.expect_status("Connected")
    dashboard.expect_exact(2)
    dashboard.page.locator("#status-banner-link").click()
    expect(dashboard.page.locator("#status-banner")).to_be_hidden()
    assert dashboard.page.url.endswith("/")


def test_watchlist_deleted_elsewhere_shows_error(server, open_dashboard):
    dashboard = open_dashboard(server, config={"SSE_RECONNECT_DELAY": 200})
    page = dashboard.page
    page.locator("#new-watchlist").click()
    save(page, "Mine", "AAPL")
    expect(page).to_have_title("Mine · Market Sentiment")
    dashboard.expect_status("Connected")
    token = page.evaluate("localStorage.getItem('sentiment-session')")

    status, _ = server.call(
        f"/api/v2/configurations/{page.url.partition('=')[2]}", method="DELETE", Authorization=f"Bearer {token}"
    )
    assert status == 204

    expect(page.locator("#status-banner")).to_contain_text("does not exist", timeout=60_000)
    assert dashboard.text("status-text") == "Disconnected"


def test_instruments_are_suggested_by_name(server, open_dashboard):
    dashboard = open_dashboard(server)
    page = dashboard.page
    field, options = page.locator("#filter-tickers"), page.locator("#filter-tickers-suggestions [role=option]")
    field.press_sequentially("apple")
    expect(options.first).to_contain_text("AAPL Apple Inc.")
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    expect(options.first).to_be_hidden()
    expect(page.locator("#total-items")).to_have_text("1")
    assert page.url.endswith("/?tickers=AAPL")

    page.locator("#new-watchlist").click()
    page.locator("#watchlist-name").fill("Two")
    tickers = page.locator("#watchlist-tickers")
    tickers.fill("AAPL, ")
    tickers.press_sequentially("boeing")
    page.locator("#watchlist-tickers-suggestions [role=option]").first.click()
    assert tickers.input_value() == "AAPL, BA"
    page.locator("#watchlist-form [type=submit]").click()
    expect(page.locator("#watchlists .tickers")).to_have_text("AAPL, BA")
    assert page.locator("#watchlists .tickers").get_attribute("title").startswith("Apple Inc., ")
    assert dashboard.console == []

"""Watchlists on the page, in an anonymous session that starts with the first save."""

import pytest
from playwright.sync_api import expect

from tests.helpers.waiting import until

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
    expect(page.locator("#watchlists [aria-current=page]")).to_have_text("<i>Phones</i>")
    expect(page).to_have_title("<i>Phones</i> · Market Sentiment")
    expect(page.locator("#period-title")).to_have_text("<i>Phones</i>, last 24 hours")
    assert "?configuration=" in page.url
    dashboard.expect_status("Connected")
    server.post(
        {"title": "Apple recalls chargers", "ticker": "AAPL"}, {"title": "Boeing wins an order", "ticker": "BA"}
    )
    expect(page.locator("#total-items")).to_have_text("2")

    members = page.locator("#members-list [data-ticker]")
    page.locator("#add-member-ticker").press_sequentially("boeing")
    expect(page.locator("#add-member-ticker-suggestions [role=option]").first).to_contain_text("The Boeing Company")
    page.locator("#add-member-ticker").press("Enter")
    expect(members).to_have_count(2)
    expect(members.nth(1)).to_contain_text("Boeing")
    expect(page.locator("#members-count")).to_have_text("2 instruments")
    expect(page.locator("#chart-legend li")).to_have_text(["AAPL", "BA", "All news"])
    page.get_by_role("button", name="Remove AAPL").last.click()
    expect(members).to_have_count(1)
    expect(page.locator("#total-items")).to_have_text("2")
    page.get_by_role("button", name="Remove BA").last.click()
    expect(page.locator("#members-error")).to_contain_text("at least one")

    page.locator("#watchlist-menu summary").click()
    page.locator("#rename-watchlist").click()
    expect(page.locator("#session-hint")).to_be_hidden()
    save(page, "Planes", "ba")
    expect(page).to_have_title("Planes · Market Sentiment")
    page.reload()
    expect(page).to_have_title("Planes · Market Sentiment")
    expect(page.locator("#total-items")).to_have_text("2")

    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#watchlist-menu summary").click()
    page.locator("#delete-watchlist").click()
    expect(page.locator("#watchlists li")).to_have_count(0)
    expect(page).to_have_title("Market Sentiment")
    dashboard.expect_exact(4)
    assert dashboard.console == []


def test_watchlist_shared_link_carries_its_tickers(server, open_dashboard):
    dashboard = open_dashboard(server, permissions=["clipboard-read", "clipboard-write"])
    page = dashboard.page
    page.locator("#new-watchlist").click()
    save(page, "Both", "AAPL, BA")
    expect(page.locator("#members-list [data-ticker]")).to_have_count(2)

    page.locator("#share-watchlist").click()
    expect(page.locator("#share-status")).to_have_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")

    assert link == f"{server.url}/?tickers=AAPL,BA"
    reader = open_dashboard(server, link.removeprefix(server.url))
    expect(reader.page.locator("#chosen-tickers")).to_contain_text("AAPL")
    expect(reader.page.locator("#total-items")).to_have_text("2")


def test_watchlists_count_headlines_since_the_last_visit(server, open_dashboard):
    dashboard = open_dashboard(server)
    page = dashboard.page
    for name, ticker in (("Phones", "AAPL"), ("Planes", "BA")):
        page.locator("#new-watchlist").click()
        save(page, name, ticker)
        expect(page).to_have_title(f"{name} · Market Sentiment")
    page.locator("#all-news").click()
    dashboard.expect_exact(2)
    dashboard.expect_status("Connected")
    tabs = page.locator("#watchlists li")

    server.post(
        {"title": "Apple and Boeing recall chargers", "tickers": ["AAPL", "BA"]},
        {"title": "Boeing wins an order", "ticker": "BA"},
    )

    expect(tabs).to_have_text(["Phones1", "Planes2"])
    expect(page).to_have_title("(3) Market Sentiment")
    page.goto("about:blank")
    server.post({"title": "Boeing wins another order", "ticker": "BA"})
    page.go_back()
    expect(tabs).to_have_text(["Phones1", "Planes3"])
    tabs.nth(1).locator("a").click()
    expect(page).to_have_title("(1) Planes · Market Sentiment")
    expect(page.locator("#items-tbody tr.unread")).to_have_count(3)
    expect(page.locator("#items-tbody tr.since")).to_contain_text("3 new since your last visit, ")
    rows = page.locator("#items-tbody tr:not(.day)").evaluate_all("rows => rows.map(row => row.className)")
    assert [name.split()[0] if name else "" for name in rows[:5]] == ["unread", "unread", "unread", "since", ""]
    dashboard.expect_status("Connected")
    server.post({"title": "Boeing settles a claim", "ticker": "BA"})
    expect(page.locator("#total-items")).to_have_text("5")
    page.reload()
    expect(page).to_have_title("(1) Planes · Market Sentiment")
    expect(page.locator("#items-tbody tr[data-item-id]")).to_have_count(5)
    expect(page.locator("#items-tbody tr.unread")).to_have_count(0)


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


def test_watchlist_missing_or_deleted_elsewhere_shows_only_the_notice(server, open_dashboard):
    dashboard = open_dashboard(
        server, "/?configuration=0f8fad5b-d9cb-469f-a165-70867728950e", config={"SSE_RECONNECT_DELAY": 200}
    )
    page, notice = dashboard.page, dashboard.page.locator("#notice")
    expect(notice).to_contain_text("belongs to another user")
    expect(page.locator("#items-table")).to_be_hidden()
    assert dashboard.text("status-text") == "Disconnected"
    page.locator("#notice-link").click()
    expect(notice).to_be_hidden()
    assert page.url.endswith("/")
    dashboard.expect_exact(2)

    page.locator("#new-watchlist").click()
    save(page, "Mine", "AAPL")
    expect(page).to_have_title("Mine · Market Sentiment")
    dashboard.expect_status("Connected")
    token = page.evaluate("localStorage.getItem('sentiment-session')")
    status, _ = server.call(
        f"/api/v2/configurations/{page.url.partition('=')[2]}", method="DELETE", Authorization=f"Bearer {token}"
    )
    assert status == 204

    expect(notice).to_contain_text("was deleted")
    expect(page.locator("#items-table")).to_be_hidden()
    until(lambda: dashboard.text("status-text") == "Disconnected" or page.wait_for_timeout(50), what="disconnected")


def test_instruments_are_suggested_and_chosen_as_chips(server, open_dashboard):
    dashboard = open_dashboard(server)
    page = dashboard.page
    field, options = page.locator("#filter-tickers"), page.locator("#filter-tickers-suggestions [role=option]")
    chips = page.locator("#chosen-tickers .pick-chip")
    field.press_sequentially("apple")
    expect(options.first).to_contain_text("AAPL Apple Inc. company, 1 headline")
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    expect(options.first).to_be_hidden()
    expect(chips).to_have_text(["AAPL"])
    expect(page.locator("#total-items")).to_have_text("1")
    assert page.url.endswith("/?tickers=AAPL")

    for ticker in ("BA", "f"):
        field.fill(ticker)
        field.press("Enter")
    expect(chips).to_have_text(["AAPL", "BA", "+1"])
    page.get_by_role("button", name="Remove AAPL").click()
    expect(chips).to_have_text(["BA", "F"])
    field.fill("B A %")
    field.press("Enter")
    expect(page.locator("#filter-error")).to_contain_text("%: a ticker has")
    page.locator("#clear-tickers").click()
    expect(chips).to_have_count(0)
    dashboard.expect_exact(2)

    page.locator("#new-watchlist").click()
    tickers = page.locator("#watchlist-tickers")
    tickers.press_sequentially("AAPL, boeing")
    page.locator("#watchlist-tickers-suggestions [role=option]").first.click()
    assert tickers.input_value() == "AAPL, BA, "
    assert dashboard.console == []

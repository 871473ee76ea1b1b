"""The list of headlines: its order, older ones, holding still, the detail, filters and keys."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from tests.helpers.changes import change_on
from tests.helpers.dashboard import Dashboard

MAX_ROWS = 150  # in the document, whatever the length of the list
APPLE = {"title": "Apple profit soars to a record and beats estimates", "ticker": "AAPL", "source": "wire"}
BOEING = {"title": "Boeing shares plunge after a fraud probe", "ticker": "BA", "source": "desk"}
MARKET = {"title": "Stocks end higher", "ticker": "MARKET", "source": "wire"}


def published(record: dict[str, Any], **ago: float) -> dict[str, Any]:
    """Return a record to post that was published some time ago."""
    return {**record, "published_at": (datetime.now(UTC) - timedelta(**ago)).isoformat()}


def headlines(numbers: Iterable[int], *, minutes: float = 10) -> list[dict[str, Any]]:
    """Return records, the one with number n published n times `minutes` ago."""
    return [published({"title": f"Headline number {n}", "ticker": "AAPL"}, minutes=minutes * n) for n in numbers]


def scroll_to_end(page: Page) -> None:
    """Scroll, and wait for the frame after: in the next one the page learns of it."""
    page.locator("#items-scroll").evaluate("""(list) => new Promise((resolve) => {
        list.scrollTop = list.scrollHeight;
        requestAnimationFrame(() => requestAnimationFrame(resolve));
    })""")


def open_connected(open_dashboard: Any, server: Any, path: str = "/", **options: Any) -> Dashboard:
    dashboard: Dashboard = open_dashboard(server, path, **options)
    dashboard.expect_status("Connected")
    return dashboard


def test_list_orders_by_publication_and_loads_older_headlines_with_few_rows(start_server, open_dashboard):
    server = start_server()
    server.post(*headlines(range(1, 400)))
    dashboard = open_connected(open_dashboard, server, "/?period=7d")
    page = dashboard.page
    expect(page.locator(".day .day-name").first).to_have_text("Today")

    late = published({"title": "Late headline", "ticker": "BA"}, minutes=95)
    server.post(late, published({"title": "Newest headline", "ticker": "BA"}, seconds=1))
    expect(page.locator("#items-tbody .title").first).to_have_text("Newest headline")
    titles = dashboard.titles()
    assert titles.index("Late headline") == titles.index("Headline number 9") + 1
    expect(page.locator(".tag.late:visible")).to_have_text("1 h 35 late")
    expect(page.locator("tr", has_text="Late headline").locator("time")).to_have_attribute(
        "title", re.compile("Published .*, received .*, scored .*")
    )

    while page.locator("#list-end-text").inner_text() != "No older headlines in this period.":
        scroll_to_end(page)
        page.wait_for_timeout(50)
        assert page.locator("#items-tbody tr").count() <= MAX_ROWS
    scroll_to_end(page)
    expect(page.get_by_text("Headline number 399", exact=True)).to_be_in_viewport()
    page.locator("#items-scroll").evaluate("(list) => { list.scrollTop = 0; }")
    expect(page.locator("#items-tbody .title").first).to_have_text("Newest headline")

    page.locator(".day-name").first.click()
    day = datetime.now(UTC).astimezone() - timedelta(days=2)
    page.locator("#day-jump input").fill(f"{day:%Y-%m-%d}")
    page.locator("#day-jump input").press("Enter")
    separator = page.locator(f'.day[data-day="{day:%Y-%m-%d}"]')
    expect(separator).to_be_in_viewport()
    expect(page.locator("#new-items")).to_have_text("Newest")
    assert dashboard.console == []


def test_list_holds_still_and_shows_what_came_on_request(start_server, open_dashboard):
    server = start_server()
    server.post(*headlines(range(1, 60)))
    dashboard = open_connected(open_dashboard, server)
    page, pill = dashboard.page, dashboard.page.locator("#new-items")
    first = page.locator("#items-tbody .title").first

    first.hover()
    server.post(APPLE, BOEING)
    expect(pill).to_have_text("2 new")
    expect(first).to_have_text("Headline number 1")
    page.mouse.move(0, 0)
    expect(first).to_have_text(BOEING["title"])
    expect(pill).to_be_hidden()

    scroll_to_end(page)
    server.post({"title": "Ford recalls trucks", "ticker": "F"})
    pill.click()
    expect(first).to_have_text("Ford recalls trucks")
    expect(first).to_be_in_viewport()

    page.keyboard.press("p")
    server.post({"title": "Ford sells trucks", "ticker": "F"})
    expect(page.locator("#pause")).to_have_text("Resume · 1")
    expect(first).to_have_text("Ford recalls trucks")
    page.locator("#pause").click()
    expect(first).to_have_text("Ford sells trucks")
    expect(page.locator("#pause")).to_have_text("Pause")
    dashboard.page.locator("#total-items").wait_for()
    assert dashboard.text("total-items") == "63"
    assert dashboard.console == []


def test_detail_explains_a_headline_and_stays_open_while_the_list_moves(start_server, open_dashboard):
    server = start_server()
    apple, old = server.post(APPLE, published({"title": "Old headline", "ticker": "F"}, days=9))
    dashboard = open_connected(open_dashboard, server)
    page, detail = dashboard.page, dashboard.page.locator("tr.detail")
    expect(page.locator(f'tr[data-item-id="{apple}"] mark.positive').first).to_be_visible()
    page.route("**/items/**", lambda route: route.abort())

    page.locator(".title", has_text="Apple").click()
    expect(detail.locator(".failed")).to_contain_text("could not be loaded")
    page.unroute("**/items/**")
    detail.locator(".retry").click()

    assert f"item={apple}" in page.url
    expect(detail.locator(".evidence li b").first).to_have_text(re.compile(r"^[+\u2212]\d\.\d\d$"))
    expect(detail.locator(".inst .chip")).to_contain_text("AAPL")
    expect(detail.locator(".pun b").first).to_have_text(re.compile(r"^\d+%$"))
    for name in ("published", "received", "scored"):
        expect(detail.locator(f".{name} time")).to_have_attribute("datetime", re.compile("Z$"))
    expect(detail.locator(".labels")).to_have_count(0)
    server.post(BOEING)
    page.locator("#new-items").click()
    expect(page.locator("#items-tbody .title").first).to_have_text(BOEING["title"])
    expect(detail.locator(".evidence li").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(detail).to_have_count(0)
    assert "item=" not in page.url

    page.goto(f"{server.url}/?item={'0' * 36}")
    expect(detail).to_contain_text("This headline was withdrawn, or the link to it is wrong.")
    page.goto(f"{server.url}/?item={old}")
    expect(page.locator(".title", has_text="Old headline")).to_be_visible()
    expect(detail.locator(".inst .chip")).to_contain_text("F")
    assert [line for line in dashboard.console if "ERR_FAILED" not in line and "404" not in line] == []


def test_detail_tells_the_history_of_a_corrected_headline(start_server, open_dashboard):
    server = start_server()
    (apple,) = server.post(APPLE)
    change_on(server, f"change_item({apple!r}, title='Apple profit falls', sentiment='negative')")

    page = open_connected(open_dashboard, server, f"/?item={apple}").page

    states = page.locator("tr.detail .history li")
    expect(states).to_have_count(2)
    expect(states.first).to_contain_text("Corrected title")
    expect(states.last).to_contain_text("Model said +")


def test_filters_of_the_list_are_in_the_address_and_the_export(start_server, open_dashboard):
    server = start_server()
    server.post(APPLE, BOEING, MARKET, {**BOEING, "title": "Boeing and peers", "tickers": ["BA", "F", "GM", "LUV"]})
    dashboard = open_connected(open_dashboard, server)
    page, rows = dashboard.page, dashboard.page.locator("#items-tbody tr[data-item-id]")
    expect(rows).to_have_count(4)

    page.locator("#source-menu summary").click()
    option = page.locator("#source-options li", has_text="desk")
    expect(option.locator(".count")).to_have_text("2")
    option.locator("a").click()
    expect(rows).to_have_count(2)
    expect(page.locator("#source-label")).to_have_text("Source: desk")
    page.locator("#filter-text").fill("plunge")
    expect(rows).to_have_count(1)
    expect(page.locator("mark.match")).to_have_text("plunge")
    page.locator("#filter-confidence").select_option("60")
    assert re.search(r"/\?source=desk&q=plunge&confidence=60$", page.url)
    href = page.locator("#export").get_attribute("href") or ""
    assert "format=csv&source=desk&q=plunge&min_score=0.6&published_from=" in href
    assert server.call(href)[0] == 200
    page.locator("#clear-filters").click()
    expect(rows).to_have_count(4)

    page.locator("#filter-kind").select_option("market")
    expect(rows).to_have_count(1)
    expect(rows.locator(".chip")).to_contain_text("Market")
    page.locator("#filter-kind").select_option("company")
    expect(rows).to_have_count(3)
    more = page.locator("tr", has_text="peers").locator(".more")
    expect(more.locator("summary")).to_have_text(re.compile(r"^[23] more$"))
    more.locator("summary").click()
    more.locator(".chip", has_text="LUV").click()
    expect(page.locator("#total-items")).to_have_text("1")
    assert "tickers=LUV" in page.url
    expect(page.locator("tr[data-item-id] .chip").first).to_contain_text("LUV")
    assert dashboard.console == []


def test_keys_move_through_the_list_and_open_a_headline(start_server, open_dashboard):
    server = start_server()
    server.post(*headlines(range(1, 30)))
    page = open_connected(open_dashboard, server).page
    titles, detail = page.locator("#items-tbody .title"), page.locator("tr.detail")
    expect(titles.first).to_be_visible()

    for key, focused in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(titles.nth(focused)).to_be_focused()
    page.keyboard.press("o")
    expect(detail).to_have_count(1)
    page.keyboard.press("o")
    expect(detail).to_have_count(0)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("pjs")  # text, no keys
    expect(page.locator("#filter-text")).to_have_value("pjs")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.locator("#filter-tickers")).to_be_focused()


def test_phone_opens_filters_as_a_sheet_and_reaches_what_is_below_the_list(start_server, open_dashboard):
    server = start_server()
    server.post(APPLE, BOEING, *headlines(range(1, 60)))
    dashboard = open_connected(
        open_dashboard, server, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page, rows = dashboard.page, dashboard.page.locator("#items-tbody tr[data-item-id]")

    page.locator('.dock [data-action="filter"]').tap()
    page.locator("#sentiments").get_by_text("Negative").tap()
    expect(rows).to_have_count(1)
    page.locator("#apply-filters").tap()
    expect(page.locator("#apply-filters")).to_be_hidden()
    expect(rows.first).to_contain_text(BOEING["title"])
    expect(page.locator("#dock-filters")).to_have_text("1")
    expect(page.locator("#filter-names")).to_have_text("negative")
    page.locator("#clear-filters").tap()
    expect(page.locator("#filter-note")).to_be_hidden()
    expect(rows).to_have_count(20)

    page.evaluate("window.scrollTo(0, 4000)")  # the page scrolls, not the list
    server.post(MARKET)
    expect(page.locator("#new-items")).to_have_text("1 new")
    page.locator("#new-items").tap()
    expect(rows.first).to_contain_text(MARKET["title"])
    expect(rows.first).to_be_in_viewport()
    page.locator('.dock [popovertarget="more"]').tap()
    expect(page.locator("#more")).to_contain_text("hollow: confidence under 50%")
    page.get_by_role("button", name="Most mentioned instruments").tap()
    expect(page.locator("#more")).to_be_hidden()
    expect(page.locator("#tag-chart li").first).to_be_in_viewport()
    page.locator("#older").tap()
    expect(page.locator("#list-end-text")).to_have_text("No older headlines in this period.")
    assert dashboard.console == []

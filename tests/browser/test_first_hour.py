"""The first hour of an operator: set-up link, owner, a feed, its headline on the page, a watchlist, its share link."""

import re
import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.helpers.axe import find_small_targets, find_violations
from tests.helpers.feed_server import FeedServer, item, rss
from tests.helpers.server import Server

TITLE = "Apple profit beats estimates"


@pytest.fixture
def feed() -> Iterator[str]:
    server = FeedServer()
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server.serve(rss(item(TITLE, guid="1"), item("", guid="2")))
    server.closing.set()
    server.shutdown()
    server.server_close()


def test_setup_link_leads_to_a_headline_a_watchlist_and_a_share_link(
    browser: Browser, start_server: Callable[..., Server], feed: str
) -> None:
    server = start_server(command=("serve", "--setup-link"), SOURCE_ALLOWED_NETWORKS="127.0.0.0/8")
    [link] = re.findall(r"http://127\.0\.0\.1:\S+key=\S+", server.log.read_text())
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

    page.goto(link)
    assert find_violations(page) == []
    page.get_by_label("Name").fill("ann")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Create the owner").click()
    expect(page.get_by_role("heading", name="Add real news")).to_be_visible()
    expect(page.get_by_role("button", name="Follow 2 sources")).to_be_visible()

    for box in ("CNBC Top News", "Seeking Alpha Market Currents"):  # the test uses no outside network
        page.get_by_label(box).dispatch_event("click")
    page.get_by_label("Any other feed, site or OPML file").fill(feed)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#result")).to_contain_text("Works")
    expect(page.locator(".preview li")).to_have_count(1)
    expect(page.locator(".preview li")).to_contain_text(re.compile(rf"{TITLE}.*AAPL.*\+0\.\d\d", re.DOTALL))
    expect(page.locator(".skip-box")).to_contain_text("1 of 2 would be skipped")
    for scheme, width in (("light", 1440), ("dark", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 844})
        assert find_violations(page) == []
        assert find_small_targets(page, 44 if width == 390 else 32) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.get_by_role("button", name="Follow 1 source").click()
    expect(page.locator(".notices")).to_contain_text("You follow News.")
    polled = server.manage("ingest", "--once")
    assert polled.returncode == 0, polled.stderr
    expect(page.locator("#items-tbody")).to_contain_text(TITLE)

    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator("#new-watchlist").click()
    page.locator("#watchlist-name").fill("Phones")
    page.locator("#watchlist-tickers").fill("aapl")
    page.locator("#watchlist-form [type=submit]").click()
    expect(page).to_have_title("Phones · Market Sentiment")
    expect(page.locator("#items-tbody")).to_contain_text(TITLE)
    page.locator("#share-watchlist").click()
    expect(page.locator("#share-status")).to_have_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")

    reader = browser.new_page()
    reader.goto(link)
    expect(reader.locator("#items-tbody")).to_contain_text(TITLE)
    assert errors == []
    reader.close()
    context.close()

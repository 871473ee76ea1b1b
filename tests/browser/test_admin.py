"""The admin in a browser: home, the check of a source, times in the reader's zone, phone width, axe's rules."""

import json
import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.helpers.axe import find_small_targets, find_violations
from tests.helpers.feed_server import FeedServer, item, rss
from tests.helpers.server import Server

PREPARE = """
import json
from datetime import timedelta
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from news.models import Source
client = Client(SERVER_NAME="127.0.0.1")
client.force_login(User.objects.create_superuser("ann"))
Source.objects.create(name="Local wire", url={url!r}, last_polled_at="2026-01-31T23:30:00Z",
    last_item_at="2026-01-31T23:30:00Z", next_poll_at=timezone.now() + timedelta(hours=1), items_by_hour=[])
Source.objects.create(name="Dead wire", url="https://example.org/rss", consecutive_failures=3, last_error="410 Gone",
    last_skipped=[{{"title": "An old one", "reason": "is too long", "time": "2026-01-31T23:30:00Z"}}])
print(json.dumps(client.cookies[settings.SESSION_COOKIE_NAME].value))
"""


@pytest.fixture
def feed() -> Iterator[str]:
    """Return the address of a feed."""
    server = FeedServer()
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server.serve(rss(item("Apple profit surges to a record", link="https://example.org/1", date="31 Jan 2026")))
    server.shutdown()
    server.server_close()


def open_admin(browser: Browser, server: Server, session: str, **options: object) -> tuple[Page, list[str]]:
    context = browser.new_context(locale="en-GB", timezone_id="Asia/Tokyo", **options)
    context.add_cookies([{"name": "sessionid", "value": session, "url": server.url}])
    page, console = context.new_page(), []
    page.on("console", lambda line: console.append(line.text))
    page.on("pageerror", lambda error: console.append(str(error)))
    page.goto(f"{server.url}/admin/")
    return page, console


# What texts may not be, and the widest form.
STYLE = """() => {
    const shown = [...document.querySelectorAll("body *")].filter((element) => element.checkVisibility()
        && !element.closest(".visually-hidden") && [...element.childNodes].some((node) => node.data?.trim()));
    const has = (test) => shown.filter((element) => test(getComputedStyle(element)));
    return [
        ...has((style) => parseFloat(style.fontSize) < 12).map((element) => `small: ${element.outerHTML}`),
        ...has((style) => style.textTransform === "uppercase").map((element) => `caps: ${element.outerHTML}`),
        ...[...document.querySelectorAll("fieldset")].filter((form) => form.offsetWidth > 960).map(() => "wide form"),
    ];
}"""
# The admin's pages in both themes, as parts of the page.
PAGES = (
    "",
    "news/source/",
    "news/source/2/change/",
    "news/item/",
    "news/item/1/change/",
    "news/label/",
)


def list_faults(page: Page) -> list[str]:
    smallest = 44 if (page.viewport_size or {})["width"] <= 600 else 32
    return [*find_violations(page), *page.evaluate(STYLE), *find_small_targets(page, smallest)]


def test_admin_home_checks_a_source_and_shows_times_of_the_reader(browser: Browser, start_server, feed: str) -> None:
    server = start_server(SOURCE_ALLOWED_NETWORKS="127.0.0.0/8")
    session = json.loads(server.manage("shell", "-v0", "-c", PREPARE.format(url=feed)).stdout)
    server.post({"title": "Boeing shares plunge", "ticker": "BA", "published_at": "2026-01-31T23:30:00Z"})

    page, console = open_admin(browser, server, session)
    rows = page.locator(".admin-sources tbody tr")
    expect(rows.nth(0)).to_contain_text("Failing, 3 in a row")
    expect(rows.nth(0)).to_contain_text("410 Gone")
    rows.nth(0).locator("summary").click()
    expect(rows.nth(0)).to_contain_text("An old one")
    expect(rows.nth(1).locator("time")).to_have_text(re.compile(r"^1 Feb"))
    expect(page.locator(".intake title").last).to_have_text(re.compile(r"^\d+ \w+, \d+:00: 1$"))
    expect(page.locator(".diagnostics a").first).to_be_hidden()
    page.locator(".setup > summary").click()
    expect(page.locator(".setup")).to_contain_text("Only this computer reaches the site")
    assert find_violations(page) == []

    page.get_by_role("button", name="Check Local wire").click()
    check = page.locator("#source-check")
    expect(check).to_contain_text("Apple profit surges to a record")
    expect(check.locator("tbody tr").first).to_contain_text("AAPL")
    expect(check).to_contain_text("Nothing was stored.")
    page.goto(f"{server.url}/admin/news/item/")
    expect(page.locator("#result_list time").first).to_have_text(re.compile(r"^1 Feb.* 0?8:30$"))
    page.get_by_text("Sentiment", exact=True).first.click()
    page.get_by_role("link", name="Negative").click()
    expect(page.locator(".filter-bar strong")).to_have_text("Negative")
    page.click(".theme-toggle")  # of a light system: to dark
    for path in PAGES:
        page.goto(f"{server.url}/admin/{path}")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(12, 17, 23)"  # `--ground`
        assert list_faults(page) == [], path
    page.goto(f"{server.url}/admin/news/item/1/change/")
    expect(page.locator(".field-sentiment_cell .readonly")).to_have_text(re.compile(r"^negative \d+%$"))
    expect(page.locator(".field-ticker_sentiments .readonly")).to_have_text(
        re.compile(r"^BA negative \u22120\.\d\d, \d+%$")
    )
    assert console == []
    page.context.close()

    phone, console = open_admin(browser, server, session, viewport={"width": 390, "height": 844}, color_scheme="dark")
    for path in PAGES:
        phone.goto(f"{server.url}/admin/{path}")
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, path
        assert list_faults(phone) == [], path
    phone.goto(f"{server.url}/admin/news/item/")
    expect(phone.locator("time").first).to_have_attribute("title", re.compile("2026"))
    assert console == []
    phone.context.close()

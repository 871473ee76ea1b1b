"""The site under a path of a host: all links, forms, requests of scripts, redirects and cookies, in Chromium."""

import re
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import APIRequestContext, Browser, Page, expect

from tests.helpers.code_blocks import load_code_blocks
from tests.helpers.nginx import running_nginx
from tests.helpers.server import Server
from tests.helpers.sse import Stream

DOCUMENT = "docs/reverse-proxy.md"
SECTIONS = {"kept": "A path of a host, with nginx", "removed": "The same, with the prefix removed"}
CREATE_STAFF = (
    'from django.contrib.auth.models import User; User.objects.create_superuser("ann", password="a pass phrase")'
)
VERSION = re.compile(r"v-[0-9a-f]{12}/")  # of static files
# What a link of an admin list does beyond what the first of its kind does: sorting, filtering, other rows.
REPEATED = re.compile(r"\?.*|(?<=/)\d+(?=/)")


class LinkParser(HTMLParser):
    """Collects what a page links, loads and submits to."""

    def __init__(self) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.forms: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "form":
            self.forms.add(attributes.get("action") or "")
        elif link := attributes.get("href") or attributes.get("src"):
            self.links.add(link)


@pytest.fixture(params=SECTIONS)
def site(request: pytest.FixtureRequest, start_server: Callable[..., Server], tmp_path: Path) -> Iterator[Server]:
    """Return a server as its clients see it, through nginx at /news."""
    server = start_server(SITE_PREFIX="/news/", TRUSTED_PROXIES="127.0.0.1")
    server.manage("shell", "-v0", "-c", CREATE_STAFF)
    example = load_code_blocks(DOCUMENT, SECTIONS[request.param])[0]
    assert example.language == "nginx"
    with running_nginx(example.text.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}"), tmp_path) as port:
        yield replace(server, port=port, path="/news")


@pytest.fixture
def page(browser: Browser, site: Server) -> Iterator[Page]:
    """Return a tab; at the end, everything that it requested was below the prefix and was answered."""
    failed: list[str] = []
    with browser.new_context() as context:
        page = context.new_page()
        page.on("console", lambda line: failed.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.on(
            "response",
            lambda response: (
                failed.append(f"{response.status} {response.url}")
                if response.status >= 400 or not urlsplit(response.url).path.startswith("/news/")
                else None
            ),
        )
        yield page
    assert failed == []


def sign_in(page: Page, site: Server) -> None:
    page.goto(f"{site.url}/")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill("a pass phrase")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#account summary")).to_have_attribute("aria-label", "Account: ann")


def crawl(client: APIRequestContext, start: str) -> tuple[set[str], list[str]]:
    """Follow all links and forms of this host from a page; return the URLs, and the problems."""
    pending, urls, problems = [start], {start}, []
    while pending:
        url = pending.pop(0)
        response = client.head(url) if urlsplit(url).path.endswith("/stream") else client.get(url)
        if response.status >= 400 or not urlsplit(response.url).path.startswith("/news/"):
            problems.append(f"{response.status} {url} -> {response.url}")
        if "text/html" not in response.headers.get("content-type", ""):
            continue
        parser = LinkParser()
        parser.feed(response.text())
        for link in sorted(parser.links | parser.forms):
            target = urljoin(response.url, link).partition("#")[0]
            if urlsplit(target).netloc != urlsplit(start).netloc or "logout" in target or target in urls:
                continue
            is_repeated = REPEATED.search(target) and any(REPEATED.sub("", target) == REPEATED.sub("", u) for u in urls)
            if not urlsplit(target).path.startswith("/news/"):
                problems.append(f"{url} links {target}")
            elif not is_repeated and link not in parser.forms:
                urls.add(target)
                pending.append(target)
    return urls, problems


def test_prefix_all_links_and_forms_of_page_docs_and_admin_lead_below_it(site: Server, page: Page) -> None:
    site.post({"title": "Apple profit soars", "ticker": "AAPL"})
    sign_in(page, site)

    urls, problems = crawl(page.context.request, f"{site.url}/")

    assert problems == []
    paths = {VERSION.sub("", urlsplit(url).path) for url in urls}
    assert paths >= {
        "/news/", "/news/api/v2/docs", "/news/about-scores", "/news/admin/",
        "/news/admin/news/source/add/", "/news/static/dashboard/app.js", "/news/static/admin/css/base.css",
    }  # fmt: skip
    assert len(paths) > 50
    cookies = {cookie["name"]: cookie["path"] for cookie in page.context.cookies()}
    assert cookies == {"sessionid": "/news", "csrftoken": "/news"}


@pytest.mark.parametrize("site", ["removed"], indirect=True)
def test_prefix_page_and_docs_work(site: Server, page: Page) -> None:
    page.goto(f"{site.url}/?tickers=AAPL")
    expect(page.locator("#status-text")).to_have_text("Connected")

    site.post({"title": "Apple profit soars", "ticker": "AAPL"})
    expect(page.locator("#total-items")).to_have_text("1")
    page.locator("#items-tbody .title").click()
    expect(page.locator(".detail-content")).to_be_visible()
    page.get_by_role("button", name="Watchlist").click()
    page.locator("#watchlist-name").fill("Phones")
    page.locator("#watchlist-tickers").fill("AAPL")
    page.get_by_role("button", name="Save").click()
    watchlist = page.locator("#watchlists").get_by_role("link", name="Phones")
    expect(watchlist).to_have_attribute("aria-current", "page")
    expect(page.locator("#status-text")).to_have_text("Connected")

    assert urlsplit(page.url).path == "/news/"
    watchlist.click()
    assert urlsplit(page.url).path == "/news/"
    keys = page.evaluate("Object.keys(localStorage).filter((key) => !key.startsWith('sentiment-visit:/news/'))")
    assert keys == ["sentiment-session/news/"]
    assert f"{site.url}/api/v2/items" in (page.locator("#empty-state code").text_content() or "")

    page.goto(f"{site.url}/api/v2/docs")
    page.locator(".opblock-summary-get").filter(has_text="/api/v2/metrics").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table td.response-col_status").nth(1)).to_contain_text("200")


@pytest.mark.parametrize("site", ["removed"], indirect=True)
def test_prefix_streams_and_redirects_work(site: Server) -> None:
    with Stream(site.url) as stream, Stream(site.url, path="/events/?channel=items") as channel:
        stream.receive_kinds("heartbeat", "metrics")
        site.post({"title": "Apple profit soars", "ticker": "AAPL"})
        stream.receive_items(1)
        channel.receive_until(lambda s: any(event.kind == "new_item" for event in s.events))
    for path, target in (
        ("/admin", "/news/admin/login/?next=/news/admin/"),
        ("/accounts/login", "/news/accounts/login/"),
        ("/favicon.ico", "/news/static/dashboard/favicon.svg"),
    ):
        with urllib.request.urlopen(f"{site.url}{path}", timeout=60) as response:
            assert (response.status, VERSION.sub("", response.url)) == (200, urljoin(site.url, target))
    _, document = site.call("/api/v2/openapi.json")
    assert document["servers"] == [{"url": "/news"}]
    assert all(path.startswith(("/api/v2/", "/health/")) for path in document["paths"])

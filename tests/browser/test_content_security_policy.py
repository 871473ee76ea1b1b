"""Every page works under the production Content-Security-Policy without violations or console messages."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.helpers.server import Server

CREATE_STAFF_SESSION = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
client = Client(SERVER_NAME="127.0.0.1")
client.force_login(User.objects.create_superuser("ann"))
print(json.dumps(client.cookies[settings.SESSION_COOKIE_NAME].value))
"""
ADMIN_PATHS = ["", "news/item/", "news/source/", "news/source/add/", "accounts/token/add/", "news/bucket/"]
RECORD_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", event => window.violations.push(event.violatedDirective));
"""


@pytest.fixture
def production(start_server) -> Server:
    return start_server(HTTPS=1, TRUSTED_PROXIES="127.0.0.1")


@pytest.fixture
def page(browser: Browser, production: Server) -> Iterator[Page]:
    """Return a tab signed in as staff, whose requests look like those of an HTTPS proxy."""
    session = json.loads(production.manage("shell", "-v0", "-c", CREATE_STAFF_SESSION).stdout)
    with browser.new_context(extra_http_headers={"X-Forwarded-Proto": "https"}) as context:
        context.add_init_script(RECORD_VIOLATIONS)
        context.add_cookies([{"name": "sessionid", "value": session, "url": production.url}])
        yield context.new_page()


def test_pages_production_policy_has_no_violations(production, page):
    console: list[str] = []
    page.on("console", lambda line: console.append(line.text))
    page.on("pageerror", lambda error: console.append(str(error)))

    response = page.goto(production.url)
    assert "default-src 'self'" in response.headers["content-security-policy"]
    expect(page.locator("#status-text")).to_have_text("Connected")
    assert page.evaluate("window.violations") == []
    for path in ADMIN_PATHS:
        assert page.goto(f"{production.url}/admin/{path}").status == 200
        expect(page.locator("#user-tools")).to_contain_text("ann")
        assert page.evaluate("window.violations") == [], path
    page.goto(f"{production.url}/api/v2/docs")
    page.locator(".opblock-summary-get").filter(has_text="/api/v2/metrics").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table td.response-col_status").nth(1)).to_contain_text("200")
    assert page.evaluate("window.violations") == []
    page.context.clear_cookies()
    page.goto(f"{production.url}/accounts/login/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()

    assert page.evaluate("window.violations") == []
    assert console == []


def test_page_http_from_another_host_logs_nothing(start_server, open_dashboard):
    server = start_server(ALLOWED_HOSTS="another.test,127.0.0.1")

    dashboard = open_dashboard(server, host="another.test")

    dashboard.expect_status("Connected")
    server.post({"title": "Apple profit soars", "ticker": "AAPL"})
    dashboard.expect_exact(1)
    assert dashboard.console == []

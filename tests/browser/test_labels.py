"""Label buttons in the details of a headline, for staff who may label."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.axe import find_violations
from tests.helpers.dashboard import Dashboard
from tests.helpers.server import Server

PASSWORD = "correct horse battery"
ADD_STAFF = f"""
from django.contrib.auth.models import User
User.objects.create_superuser("ann", password={PASSWORD!r})
"""


@pytest.fixture
def server(start_server: Callable[..., Server]) -> Server:
    server = start_server()
    server.post(
        {"title": "Boeing meets analysts", "ticker": "BA"},
        {"title": "Apple profit soars to a record", "tickers": ["AAPL", "MSFT"]},
        {"title": "Ford holds its annual meeting", "ticker": "F"},
    )
    return server


def sign_in(page: Page, server: Server) -> None:
    """Sign in as staff in another tab."""
    assert server.manage("shell", "-c", ADD_STAFF).returncode == 0
    tab = page.context.new_page()
    tab.goto(f"{server.url}/accounts/login/")
    tab.locator("[name=username]").fill("ann")
    tab.locator("[name=password]").fill(PASSWORD)
    tab.locator("main [type=submit]").click()
    tab.wait_for_url(f"{server.url}/")
    tab.close()
    page.reload()


def open_details(page: Page) -> None:
    page.locator(".title", has_text="Apple profit").click()
    expect(page.locator(".evidence li").first).to_be_visible()


def test_label_buttons_by_keyboard_and_mouse_label_headline_and_tickers(
    server: Server, open_dashboard: Callable[..., Dashboard]
) -> None:
    dashboard = open_dashboard(server, color_scheme="light", reduced_motion="reduce")
    page = dashboard.page
    sign_in(page, server)
    dashboard.expect_status("Connected")
    open_details(page)
    headline, aapl = (page.get_by_role("group", name=f"{name} should be") for name in ("Headline", "AAPL"))
    negative = headline.get_by_role("button", name="negative")
    expect(negative).to_have_attribute("aria-pressed", "false")
    box = negative.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 32

    negative.focus()
    page.keyboard.press("Enter")

    expect(negative).to_have_attribute("aria-pressed", "true")
    expect(headline.locator(".author")).to_have_text("by ann")
    expect(page.locator(".label-status")).to_have_text("Headline: labelled negative.")
    expect(page.locator("tr[data-item-id]", has_text="Apple profit")).to_have_attribute("data-sentiment", "negative")
    expect(page.locator("tr[data-item-id] + .detail")).to_have_attribute("data-sentiment", "negative")
    expect(page.locator("#negative-count")).to_have_text("1")
    expect(negative).to_be_focused()
    assert find_violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert find_violations(page) == []

    aapl.get_by_role("button", name="positive").click()
    expect(page.locator(".label-status")).to_have_text("AAPL: labelled positive.")
    headline.get_by_role("button", name="Remove").click()
    expect(page.locator(".label-status")).to_have_text("Headline: label removed.")
    expect(negative).to_have_attribute("aria-pressed", "false")
    expect(headline.get_by_role("button", name="positive")).to_be_focused()
    expect(page.locator("#negative-count")).to_have_text("0")
    expect(aapl.locator(".author")).to_have_text("by ann")
    dashboard.expect_exact(3)
    assert dashboard.console == []

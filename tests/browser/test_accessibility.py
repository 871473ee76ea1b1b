"""Accessibility: axe rules on desktop and phone, in both color schemes and all states; keys; announcements."""

import pytest
from playwright.sync_api import expect

from news.sources.sample import generator
from tests.helpers.axe import find_small_targets, find_violations

ITEMS = [
    {"title": "Apple profit soars to a record", "ticker": "AAPL", "url": "https://news.example.org/a"},
    {"title": "Boeing shares plunge after a fraud probe", "tickers": ["BA", "AAPL", "F", "GM"]},
    {"title": "Ford holds its annual meeting in May", "ticker": "F", "source": generator.NAME},
]
PHONE = {"width": 390, "height": 844}
SMALL_TEXTS = """() => [...document.querySelectorAll("body *:not(.sr, th.source)")]
    .filter((element) => element.checkVisibility() && element.firstChild?.nodeType === Node.TEXT_NODE)
    .filter((element) => element.firstChild.data.trim() && parseFloat(getComputedStyle(element).fontSize) < 12)
    .map((element) => element.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize(
    ("scheme", "viewport"), [("light", None), ("dark", None), ("light", PHONE)], ids=["light", "dark", "phone"]
)
def test_page_any_state_has_no_axe_violations(start_server, open_dashboard, scheme, viewport):
    server = start_server()
    options = {
        "color_scheme": scheme,
        "reduced_motion": "reduce",
        "viewport": viewport or {"width": 1280, "height": 800},
    }
    config = {"SSE_RECONNECT_DELAY": 100, "METRICS_POLL_INTERVAL": 500}
    dashboard = open_dashboard(server, config=config, **options)
    dashboard.expect_status("Connected")
    page = dashboard.page
    violations = {"empty": find_violations(page)}
    server.post(*ITEMS)

    page.locator("#items-tbody .title").nth(1).click()
    expect(page.locator(".evidence li").first).to_be_visible()
    assert find_small_targets(page, 44 if viewport else 32) == []
    assert page.evaluate(SMALL_TEXTS) == []
    page.locator("#new-watchlist").click()
    page.locator("#watchlist-name").fill("Cars")
    page.locator("#watchlist-tickers").fill("<b>")
    page.locator("#watchlist-form [type=submit]").click()
    expect(page.locator("#watchlist-error")).not_to_be_empty()
    violations["detail and form"] = find_violations(page)
    if viewport:
        page.locator(".dock [data-action=filter]").click()
        violations["sheet"] = find_violations(page)
        page.keyboard.press("Escape")
        page.locator(".dock [popovertarget=more]").click()
        violations["more"] = find_violations(page)
        page.keyboard.press("Escape")
    page.goto(f"{server.url}/?q=nothing+has+this")
    expect(page.locator("#no-match")).to_be_visible()
    violations["no match"] = find_violations(page)
    page.goto(f"{server.url}/no-such-page")
    violations["error"] = find_violations(page)
    page.goto(f"{server.url}/about-scores")
    violations["about the scores"] = find_violations(page)
    page.goto(f"{server.url}/accounts/login/")
    violations["sign in"] = find_violations(page)
    assert find_small_targets(page, 44 if viewport else 32) == []
    page.goto(f"{server.url}/?tickers=AAPL,BA")
    dashboard.expect_status("Connected")
    server.kill()
    dashboard.expect_status("Offline")
    violations["offline"] = find_violations(page)

    assert {state: rules for state, rules in violations.items() if rules} == {}


def test_page_tab_key_reaches_every_control(start_server, open_dashboard):
    server = start_server()
    server.post(*ITEMS)
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")
    expect(dashboard.page.locator("#tag-chart li")).to_have_count(4)

    reached = []
    for _ in range(70):
        dashboard.page.keyboard.press("Tab")
        reached.append(
            dashboard.page.evaluate(
                "() => { const at = document.activeElement; return at.id || at.name || at.className || at.tagName; }"
            )
        )
        if reached[-1] == "BODY":
            break

    for name in (
        "skip",
        "filter-tickers",
        "pause",
        "theme",
        "all-news",
        "new-watchlist",
        "sentiment",
        "filter-text",
        "title",
    ):
        assert name in reached, reached
    for name in ("filter-kind", "filter-confidence", "export", "items-scroll", "sentiment-chart", "resolution", "name"):
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


def test_page_theme_button_changes_the_colors_and_is_remembered(shared_server, open_dashboard):
    dashboard = open_dashboard(shared_server, color_scheme="light")
    page = dashboard.page

    def get_ground() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = get_ground()
    page.get_by_role("button", name="Theme: as the system").click()
    page.get_by_role("button", name="Theme: light").click()
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    dark = get_ground()
    assert dark != light
    page.goto(f"{shared_server.url}/accounts/login/")
    assert get_ground() == dark
    page.get_by_role("button", name="Theme: dark").click()
    assert get_ground() == light

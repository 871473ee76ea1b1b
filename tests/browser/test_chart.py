"""The period: its totals, chart and leaders, and what is chosen in the chart."""

import re
import time
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.helpers.waiting import until

GOOD_NEWS = "Apple profit soars to a record and beats estimates"
BAD_NEWS = "Boeing shares plunge after a fraud probe"


def minutes_ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


def apple(minutes: float) -> dict[str, str]:
    return {"title": f"{GOOD_NEWS} {minutes}", "ticker": "AAPL", "published_at": minutes_ago(minutes)}


def boeing(minutes: float) -> dict[str, str]:
    return {"title": f"{BAD_NEWS} {minutes}", "ticker": "BA", "published_at": minutes_ago(minutes)}


def get_center(page: Page, index: int, count: int) -> tuple[float, float]:
    """Return the point in the middle of a bucket of the chart."""
    box = page.locator("#sentiment-chart").bounding_box()
    assert box
    left, right = 44, 16  # of the plot, as in data/chart_layout.js
    return box["x"] + left + (index + 0.5) * (box["width"] - left - right) / count, box["y"] + 40


def test_period_chosen_governs_totals_leaders_and_chart(start_server, open_dashboard):
    server = start_server()
    day = 24 * 60
    server.post(apple(10), apple(20), boeing(5 * 60), boeing(30 * 60), boeing(3 * day), apple(40 * day))
    dashboard = open_dashboard(server, "/?period=1h")
    page = dashboard.page
    average, total = page.locator("#period-average"), page.locator("#period-total")
    expect(total).to_have_text("2")
    expect(page.locator("#period-title")).to_have_text("Last hour")
    expect(page.locator("#period-positive-pct")).to_have_text("100%")
    until(lambda: dashboard.leaders() == {"AAPL": 2}, what="the leader of the hour")

    page.locator("#periods").get_by_text("24 h", exact=True).click()
    expect(total).to_have_text("3")
    expect(page.locator("#period-total-change")).to_have_text("+200%")
    expect(page.locator("#period-compared")).to_have_text("against the 24 h before")
    expect(page.locator("#top-tickers-period")).to_have_text("24 h")
    assert page.url.endswith("/")
    page.locator("#periods").get_by_text("All", exact=True).click()
    expect(total).to_have_text("6")
    expect(page.locator("#period-compared")).to_have_text("")
    until(lambda: dashboard.leaders() == {"AAPL": 3, "BA": 3}, what="all leaders")
    dashboard.expect_exact(6)

    page.locator("#periods").get_by_text("1 h", exact=True).click()
    expect(total).to_have_text("2")
    dashboard.expect_status("Connected")
    server.post(boeing(1), boeing(2 * day))
    expect(total).to_have_text("3")
    until(lambda: dashboard.leaders() == {"AAPL": 2, "BA": 1}, what="a leader more")
    expect(page.locator("#chart-time")).to_contain_text("of 1 headline")  # in the newest bucket that has one
    expect(page.locator("#total-items")).to_have_text("8")
    page.go_back()
    expect(page.locator("#period-title")).to_have_text("All time")

    page.goto(f"{server.url}/?tickers=ZZZZ")
    expect(average).to_have_text("\N{EN DASH}")
    expect(total).to_have_text("\N{EN DASH}")
    expect(page.locator("#period-bar")).to_have_attribute("aria-label", "No headlines")
    assert page.locator("#period-bar .positive").get_attribute("width") == "0"
    assert dashboard.console == []


def test_chart_bucket_and_range_chosen_and_undone(start_server, open_dashboard):
    server = start_server()
    now = time.time()
    hours = [datetime.fromtimestamp(now - now % 3600 - 3600 * n + 60, UTC) for n in range(23)]
    server.post(
        *({"title": f"{GOOD_NEWS} {n}", "ticker": "AAPL", "published_at": at.isoformat()} for n, at in enumerate(hours))
    )
    dashboard = open_dashboard(server, "/?resolution=1h")
    page = dashboard.page
    chart, readout = page.locator("#sentiment-chart"), page.locator("#chart-readout")
    expect(chart.locator(".vol.positive").first).to_have_attribute("d", re.compile("^M"))

    chart.press("ArrowLeft")
    expect(readout).to_contain_text("to now")
    chart.press("ArrowLeft")
    expect(readout).to_contain_text("1 positive, 0 neutral, 0 negative")
    chart.press("Enter")
    expect(chart.locator(".marked")).to_have_count(1)
    start = hours[1].replace(minute=0, second=0)
    assert f"bucket={start:%Y-%m-%dT%H}:00:00Z/" in page.url
    expect(page.locator("#items-tbody .title")).to_have_count(1)
    chart.press("Escape")
    expect(chart.locator(".marked")).to_have_count(0)
    expect(page.locator("#items-tbody .title")).not_to_have_count(1)
    page.mouse.click(*get_center(page, 20, 25))
    expect(chart.locator(".marked")).to_have_count(1)
    page.locator("#reset-zoom").click()

    page.mouse.move(*get_center(page, 5, 25))
    page.mouse.down()
    page.mouse.move(*get_center(page, 9, 25), steps=4)
    expect(chart.locator(".brush")).to_have_count(1)
    page.mouse.up()
    expect(page.locator("#custom-period")).to_be_visible()
    expect(page.locator("#period-total")).to_have_text("5")
    expect(page.locator("#items-tbody .title")).to_have_count(5)
    assert "start=" in page.url
    page.reload()
    expect(page.locator("#period-total")).to_have_text("5")
    page.locator("#clear-period").click()
    expect(page.locator("#period-total")).to_have_text("23")
    expect(page.locator("#custom-period")).to_be_hidden()
    assert dashboard.console == []


def test_chart_compares_tickers_and_the_legend_switches_their_lines(start_server, open_dashboard):
    server = start_server()
    server.post(apple(50), apple(10), boeing(40), boeing(10))
    page = open_dashboard(server, "/?period=1h").page
    legend, chart = page.locator("#chart-legend"), page.locator("#sentiment-chart")
    expect(chart.locator(".ln.all")).not_to_have_count(0)
    assert legend.locator("li").count() == 0

    page.get_by_role("button", name="Show BA in the chart").click()
    page.get_by_role("button", name="Show AAPL in the chart").click()
    expect(legend.locator("li")).to_have_text(["BA", "AAPL", "All news"])
    assert page.url.endswith("?period=1h&compare=BA,AAPL")
    expect(chart.locator(".ln.ref")).not_to_have_count(0)
    legend.get_by_role("button", name="BA").click()
    expect(legend.get_by_role("button", name="BA")).to_have_attribute("aria-pressed", "false")
    expect(chart.locator(".ln.l1")).to_have_count(0)
    page.get_by_role("button", name="Show BA in the chart").click()
    expect(legend.locator("li")).to_have_text(["AAPL", "All news"])
    page.locator("#tag-chart .name", has_text="AAPL").click()
    expect(page.locator("#period-title")).to_have_text("AAPL, last hour")
    expect(page.locator("#total-items")).to_have_text("2")


def test_chart_load_failed_shows_error_and_retry_loads_it(start_server, open_dashboard):
    server = start_server()
    server.post(apple(5))
    dashboard = open_dashboard(server)
    page = dashboard.page
    page.route("**/api/v2/timeseries?*", lambda route: route.abort())
    page.locator("#periods").get_by_text("7 d", exact=True).click()
    expect(page.locator("#chart-message")).to_contain_text("could not be loaded")
    page.unroute("**/api/v2/timeseries?*")

    page.locator("#chart-retry").dispatch_event("click")  # the page may have tried again by itself

    expect(page.locator("#chart-message")).to_be_hidden()
    expect(page.locator("#sentiment-chart .vol.positive[d^='M']")).to_have_count(1)
    options = page.locator("#resolution option")
    expect(options.first).to_contain_text("Auto, ")
    page.locator("#resolution").select_option("5m")
    expect(page.locator("#sentiment-chart svg")).to_be_visible()
    assert "resolution=5m" in page.url


def test_chart_days_are_those_of_the_readers_zone(start_server, open_dashboard):
    server = start_server()
    zone = ZoneInfo("America/Los_Angeles")
    today = datetime.now(zone).date()
    published_at = datetime.combine(today - timedelta(days=3), time_of_day(23, 30), zone)  # in UTC the day after
    server.post({"title": GOOD_NEWS, "ticker": "AAPL", "published_at": published_at.isoformat()})
    server.post({**apple(1), "published_at": (published_at - timedelta(days=60)).isoformat()})

    page = open_dashboard(server, "/?period=all&resolution=24h", timezone_id=zone.key, locale="en-US").page
    chart = page.locator("#sentiment-chart")
    expect(chart.locator(".vol.positive").first).to_have_attribute("d", re.compile("^M"))
    for _ in range(4):
        chart.press("ArrowLeft")

    expect(page.locator("#chart-time")).to_contain_text(f"{published_at:%b} {published_at.day} ")
    expect(page.locator("#chart-readout")).to_contain_text("1 positive")

"""The chart, the ticker list and the item details."""

import re
import time
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

GOOD_NEWS = {"title": "Apple profit soars to a record and beats estimates", "ticker": "AAPL"}
BAD_NEWS = {"title": "Boeing shares plunge after a fraud probe", "ticker": "BA"}
INGEST_AN_HOUR_AGO = """
from datetime import timedelta
from unittest import mock
from common.time import utc_now
from news.ingest.pipeline import ingest_records
earlier = utc_now() - timedelta(minutes=70)
with mock.patch("news.ingest.appending.utc_now", lambda: earlier):
    ingest_records([{"title": "Nvidia profit soars", "ticker": "NVDA"},
                    {"title": "Tesla shares plunge after a recall", "ticker": "TSLA"}], source="wire")
"""


@pytest.fixture
def start_of_minute() -> None:
    """Start with at least 30 seconds left in the minute, so that posted items stay in the newest bucket."""
    seconds_left = 60 - time.time() % 60
    if seconds_left < 30:
        time.sleep(seconds_left)


def minutes_ago(minutes: int) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


def get_legend(dashboard) -> dict[str, str]:
    """Return the legend's values by label."""
    entries = dashboard.page.locator("#chart-legend li").all()
    return {entry.locator("span").first.inner_text(): entry.locator(".number").inner_text() for entry in entries}


@pytest.mark.usefixtures("start_of_minute")
def test_chart_item_posted_updates_lines_volume_and_sparkline(start_server, open_dashboard):
    server = start_server()
    server.post({**GOOD_NEWS, "published_at": minutes_ago(30)})
    dashboard = open_dashboard(server)
    entry = dashboard.page.locator("#chart-legend .overall .number")
    expect(entry).to_contain_text("+")
    expect(dashboard.page.locator("#sentiment-chart canvas")).to_be_visible()
    assert get_legend(dashboard)["Negative"] == "0"
    dashboard.expect_status("Connected")

    server.post(BAD_NEWS)

    expect(dashboard.page.locator("#chart-legend .negative-fill .number")).to_have_text("1")
    expect(entry).to_contain_text("\N{MINUS SIGN}")
    average = dashboard.page.locator("#tag-chart li", has_text="AAPL").locator(".average")
    expect(average).to_contain_text("+")
    expect(dashboard.page.locator("#tag-chart li", has_text="AAPL").locator(".line")).to_have_attribute(
        "d", re.compile("^M")
    )


@pytest.mark.usefixtures("start_of_minute")
def test_chart_keyboard_moves_cursor_zooms_and_resets(start_server, open_dashboard):
    server = start_server()
    server.post({**GOOD_NEWS, "published_at": minutes_ago(40)}, BAD_NEWS)
    page = open_dashboard(server).page
    chart, readout, reset = (page.locator(f"#{name}") for name in ("sentiment-chart", "chart-readout", "reset-zoom"))
    expect(page.locator("#chart-legend .overall .number")).to_contain_text("\N{MINUS SIGN}")
    expect(reset).to_be_hidden()

    chart.press("ArrowRight")
    expect(readout).to_contain_text("negative 1")
    chart.press("ArrowLeft")
    expect(readout).to_contain_text("negative 0")
    chart.press("+")
    expect(reset).to_be_visible()
    chart.press("Escape")

    expect(reset).to_be_hidden()


def test_chart_dragged_zooms_and_new_items_keep_the_zoom(start_server, open_dashboard):
    server = start_server()
    server.post({**GOOD_NEWS, "published_at": minutes_ago(40)})
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")
    page, reset = dashboard.page, dashboard.page.locator("#reset-zoom")
    over = page.locator("#sentiment-chart .u-over")
    expect(over).to_be_visible()
    box = over.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 60, steps=4)
    page.mouse.up()
    expect(reset).to_be_visible()

    server.post(BAD_NEWS)
    dashboard.expect_exact(2)

    expect(reset).to_be_visible()
    reset.click()
    expect(reset).to_be_hidden()


@pytest.mark.usefixtures("start_of_minute")
def test_chart_resolution_selected_is_drawn_and_kept_in_url(start_server, open_dashboard):
    server = start_server()
    server.post(GOOD_NEWS)
    page = open_dashboard(server).page

    for resolution in ("5m", "15m", "30m", "1h", "24h", "1m"):
        page.locator("#resolutions").get_by_label(resolution, exact=True).check()
        expect(page.locator("#chart-legend .positive-fill .number")).to_have_text("1")
        assert ("resolution" not in page.url) if resolution == "1m" else page.url.endswith(f"resolution={resolution}")


@pytest.mark.usefixtures("start_of_minute")
def test_chart_load_failed_shows_error_and_retry_loads_it(start_server, open_dashboard):
    server = start_server()
    server.post(GOOD_NEWS)
    dashboard = open_dashboard(server)
    page = dashboard.page
    page.route("**/api/v2/timeseries?*", lambda route: route.abort())
    page.locator("#resolutions").get_by_label("1h", exact=True).check()
    expect(page.locator("#chart-message")).to_contain_text("could not be loaded")
    page.unroute("**/api/v2/timeseries?*")

    page.locator("#chart-retry").click()

    expect(page.locator("#chart-message")).to_be_hidden()
    expect(page.locator("#chart-legend .positive-fill .number")).to_have_text("1")


def test_item_details_opened_show_evidence_and_stay_with_their_row(start_server, open_dashboard):
    server = start_server()
    markup = "<b>Apple</b> profit soars to a record"
    server.post({"title": markup, "ticker": "AAPL", "source": "<i>wire</i>"})
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")
    page = dashboard.page
    button = page.locator("td.details button").first
    expect(button).to_have_attribute("aria-label", f"Why: {markup}")

    button.press("Enter")

    expect(page.locator(".evidence li").first).to_be_visible()
    expect(page.locator(".probabilities div")).to_have_count(3)
    expect(page.locator(".origin")).to_contain_text("Reported by <i>wire</i>.")
    server.post(BAD_NEWS)
    dashboard.expect_exact(2)
    rows = page.locator("#items-tbody tr").evaluate_all("rows => rows.map(row => row.className.split(' ').at(-1))")
    assert rows == ["is-new", "", "details-row"]
    button = page.locator("td.details button").nth(1)
    button.click()
    expect(page.locator(".details-row")).to_have_count(0)
    expect(button).to_have_attribute("aria-expanded", "false")


def test_totals_two_hours_of_items_show_changes(start_server, open_dashboard):
    server = start_server()
    server.post(GOOD_NEWS, BAD_NEWS, {"title": "Ford profit jumps", "ticker": "F"})
    result = server.manage("shell", "-c", INGEST_AN_HOUR_AGO)
    assert result.returncode == 0, result.stderr

    page = open_dashboard(server).page

    expect(page.locator("#rate-change")).to_have_text("+50%")
    expect(page.locator("#positive-change")).to_have_text("+16.7 pts")
    expect(page.locator("#negative-change")).to_have_text("\N{MINUS SIGN}16.7 pts")


def test_chart_days_are_those_of_the_readers_zone(start_server, open_dashboard):
    server = start_server()
    zone = ZoneInfo("America/Los_Angeles")
    today = datetime.now(zone).date()
    published_at = datetime.combine(today - timedelta(days=3), time_of_day(23, 30), zone)  # in UTC the day after
    server.post({**GOOD_NEWS, "published_at": published_at.isoformat()})

    dashboard = open_dashboard(server, "/?resolution=24h", timezone_id=zone.key, locale="en-US")
    expect(dashboard.page.locator("#chart-legend .overall .number")).to_contain_text("+")
    chart = dashboard.page.locator("#sentiment-chart")
    chart.focus()
    for _ in range(3):
        chart.press("ArrowLeft")

    expect(dashboard.page.locator("#chart-time")).to_have_text(f"{published_at:%b} {published_at.day}")
    expect(dashboard.page.locator("#chart-legend .positive-fill .number")).to_have_text("1")

"""The page: connection states, live updates, rendering and layout."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from news.sources.sample import generator
from tests.helpers.sse import Stream
from tests.helpers.waiting import until

FAST_CONFIG = {"SSE_RECONNECT_DELAY": 200, "METRICS_POLL_INTERVAL": 500}  # ms
GOOD_NEWS = {"title": "Apple profit soars to a record and beats estimates", "ticker": "AAPL"}
BAD_NEWS = {"title": "Boeing shares plunge after a fraud probe", "tickers": ["BA", "AAPL"]}


def test_page_opened_connects_within_five_seconds(shared_server, open_dashboard):
    dashboard = open_dashboard(shared_server)

    dashboard.expect_status("Connected", seconds=5)

    assert dashboard.statuses() == ["Disconnected", "Connected"]


def test_page_item_posted_updates_rows_and_totals_without_reload(start_server, open_dashboard):
    server = start_server()
    server.post(GOOD_NEWS)
    dashboard = open_dashboard(server)
    dashboard.expect_exact(1)
    dashboard.expect_status("Connected")
    dashboard.page.evaluate("window.isSameDocument = true")

    server.post(BAD_NEWS)

    dashboard.expect_exact(2)
    assert dashboard.titles() == [BAD_NEWS["title"], GOOD_NEWS["title"]]
    expect(dashboard.page.locator("#positive-pct")).to_have_text("50.0%")
    assert dashboard.page.evaluate("window.isSameDocument")


def test_page_back_online_loads_items_posted_meanwhile(start_server, open_dashboard):
    server = start_server()
    server.post(GOOD_NEWS)
    dashboard = open_dashboard(server, config={"SSE_RECONNECT_DELAY": 200})
    dashboard.page.context.set_offline(True)
    dashboard.page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")
    server.post(BAD_NEWS)

    dashboard.page.context.set_offline(False)

    dashboard.expect_status("Connected")
    dashboard.expect_exact(2)


def test_page_first_item_replaces_empty_state(start_server, open_dashboard):
    server = start_server()
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")
    expect(dashboard.page.locator("#empty-state")).to_contain_text("create_token --scope ingest")
    expect(dashboard.page.locator("#items-table")).to_be_hidden()

    server.post(GOOD_NEWS)

    expect(dashboard.page.locator("#empty-state")).to_be_hidden()
    expect(dashboard.page.locator("#items-tbody tr[data-item-id]")).to_have_count(1)
    dashboard.expect_exact(1)


def test_page_server_killed_shows_offline_and_catches_up_after_restart(start_server, open_dashboard):
    server, second_server = start_server(), start_server()
    server.post(GOOD_NEWS)
    dashboard = open_dashboard(server, config=FAST_CONFIG)
    dashboard.expect_status("Connected")

    server.kill()
    dashboard.expect_status("Offline")
    second_server.post(BAD_NEWS)
    server.start()

    dashboard.expect_status("Connected")
    dashboard.expect_exact(2)
    statuses = dashboard.statuses()
    assert statuses[:3] == ["Disconnected", "Connected", "Reconnecting…"]
    assert statuses[3] in ("Polling", "Offline")
    assert statuses[-1] == "Connected"


def test_page_server_restarted_reconnects_by_stream(start_server, open_dashboard):
    server = start_server()
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")

    assert server.stop() == 0
    server.start()
    server.post(GOOD_NEWS)

    dashboard.expect_exact(1)
    dashboard.expect_status("Connected")


def test_page_server_full_polls_until_a_slot_is_free(start_server, open_dashboard):
    server = start_server(STREAM_MAX_CONNECTIONS=1)
    with Stream(server.url) as other_client:
        other_client.receive_kinds("metrics")
        dashboard = open_dashboard(server, config=FAST_CONFIG)
        dashboard.expect_status("Polling")

        server.post(GOOD_NEWS)
        server.post(BAD_NEWS)
        dashboard.expect_exact(2)
        assert dashboard.text("status-text") == "Polling"

    dashboard.expect_status("Connected")
    server.post({"title": "Ford holds its annual meeting", "ticker": "F"})
    dashboard.expect_exact(3)


def test_page_database_replaced_resets_its_state(start_server, open_dashboard):
    server = start_server()
    server.post(GOOD_NEWS, BAD_NEWS)
    dashboard = open_dashboard(server, config=FAST_CONFIG)
    dashboard.expect_status("Connected")
    server.stop()
    result = server.manage("flush", "--no-input")
    assert result.returncode == 0, result.stderr
    result = server.manage("shell", "-c", "from news.models import LogHead; LogHead.objects.update_or_create(pk=1)")
    assert result.returncode == 0, result.stderr
    server.token = server.manage("create_token", "--scope", "ingest").stdout.strip()
    server.start()

    server.post(BAD_NEWS)

    dashboard.expect_status("Connected")
    dashboard.expect_exact(1)
    assert dashboard.titles() == [BAD_NEWS["title"]]


def test_page_markup_in_headline_is_shown_as_text(start_server, open_dashboard):
    server = start_server()
    attack = "<img src=x onerror=\"window.isHacked=true\"> <script>window.isHacked=true</script> Apple & 'quotes'"
    server.post({"title": attack, "ticker": "AAPL", "source": "<b>wire</b>"})
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")
    server.post({"title": f"Again {attack}", "ticker": "AAPL", "source": "<b>wire</b>"})

    dashboard.expect_exact(2)

    assert dashboard.titles() == [f"Again {attack}", attack]
    assert dashboard.page.locator("#items-tbody :is(.title, .source) :is(img, script, b)").count() == 0
    assert dashboard.page.evaluate("window.isHacked") is None


def test_page_item_urls_only_http_becomes_link(start_server, open_dashboard):
    server = start_server()
    with_url, without = server.post({**GOOD_NEWS, "url": "https://news.example.org/a?b=c"}, BAD_NEWS)
    dashboard = open_dashboard(server, f"/?item={with_url}")
    link = dashboard.page.locator("tr.detail .origin a")
    expect(link).to_have_attribute("href", "https://news.example.org/a?b=c")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute("target", "_blank")

    dashboard.page.goto(f"{server.url}/?item={without}")

    expect(dashboard.page.locator("tr.detail .origin")).to_have_text("api")
    expect(link).to_have_count(0)


def test_page_sample_item_shows_badge(start_server, open_dashboard):
    server = start_server()
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")
    badge = dashboard.page.get_by_text("Everything shown is made up")
    expect(badge).to_be_hidden()

    server.post({**GOOD_NEWS, "source": generator.NAME})

    expect(badge).to_be_visible()
    expect(dashboard.page.locator("#items-tbody tr[data-sample]")).to_have_count(1)


def test_page_hides_samples_at_the_first_real_headline(start_server, open_dashboard):
    server = start_server()
    added = server.manage("shell", "-v0", "-c", "from tests.helpers.items import append_samples; append_samples(10, 3)")
    assert added.returncode == 0, added.stderr
    dashboard = open_dashboard(server, "/?period=all")
    dashboard.expect_exact(3)
    notice = dashboard.page.get_by_text("Sample headlines are hidden")
    expect(notice).to_be_hidden()

    server.post(GOOD_NEWS)

    expect(notice).to_be_visible()
    dashboard.expect_exact(1)
    assert dashboard.titles() == [GOOD_NEWS["title"]]
    expect(dashboard.page.locator("#period-total")).to_have_text("1")
    expect(dashboard.page.locator("#tag-chart .average")).to_have_text([re.compile(r"^\+0\.\d\d$")])
    dashboard.page.reload()
    expect(notice).to_be_visible()
    dashboard.expect_exact(1)


def test_page_strict_csp_logs_nothing_and_loads_only_own_host(start_server, open_dashboard):
    server = start_server()
    server.post(GOOD_NEWS)
    dashboard = open_dashboard(server)
    # The browser logs violations to the console. This policy is stricter than the page's own.
    override_policy(dashboard.page, server.url + "/", "default-src 'self'")
    dashboard.page.reload()
    dashboard.expect_status("Connected")
    server.post(BAD_NEWS)
    dashboard.expect_exact(2)
    expect(dashboard.page.locator("#sentiment-chart svg")).to_be_visible()

    assert dashboard.console == []
    assert dashboard.hosts == {server.url.removeprefix("http://")}


def override_policy(page, url: str, policy: str) -> None:
    """Replace the Content-Security-Policy of the page at `url`."""

    def fulfill(route) -> None:
        response = route.fetch()
        route.fulfill(response=response, headers={**response.headers, "content-security-policy": policy})

    page.route(url, fulfill)


def test_page_config_is_global_with_documented_defaults(shared_server, open_dashboard):
    dashboard = open_dashboard(shared_server)

    config = dashboard.page.evaluate("CONFIG")

    assert config["SSE_MAX_RETRIES"] == 3
    assert config["SSE_RECONNECT_DELAY"] == 1000
    assert config["METRICS_POLL_INTERVAL"] == 5000
    assert config["MAX_RECENT_ITEMS"] == 20


def test_page_color_schemes_differ(shared_server, open_dashboard):
    screenshots = {}
    for scheme in ("light", "dark"):
        dashboard = open_dashboard(shared_server, color_scheme=scheme)
        dashboard.expect_status("Connected")
        screenshots[scheme] = dashboard.page.screenshot()

    assert screenshots["light"] != screenshots["dark"]
    assert all(len(screenshot) > 10_000 for screenshot in screenshots.values())


# Cells of symbols or times in which something is cut, or reaches into the next one.
CUT_CELLS = """() => [...document.querySelectorAll("#items-tbody :is(td.who, td.time)")]
    .filter((cell) => cell.checkVisibility() && [...cell.querySelectorAll(".chip, .chip b, time")].some((part) =>
        part.checkVisibility() && (part.scrollWidth > part.clientWidth + 1 && part.tagName !== "TIME" ||
            part.getBoundingClientRect().right > cell.getBoundingClientRect().right + 1)))
    .map((cell) => cell.textContent.replace(/\\s+/g, " "))"""


def test_page_any_screen_width_scrolls_in_no_direction_but_down_and_cuts_no_symbol_or_time(
    start_server, open_dashboard
):
    server = start_server()
    earlier = (datetime.now(UTC) - timedelta(days=3)).replace(hour=22, minute=58).isoformat()
    server.post(
        {"title": "W" * 300, "ticker": "ABCDEFGH.X", "source": "s" * 100},
        {"title": "Two of a good length merge", "tickers": ["SOLVANTIX", "LUMIRAZ", "F"]},
        {"title": "One of the greatest length", "ticker": "W" * 20, "published_at": earlier},
        BAD_NEWS,
    )
    dashboard = open_dashboard(server, "/?period=7d", locale="en-US")
    dashboard.expect_status("Connected")
    row = dashboard.page.locator("tr", has_text="Two of a good length")

    for width in (320, 390, 768, 1024, 1152, 1280, 1440, 1920, 2560):
        dashboard.page.set_viewport_size({"width": width, "height": 800})

        assert dashboard.page.evaluate("document.documentElement.scrollWidth") <= width
        until(lambda: dashboard.page.evaluate(CUT_CELLS) == [], what=f"nothing cut at {width}")
        chips = row.locator(".who > div > .chip").count()
        expect(row.locator(".more summary")).to_have_text(f"{3 - chips} more")


def test_page_scripts_loaded_keeps_server_rendered_layout(start_server, open_dashboard):
    server = start_server()
    server.post(GOOD_NEWS, BAD_NEWS)
    without_scripts = open_dashboard(server, java_script_enabled=False)
    with_scripts = open_dashboard(server)
    with_scripts.expect_status("Connected")

    for element in ("total-items", "period", "sentiment-chart", "items-tbody", "tag-chart"):
        boxes = [each.page.locator(f"#{element}").bounding_box() for each in (without_scripts, with_scripts)]
        assert boxes[0] == boxes[1], element


def test_page_without_scripts_shows_totals_and_rows(start_server, open_dashboard):
    server = start_server()
    server.post(GOOD_NEWS, BAD_NEWS)

    dashboard = open_dashboard(server, java_script_enabled=False)

    assert dashboard.text("total-items") == "2"
    assert dashboard.titles() == [BAD_NEWS["title"], GOOD_NEWS["title"]]
    assert re.fullmatch(r"\d\d:\d\d", dashboard.page.locator("#items-tbody time").first.inner_text())


def test_page_reduced_motion_runs_no_animations(start_server, open_dashboard):
    server = start_server()
    dashboard = open_dashboard(server, reduced_motion="reduce")
    dashboard.expect_status("Connected")

    server.post(GOOD_NEWS)
    dashboard.expect_exact(1)

    assert dashboard.page.evaluate("document.getAnimations().length") == 0


def test_page_total_over_thousand_copies_as_plain_digits(start_server, open_dashboard):
    server = start_server()
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")

    server.post(*({"title": f"Headline number {number}", "ticker": "AAPL"} for number in range(1000)))
    server.post(GOOD_NEWS)

    dashboard.expect_exact(1001)
    assert dashboard.page.locator("#total-items").inner_text() == "1001"

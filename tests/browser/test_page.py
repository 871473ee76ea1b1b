import re

from playwright.sync_api import expect

from news.sources import sample
from tests.live.sse import Stream

HASTE = {"SSE_RECONNECT_DELAY": 200, "METRICS_POLL_INTERVAL": 500}  # ms
GOOD_NEWS = {"title": "Apple profit soars to a record and beats estimates", "ticker": "AAPL"}
BAD_NEWS = {"title": "Boeing shares plunge after a fraud probe", "tickers": ["BA", "AAPL"]}


def test_it_connects_within_five_seconds(start_server, open_dashboard):
    dashboard = open_dashboard(start_server())

    dashboard.expect_status("Connected", seconds=5)

    assert dashboard.statuses() == ["Disconnected", "Connected"]


def test_a_posted_item_appears_and_every_number_is_exact_without_a_reload(start_server, open_dashboard):
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


def test_items_committed_while_the_tab_was_away_are_not_missed(start_server, open_dashboard):
    server = start_server()
    server.post(GOOD_NEWS)
    dashboard = open_dashboard(server, config={"SSE_RECONNECT_DELAY": 200})
    dashboard.page.context.set_offline(True)
    dashboard.page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")
    server.post(BAD_NEWS)

    dashboard.page.context.set_offline(False)

    dashboard.expect_status("Connected")
    dashboard.expect_exact(2)


def test_the_first_headline_takes_the_place_of_the_empty_state(start_server, open_dashboard):
    server = start_server()
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")
    expect(dashboard.page.locator("#empty-state")).to_contain_text("create_token --scope ingest")
    expect(dashboard.page.locator("#items-table")).to_be_hidden()

    server.post(GOOD_NEWS)

    expect(dashboard.page.locator("#empty-state")).to_be_hidden()
    expect(dashboard.page.locator("#items-tbody tr")).to_have_count(1)
    dashboard.expect_exact(1)


def test_it_says_what_is_lost_and_is_exact_when_the_server_is_back(start_server, open_dashboard):
    server, neighbour = start_server(), start_server()
    server.post(GOOD_NEWS)
    dashboard = open_dashboard(server, config=HASTE)
    dashboard.expect_status("Connected")

    server.kill()
    dashboard.expect_status("Offline")
    neighbour.post(BAD_NEWS)
    server.start()

    dashboard.expect_status("Connected")
    dashboard.expect_exact(2)
    statuses = dashboard.statuses()
    assert statuses[:3] == ["Disconnected", "Connected", "Reconnecting…"]
    assert statuses[3] in ("Polling", "Offline")
    assert statuses[-1] == "Connected"


def test_a_server_that_restarts_at_once_is_found_by_the_stream(start_server, open_dashboard):
    server = start_server()
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")

    assert server.stop() == 0
    server.start()
    server.post(GOOD_NEWS)

    dashboard.expect_exact(1, seconds=20)
    dashboard.expect_status("Connected")


def test_a_full_house_is_polled_until_a_slot_is_free(start_server, open_dashboard):
    server = start_server(STREAM_MAX_CONNECTIONS=1)
    with Stream(server.url) as guest:
        guest.read_kinds("metrics")
        dashboard = open_dashboard(server, config=HASTE)
        dashboard.expect_status("Polling")

        server.post(GOOD_NEWS)
        server.post(BAD_NEWS)
        dashboard.expect_exact(2)
        assert dashboard.text("status-text") == "Polling"

    dashboard.expect_status("Connected")
    server.post({"title": "Ford holds its annual meeting", "ticker": "F"})
    dashboard.expect_exact(3)


def test_a_replaced_database_starts_the_page_over(start_server, open_dashboard):
    server = start_server()
    server.post(GOOD_NEWS, BAD_NEWS)
    dashboard = open_dashboard(server, config=HASTE)
    dashboard.expect_status("Connected")
    server.stop()
    done = server.manage("flush", "--no-input")
    assert done.returncode == 0, done.stderr
    done = server.manage("shell", "-c", "from news.models import LogHead; LogHead.objects.update_or_create(pk=1)")
    assert done.returncode == 0, done.stderr
    server.token = server.manage("create_token", "--scope", "ingest").stdout.strip()
    server.start()

    server.post(BAD_NEWS)

    dashboard.expect_status("Connected")
    dashboard.expect_exact(1)
    assert dashboard.titles() == [BAD_NEWS["title"]]


def test_markup_in_a_headline_is_inert(start_server, open_dashboard):
    server = start_server()
    attack = "<img src=x onerror=\"window.isHacked=true\"> <script>window.isHacked=true</script> Apple & 'quotes'"
    server.post({"title": attack, "ticker": "AAPL", "source": "<b>wire</b>"})
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")
    server.post({"title": f"Again {attack}", "ticker": "AAPL", "source": "<b>wire</b>"})

    dashboard.expect_exact(2)

    assert dashboard.titles() == [f"Again {attack}", attack]
    assert dashboard.page.locator("#items-tbody img, #items-tbody script, #items-tbody b").count() == 0
    assert dashboard.page.evaluate("window.isHacked") is None


def test_only_web_addresses_become_links(start_server, open_dashboard):
    server = start_server()
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")

    server.post({**GOOD_NEWS, "url": "https://news.example.org/a?b=c"}, BAD_NEWS)

    dashboard.expect_exact(2)
    links = dashboard.page.locator("#items-tbody a")
    expect(links).to_have_count(1)
    expect(links).to_have_attribute("href", "https://news.example.org/a?b=c")
    expect(links).to_have_attribute("rel", "noopener noreferrer")
    expect(links).to_have_attribute("target", "_blank")


def test_rows_are_capped(start_server, open_dashboard):
    server = start_server()
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")

    server.post(*({"title": f"Headline number {number}", "ticker": "AAPL"} for number in range(45)))

    dashboard.expect_exact(45)
    assert dashboard.titles() == [f"Headline number {number}" for number in range(44, 24, -1)]


def test_sample_items_are_marked(start_server, open_dashboard):
    server = start_server()
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")
    badge = dashboard.page.get_by_text("Sample data: fictional headlines")
    expect(badge).to_be_hidden()

    server.post({**GOOD_NEWS, "source": sample.NAME})

    expect(badge).to_be_visible()
    expect(dashboard.page.locator("#items-tbody tr[data-sample]")).to_have_count(1)


def test_the_console_stays_empty_and_nothing_comes_from_another_host(start_server, open_dashboard):
    server = start_server()
    server.post(GOOD_NEWS)
    dashboard = open_dashboard(server)
    # Whatever a policy refuses is told on the console; this one is stricter than the page's own.
    serve_under(dashboard.page, server.url + "/", "default-src 'self'")
    dashboard.page.reload()
    dashboard.expect_status("Connected")
    server.post(BAD_NEWS)
    dashboard.expect_exact(2)
    expect(dashboard.page.locator("#sentiment-chart canvas")).to_be_visible()

    assert dashboard.console == []
    assert dashboard.hosts == {server.url.removeprefix("http://")}


def serve_under(page, url: str, policy: str) -> None:
    """Let the page at `url` come with another Content-Security-Policy."""

    def answer(route) -> None:
        response = route.fetch()
        route.fulfill(response=response, headers={**response.headers, "content-security-policy": policy})

    page.route(url, answer)


def test_the_waits_are_in_a_global(start_server, open_dashboard):
    dashboard = open_dashboard(start_server())

    config = dashboard.page.evaluate("CONFIG")

    assert config["SSE_MAX_RETRIES"] == 3
    assert config["SSE_RECONNECT_DELAY"] == 1000
    assert config["METRICS_POLL_INTERVAL"] == 5000
    assert config["MAX_RECENT_ITEMS"] == 20


def test_light_and_dark_are_two_looks(start_server, open_dashboard):
    server = start_server()
    server.post(GOOD_NEWS, BAD_NEWS)

    pictures = {}
    for scheme in ("light", "dark"):
        dashboard = open_dashboard(server, color_scheme=scheme)
        dashboard.expect_status("Connected")
        pictures[scheme] = dashboard.page.screenshot()

    assert pictures["light"] != pictures["dark"]
    assert all(len(picture) > 10_000 for picture in pictures.values())


def test_it_fits_every_screen(start_server, open_dashboard):
    server = start_server()
    server.post({"title": "W" * 300, "ticker": "ABCDEFGH.X", "source": "s" * 100}, BAD_NEWS)
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")

    for width in (320, 390, 768, 1024, 1152, 1920):
        dashboard.page.set_viewport_size({"width": width, "height": 800})

        assert dashboard.page.evaluate("document.documentElement.scrollWidth") <= width


def test_rows_do_not_move_when_scripts_take_over(start_server, open_dashboard):
    server = start_server()
    server.post(GOOD_NEWS, BAD_NEWS)
    without_scripts = open_dashboard(server, java_script_enabled=False)
    with_scripts = open_dashboard(server)
    with_scripts.expect_status("Connected")

    for element in ("total-items", "sentiment-bar", "sentiment-chart", "items-tbody", "tag-chart"):
        boxes = [each.page.locator(f"#{element}").bounding_box() for each in (without_scripts, with_scripts)]
        assert boxes[0] == boxes[1], element


def test_without_scripts_the_page_still_tells_the_numbers(start_server, open_dashboard):
    server = start_server()
    server.post(GOOD_NEWS, BAD_NEWS)

    dashboard = open_dashboard(server, java_script_enabled=False)

    assert dashboard.text("total-items") == "2"
    assert dashboard.titles() == [BAD_NEWS["title"], GOOD_NEWS["title"]]
    assert re.fullmatch(r"\d\d:\d\d:\d\d", dashboard.page.locator("#items-tbody time").first.inner_text())


def test_a_reader_who_wants_no_motion_sees_none(start_server, open_dashboard):
    server = start_server()
    dashboard = open_dashboard(server, reduced_motion="reduce")
    dashboard.expect_status("Connected")

    server.post(GOOD_NEWS)
    dashboard.expect_exact(1)

    assert dashboard.page.evaluate("document.getAnimations().length") == 0


def test_numbers_beyond_a_thousand_are_copied_as_plain_digits(start_server, open_dashboard):
    server = start_server()
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")

    server.post(*({"title": f"Headline number {number}", "ticker": "AAPL"} for number in range(1000)))
    server.post(GOOD_NEWS)

    dashboard.expect_exact(1001)
    assert dashboard.page.locator("#total-items").inner_text() == "1001"

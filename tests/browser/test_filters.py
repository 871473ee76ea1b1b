"""The filters: URL and page stay in sync."""

import re

from playwright.sync_api import expect

from tests.helpers.waiting import until

ITEMS = [
    {"title": "Apple profit soars to a record", "ticker": "AAPL", "source": "wire"},
    {"title": "Boeing shares plunge after a fraud probe", "ticker": "BA", "source": "wire"},
    {"title": "Ford holds its annual meeting in May", "ticker": "F", "source": "desk"},
]


def test_filters_shared_url_shows_same_content_with_and_without_scripts(start_server, open_dashboard):
    server = start_server()
    server.post(*ITEMS)
    path = "/?tickers=BA,F&sentiment=negative&source=wire&q=FRAUD&confidence=60&kind=company"

    for has_scripts in (True, False):
        dashboard = open_dashboard(server, path, java_script_enabled=has_scripts)
        page = dashboard.page
        if has_scripts:
            dashboard.expect_status("Connected")
            expect(page.locator("#chosen-tickers .pick-chip")).to_have_text(["BA", "F"])
        else:
            assert page.locator("#filter-tickers").input_value() == "BA, F"
        assert dashboard.titles() == [ITEMS[1]["title"]]
        assert (dashboard.text("total-label"), dashboard.text("total-items")) == ("All time, BA, F", "2")
        assert page.locator("#filter-text").input_value() == "FRAUD"
        assert page.locator("#filter-source").input_value() == "wire"
        assert page.locator("[name=sentiment]:checked").input_value() == "negative"
        values = {name: page.locator(f"[name={name}]").input_value() for name in ("kind", "confidence")}
        assert values == {"kind": "company", "confidence": "60"}


def test_filters_tickers_entered_open_a_filtered_stream(start_server, open_dashboard):
    server = start_server()
    server.post(*ITEMS)
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")
    page = dashboard.page
    page.evaluate("window.isSameDocument = true")

    with page.expect_request(re.compile(r"/api/v2/stream\?.*tickers=AAPL%2CF")):
        page.locator("#filter-tickers").fill("f aapl")
        page.locator("#filter-tickers").press("Enter")

    assert page.url.endswith("/?tickers=F,AAPL")
    dashboard.expect_status("Connected")
    expect(page.locator("#total-items")).to_have_text("2")
    server.post({"title": "Boeing wins a large order", "ticker": "BA"}, {"title": "Ford recalls trucks", "ticker": "F"})
    expect(page.locator("#total-items")).to_have_text("3")
    page.mouse.move(0, 0)
    until(
        lambda: (
            page.wait_for_timeout(50)
            or dashboard.titles() == ["Ford recalls trucks", *(ITEMS[n]["title"] for n in (2, 0))]
        ),
        what="the new headline on top",
    )
    expect(page.locator("#chart-legend")).to_contain_text("F")
    assert page.evaluate("window.isSameDocument")


def test_filters_text_typed_while_tickers_load_is_applied(start_server, open_dashboard):
    server = start_server()
    server.post(*ITEMS)
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")
    page, delayed = dashboard.page, []

    def delay_first(route):
        delayed.append(route)
        if len(delayed) > 1:
            route.continue_()

    page.route("**/snapshot?**", delay_first)
    with page.expect_request("**/snapshot?**"):
        page.locator("#filter-tickers").fill("BA, F")
        page.locator("#filter-tickers").press("Enter")
    page.locator("#filter-text").press_sequentially("FRAUD")
    delayed[0].continue_()

    expect(page.locator("#items-tbody tr[data-item-id]")).to_have_count(1)
    assert dashboard.titles() == [ITEMS[1]["title"]]
    assert page.url.endswith("/?tickers=BA,F&q=FRAUD")
    assert page.locator("#filter-text").input_value() == "FRAUD"
    dashboard.expect_status("Connected")
    expect(page.locator("#dashboard")).not_to_have_attribute("aria-busy", "true")


def test_filters_back_and_forward_restore_each_step(start_server, open_dashboard):
    server = start_server()
    server.post(*ITEMS)
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")
    page, rows = dashboard.page, dashboard.page.locator("#items-tbody tr[data-item-id]")
    page.locator("#tag-chart .name", has_text="BA").click()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Remove BA").click()
    expect(rows).to_have_count(3)
    page.locator("#sentiments label.negative").click()
    expect(rows).to_have_count(1)

    page.go_back()
    expect(rows).to_have_count(3)
    assert page.locator("[name=sentiment]:checked").input_value() == ""
    page.go_back()
    expect(rows).to_have_count(1)
    expect(page.locator("#chosen-tickers")).to_have_text("BA")
    page.go_forward()
    expect(rows).to_have_count(3)

    dashboard.expect_exact(3)


def test_filters_text_typed_filters_current_and_new_rows(start_server, open_dashboard):
    server = start_server()
    server.post(*ITEMS)
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")
    page = dashboard.page

    page.locator("#filter-text").press_sequentially("annual")
    expect(page.locator("#items-tbody tr[data-item-id]")).to_have_count(1)
    assert page.url.endswith("/?q=annual")
    server.post(
        {"title": "Annual report of Apple is late", "ticker": "AAPL"}, {"title": "Apple soars", "ticker": "AAPL"}
    )
    dashboard.expect_exact(5)
    until(
        lambda: (
            page.wait_for_timeout(50) or dashboard.titles() == ["Annual report of Apple is late", ITEMS[2]["title"]]
        ),
        what="the new matching headline on top",
    )

    page.locator("#filter-text").fill("nothing has this")
    expect(page.locator("#no-match")).to_be_visible()
    page.locator("#show-all").click()
    expect(page.locator("#items-tbody tr[data-item-id]")).to_have_count(5)
    assert page.url.endswith("/")


def test_filters_invalid_ticker_shows_error(shared_server, open_dashboard):
    page = open_dashboard(shared_server).page

    page.locator("#filter-tickers").fill("AAPL, <b>")
    page.locator("#filter-tickers").press("Enter")

    expect(page.locator("#filter-error")).to_contain_text("<B>: a ticker has 1 to 20 letters")
    assert page.url.endswith("/")

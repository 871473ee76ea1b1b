"""What is shown is what the address says, and the other way round."""

import re

from playwright.sync_api import expect

ITEMS = [
    {"title": "Apple profit soars to a record", "ticker": "AAPL", "source": "wire"},
    {"title": "Boeing shares plunge after a fraud probe", "ticker": "BA", "source": "wire"},
    {"title": "Ford holds its annual meeting in May", "ticker": "F", "source": "desk"},
]


def test_a_shared_address_shows_the_same_with_and_without_scripts(start_server, open_dashboard):
    server = start_server()
    server.post(*ITEMS)
    address = "/?tickers=BA,F&sentiment=negative&source=wire&q=FRAUD&resolution=1h"

    for dashboard in (open_dashboard(server, address), open_dashboard(server, address, java_script_enabled=False)):
        assert dashboard.titles() == [ITEMS[1]["title"]]
        assert dashboard.text("total-items") == "2"
        page = dashboard.page
        assert page.locator("#filter-tickers").input_value() == "BA, F"
        assert page.locator("#filter-text").input_value() == "FRAUD"
        assert page.locator("#filter-source").input_value() == "wire"
        assert page.locator("[name=sentiment]:checked").input_value() == "negative"
        assert page.locator("[name=resolution]:checked").input_value() == "1h"


def test_tickers_are_followed_by_a_stream_of_their_own(start_server, open_dashboard):
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
    assert dashboard.titles() == ["Ford recalls trucks", ITEMS[2]["title"], ITEMS[0]["title"]]
    expect(page.locator("#chart-legend .line-1")).to_contain_text("F")
    assert page.evaluate("window.isSameDocument")


def test_words_typed_while_tickers_load_are_kept(start_server, open_dashboard):
    server = start_server()
    server.post(*ITEMS)
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")
    page, held = dashboard.page, []

    def hold_first(route):
        held.append(route)
        if len(held) > 1:
            route.continue_()

    page.route("**/snapshot?**", hold_first)
    with page.expect_request("**/snapshot?**"):
        page.locator("#filter-tickers").fill("BA, F")
        page.locator("#filter-tickers").press("Enter")
    page.locator("#filter-text").press_sequentially("FRAUD")
    held[0].continue_()

    expect(page.locator("#items-tbody tr")).to_have_count(1)
    assert dashboard.titles() == [ITEMS[1]["title"]]
    assert page.url.endswith("/?tickers=BA,F&q=FRAUD")
    assert page.locator("#filter-text").input_value() == "FRAUD"


def test_steps_are_taken_back_and_forward(start_server, open_dashboard):
    server = start_server()
    server.post(*ITEMS)
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")
    page, rows = dashboard.page, dashboard.page.locator("#items-tbody tr")
    page.locator("#tag-chart").get_by_text("BA", exact=True).click()
    expect(rows).to_have_count(1)
    page.locator("#clear-tickers").click()
    expect(rows).to_have_count(3)
    page.locator("#sentiments").get_by_label("negative").check()
    expect(rows).to_have_count(1)

    page.go_back()
    expect(rows).to_have_count(3)
    assert page.locator("[name=sentiment]:checked").input_value() == ""
    page.go_back()
    expect(rows).to_have_count(1)
    assert page.locator("#filter-tickers").input_value() == "BA"
    page.go_forward()
    expect(rows).to_have_count(3)

    dashboard.expect_exact(3)


def test_rows_are_chosen_while_typing_and_new_ones_by_the_same_rule(start_server, open_dashboard):
    server = start_server()
    server.post(*ITEMS)
    dashboard = open_dashboard(server)
    dashboard.expect_status("Connected")
    page = dashboard.page

    page.locator("#filter-text").press_sequentially("annual")
    expect(page.locator("#items-tbody tr")).to_have_count(1)
    assert page.url.endswith("/?q=annual")
    server.post(
        {"title": "Annual report of Apple is late", "ticker": "AAPL"}, {"title": "Apple soars", "ticker": "AAPL"}
    )
    dashboard.expect_exact(5)
    assert dashboard.titles() == ["Annual report of Apple is late", ITEMS[2]["title"]]

    page.locator("#filter-text").fill("nothing has this")
    expect(page.locator("#no-match")).to_be_visible()
    page.locator("#show-all").click()
    expect(page.locator("#items-tbody tr")).to_have_count(5)
    assert page.url.endswith("/")


def test_what_is_no_ticker_is_refused_in_words(start_server, open_dashboard):
    page = open_dashboard(start_server()).page

    page.locator("#filter-tickers").fill("AAPL, <b>")
    page.locator("#filter-tickers").press("Enter")

    expect(page.locator("#filter-error")).to_contain_text("<B>: a ticker has 1 to 10 letters")
    assert page.url.endswith("/")

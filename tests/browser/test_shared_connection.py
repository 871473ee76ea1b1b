"""Tabs of one browser share a stream and lose no item when its owner closes."""

from tests.helpers.waiting import until


def count_streams(server) -> int:
    return server.call("/api/v2/stream/status")[1]["connections"]


def create_items(count: int, name: str) -> list[dict[str, str]]:
    return [{"title": f"{name} headline number {number}", "ticker": "AAPL"} for number in range(count)]


def test_tabs_owner_of_the_stream_closed_other_tab_continues(start_server, open_dashboard):
    server = start_server()
    first = open_dashboard(server)
    first.expect_status("Connected")
    second = first.open_tab()
    second.expect_status("Connected")
    server.post(*create_items(3, "Early"))
    for tab in (first, second):
        tab.expect_exact(3)
    assert count_streams(server) == 1

    first.page.close()
    server.post(*create_items(4, "Late"))

    second.expect_exact(7)
    assert second.titles() == [f"Late headline number {n}" for n in (3, 2, 1, 0)] + [
        f"Early headline number {n}" for n in (2, 1, 0)
    ]
    until(lambda: count_streams(server) == 1, what="one open stream")
    assert set(second.statuses()) == {"Disconnected", "Connected"}
    assert second.console == []


def test_tabs_with_different_tickers_open_a_stream_each(start_server, open_dashboard):
    server = start_server()
    first = open_dashboard(server)
    first.expect_status("Connected")

    second = first.open_tab("/?tickers=BA")
    second.expect_status("Connected")

    assert count_streams(server) == 2


def test_tabs_without_web_locks_open_a_stream_each(start_server, open_dashboard):
    server = start_server()
    first = open_dashboard(server)
    first.page.context.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });")
    first.expect_status("Connected")

    second = first.open_tab()

    second.expect_status("Connected")
    assert count_streams(server) == 2


def test_tabs_without_network_are_offline_at_once_and_come_back(start_server, open_dashboard):
    server = start_server()
    first = open_dashboard(server, config={"SSE_RECONNECT_DELAY": 200})
    second = first.open_tab()
    tabs = (first, second)
    for tab in tabs:
        tab.expect_status("Connected")

    first.page.context.set_offline(True)
    for tab in tabs:
        tab.expect_status("Offline")
        assert "Missed headlines will load" in tab.text("status-banner-text")
    server.post(*create_items(2, "Late"))
    first.page.context.set_offline(False)

    for tab in tabs:
        tab.expect_status("Connected")
        tab.expect_exact(2)
        assert tab.page.locator("#status-banner").is_hidden()

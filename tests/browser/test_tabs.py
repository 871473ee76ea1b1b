"""All tabs of a browser share one stream, and lose nothing when the one that has it goes."""

from tests.conftest import until


def streams(server) -> int:
    return server.call("/api/v2/stream/status")[1]["connections"]


def items(count: int, name: str) -> list[dict[str, str]]:
    return [{"title": f"{name} headline number {number}", "ticker": "AAPL"} for number in range(count)]


def test_two_tabs_share_a_stream_and_the_other_goes_on_when_one_is_closed(start_server, open_dashboard):
    server = start_server()
    first = open_dashboard(server)
    first.expect_status("Connected")
    second = first.open_tab()
    second.expect_status("Connected")
    server.post(*items(3, "Early"))
    for tab in (first, second):
        tab.expect_exact(3)
    assert streams(server) == 1

    first.page.close()
    server.post(*items(4, "Late"))

    second.expect_exact(7)
    assert second.titles() == [f"Late headline number {n}" for n in (3, 2, 1, 0)] + [
        f"Early headline number {n}" for n in (2, 1, 0)
    ]
    until(lambda: streams(server) == 1, what="one stream")
    assert set(second.statuses()) == {"Disconnected", "Connected"}
    assert second.console == []


def test_tabs_that_show_different_tickers_have_a_stream_each(start_server, open_dashboard):
    server = start_server()
    first = open_dashboard(server)
    first.expect_status("Connected")

    second = first.open_tab("/?tickers=BA")
    second.expect_status("Connected")

    assert streams(server) == 2


def test_a_tab_without_locks_has_a_stream_of_its_own(start_server, open_dashboard):
    server = start_server()
    first = open_dashboard(server)
    first.page.context.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });")
    first.expect_status("Connected")

    second = first.open_tab()

    second.expect_status("Connected")
    assert streams(server) == 2

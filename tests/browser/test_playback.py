"""A past range in a browser's EventSource, which reconnects after the end, is answered 204 and stops."""

from collections.abc import Callable

from playwright.sync_api import Browser

from tests.helpers.items import headline
from tests.helpers.server import Server
from tests.helpers.waiting import until

PLAY = """(path) => {
    window.ids = [];
    window.opened = 0;
    window.source = new EventSource(path);
    source.addEventListener("open", () => { window.opened += 1; });
    source.addEventListener("new_item", (event) => window.ids.push(event.lastEventId));
}"""


def test_eventsource_of_a_past_range_gets_each_item_once_and_stops(
    browser: Browser, start_server: Callable[..., Server]
) -> None:
    server = start_server(STREAM_MAX_BYTES=10_000)  # so that the range takes several connections
    server.post(*(headline(n) for n in range(300)))
    generation = server.call("/api/v2/stream/status")[1]["head"].rpartition("-")[0]
    page = browser.new_page()
    page.goto(server.url)

    page.evaluate(PLAY, f"/api/v2/stream?since={generation}-10&until={generation}-290&speed=max")
    until(lambda: page.wait_for_timeout(50) or page.evaluate("source.readyState === EventSource.CLOSED"))

    assert page.evaluate("window.ids") == [f"{generation}-{seq}" for seq in range(11, 291)]
    assert page.evaluate("window.opened") > 1
    page.close()

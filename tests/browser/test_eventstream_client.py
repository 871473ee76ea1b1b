"""django-eventstream's client library in a real browser, connected to `/events/`."""

from collections.abc import Callable

from playwright.sync_api import Browser

from tests.helpers.items import headline
from tests.helpers.server import Server
from tests.helpers.waiting import until

FOLLOW_ITEMS = """
window.ids = [];
window.resets = 0;
const source = new ReconnectingEventSource("/events/?channel=items", { max_retry_time: 1000 });
source.addEventListener("new_item", (event) => window.ids.push(event.lastEventId));
source.addEventListener("stream-reset", () => { window.resets += 1; });
source.addEventListener("stream-open", () => { window.isOpen = true; });
"""


def test_eventstream_client_server_restarted_resumes_without_loss(
    browser: Browser, start_server: Callable[..., Server]
) -> None:
    server = start_server()
    page = browser.new_page()
    page.goto(server.url)
    page.add_script_tag(url="/static/django_eventstream/reconnecting-eventsource.js")
    page.evaluate(FOLLOW_ITEMS)

    def wait_for_ids(count: int) -> None:
        until(lambda: page.wait_for_timeout(50) or len(page.evaluate("window.ids")) >= count)

    until(lambda: page.wait_for_timeout(50) or page.evaluate("window.isOpen"))
    server.post(*(headline(n) for n in range(5)))
    wait_for_ids(5)
    server.kill()
    server.start()
    server.post(*(headline(n) for n in range(5, 10)))
    wait_for_ids(10)
    server.post(headline(10))
    wait_for_ids(11)

    assert page.evaluate("window.ids") == [f"items:{seq}" for seq in range(1, 12)]
    assert page.evaluate("window.resets") == 0
    page.close()

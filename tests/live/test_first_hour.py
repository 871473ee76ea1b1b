"""Set-up link, check and follow without scripts; a check of a server that does not answer delays no other request."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.helpers.feed_server import FeedServer, item, rss
from tests.helpers.server import Server
from tests.helpers.waiting import WAIT_SECONDS

TITLE = "Apple profit beats estimates"


@pytest.fixture
def feed() -> Iterator[str]:
    server = FeedServer()
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server.serve(rss(item(TITLE, guid="1")))
    server.closing.set()
    server.shutdown()
    server.server_close()


def test_setup_link_check_and_follow_without_scripts(start_clean_server: Callable[..., Server], feed: str) -> None:
    server = start_clean_server(command=("serve", "--setup-link"), SOURCE_ALLOWED_NETWORKS="127.0.0.0/8")
    [link] = re.findall(r"http://127\.0\.0\.1:\S+key=\S+", server.log.read_text())

    with httpx.Client(base_url=server.url, timeout=WAIT_SECONDS) as client:

        def submit(path: str, **values: str) -> httpx.Response:
            return client.post(path, data=values | {"csrfmiddlewaretoken": client.cookies["csrftoken"]})

        client.get(link)
        assert submit(link, username="ann", password="correct horse battery").headers["Location"] == "/sources/add"
        client.get("/sources/add")

        with ThreadPoolExecutor(1) as pool, socket.create_server(("127.0.0.1", 0)) as silent:
            stuck = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            check = pool.submit(submit, "/sources/add", check="1", address=f"{stuck} {feed}")
            connection, _ = silent.accept()
            assert server.call("/health/live")[0] == 200
            assert not check.done()
            connection.close()
            page = check.result().text
        assert "the connection broke" in page
        assert TITLE in re.sub("<[^>]+>", "", page)

        [value] = re.findall(r'name="feed"\s+value="([^"]+)"', page)
        followed = submit("/sources/add", follow="1", feed=value)
        assert followed.headers["Location"] == "/"
        assert "You follow News." in client.get("/").text

    polled = server.manage("ingest", "--once")
    assert polled.returncode == 0, polled.stderr
    assert [each["title"] for each in server.call("/api/v2/items")[1]["items"]] == [TITLE]
    assert link.rpartition("key=")[2] not in server.log.read_text().replace(link, "")

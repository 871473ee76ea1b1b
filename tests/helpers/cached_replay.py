"""Clients that replay the log by polling through a cache, and the requests that reach the site."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

from tests.helpers.code_blocks import load_code_blocks
from tests.helpers.nginx import running_nginx
from tests.helpers.server import Server
from tests.helpers.waiting import WAIT_SECONDS

EVENTS = "/api/v2/events"
PAGE_ITEMS = 1000
ENCODINGS = ("gzip", "identity", "gzip, deflate, br")


@dataclass(frozen=True)
class Cache:
    """An nginx with the cache of docs/reverse-proxy.md in front of a server."""

    port: int
    log: Path

    def count_upstream(self) -> Counter[str]:
        """Return how often the site was asked for each path and query."""
        lines = [line.split() for line in self.log.read_text().splitlines()]
        return Counter(path for upstream, path in lines if upstream != "-")

    def get(self, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
        """Send one request; returns the response and its content, unpacked."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS)
        try:
            return request(connection, path, **headers)
        finally:
            connection.close()


@contextmanager
def running_cache(server: Server, folder: Path) -> Iterator[Cache]:
    """Run the example of the documents, with longer waits, because a busy machine may take a second for a page."""
    path, location = (
        block.text for block in load_code_blocks("docs/reverse-proxy.md", "A cache for the log, with nginx")
    )
    for old, new in (
        ("127.0.0.1:8000", f"127.0.0.1:{server.port}"),
        ("proxy_cache_lock_timeout 1s;", "proxy_cache_lock_timeout 60s; proxy_cache_lock_age 60s;"),
    ):
        assert old in location
        location = location.replace(old, new)
    log = folder / "access.log"
    path = path.replace("/var/cache/nginx/sentiment", str(folder / "cache"))
    http = f"{path} log_format upstream '$upstream_addr $request_uri'; access_log {log} upstream;"
    with running_nginx(location, folder, http=http) as port:
        yield Cache(port, log)


def request(connection: HTTPConnection, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    """Send one request over a connection; returns the response and its content, unpacked."""
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    content = response.read()
    return response, gzip.decompress(content) if response.headers["Content-Encoding"] == "gzip" else content


def replay(cache: Cache, cursor: str, *, items: int, clients: int) -> list[str]:
    """Let `clients` read the first `items` items after a cursor at the same time; returns the paths of the pages.

    Each must receive the seqs 1, 2, 3, …, and all of them the same pages.
    """

    def fetch_pages(number: int) -> list[tuple[str, int]]:
        connection = HTTPConnection("127.0.0.1", cache.port, timeout=WAIT_SECONDS)
        after, pages, count = cursor, list[tuple[str, int]](), 0
        while count < items:
            path = f"{EVENTS}?after={after}&limit={PAGE_ITEMS}"
            response, content = request(connection, path, **{"Accept-Encoding": ENCODINGS[number % len(ENCODINGS)]})
            assert response.status == 200, content
            page = json.loads(content)
            seqs = [int(event["id"].rpartition("-")[2]) for event in page["events"]]
            assert seqs == list(range(count + 1, count + 1 + PAGE_ITEMS))
            pages.append((path, hash(content)))
            after, count = page["cursor"], count + len(seqs)
        connection.close()
        return pages

    with ThreadPoolExecutor(clients) as pool:
        first, *others = pool.map(fetch_pages, range(clients))
    assert all(pages == first for pages in others)
    return [path for path, _ in first]

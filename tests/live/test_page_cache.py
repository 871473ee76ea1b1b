"""The cache of docs/reverse-proxy.md in front of a server: many replays at the cost of one."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers.cached_replay import EVENTS, Cache, replay, running_cache
from tests.helpers.items import headline
from tests.helpers.server import Server

ORIGIN = "https://example.org"


@pytest.fixture
def server(start_clean_server: Callable[..., Server]) -> Server:
    return start_clean_server(TRUSTED_PROXIES="127.0.0.1", CORS_ALLOWED_ORIGINS=ORIGIN)


@pytest.fixture
def cache(server: Server, tmp_path: Path) -> Iterator[Cache]:
    folder = tmp_path / "nginx"
    folder.mkdir()
    with running_cache(server, folder) as cache:
        yield cache


def get_tail(server: Server) -> str:
    return str(server.call("/api/v2/stream/status")[1]["tail"])


def test_replay_of_100_clients_asks_the_site_once_for_each_page(server: Server, cache: Cache) -> None:
    built = server.manage("shell", "-v0", "-c", "from tests.volume.database import build; build(10_001)")
    assert built.returncode == 0, built.stderr

    paths = replay(cache, get_tail(server), items=10_000, clients=100)

    assert len(paths) == 10
    assert cache.count_upstream() == Counter(paths)


def test_cached_page_keeps_tokens_and_origins_apart(server: Server, cache: Cache) -> None:
    server.post(*[headline(number) for number in range(3)])
    page = f"{EVENTS}?after={get_tail(server)}&limit=2"

    first, content = cache.get(page)
    again, same = cache.get(page, **{"Accept-Encoding": "gzip"})
    rejected, _ = cache.get(page, Authorization="Bearer nonsense")
    allowed, _ = cache.get(page, Authorization=f"Bearer {server.token}")
    shared, _ = cache.get(page, Origin=ORIGIN)
    shared_again, _ = cache.get(page, Origin=ORIGIN)

    assert [r.headers["X-Cache"] for r in (first, again, rejected, allowed)] == ["MISS", "HIT", "BYPASS", "BYPASS"]
    assert [r.headers["X-Cache"] for r in (shared, shared_again)] == ["MISS", "HIT"]
    assert (first.status, rejected.status, allowed.status) == (200, 401, 200)
    assert content == same
    assert first.headers["Access-Control-Allow-Origin"] is None
    assert shared_again.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_page_at_the_head_is_never_stale(server: Server, cache: Cache) -> None:
    server.post(headline(0), headline(1))
    tail = get_tail(server)
    for count in (2, 3, 4):
        for query in (f"?after={tail}", f"?after={tail}&include=headline", "?since=2020-01-01&limit=1000"):
            assert len(json.loads(cache.get(EVENTS + query)[1])["events"]) == count
        assert json.loads(cache.get(EVENTS)[1])["events"][0]["data"]["total"] == count
        server.post(headline(count))


def test_page_with_texts_is_kept_for_a_minute(server: Server, cache: Cache) -> None:
    server.post(*[headline(number) for number in range(3)])
    page = f"{EVENTS}?after={get_tail(server)}&limit=2&include=headline"

    first, _ = cache.get(page)
    again, _ = cache.get(page)
    unchanged, content = cache.get(page, **{"If-None-Match": first.headers["ETag"]})

    assert (first.headers["X-Cache"], again.headers["X-Cache"]) == ("MISS", "HIT")
    assert first.headers["Cache-Control"] == again.headers["Cache-Control"] == "max-age=60"
    assert (unchanged.status, content) == (304, b"")

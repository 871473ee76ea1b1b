"""100 clients replay 100,000 items through a cache; the site is asked once for each page."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.helpers.cached_replay import replay, running_cache
from tests.helpers.server import Server

ITEMS = 100_000


def test_replay_of_100_000_items_by_100_clients_asks_the_site_once_for_each_page(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    server = start_server(TRUSTED_PROXIES="127.0.0.1")
    built = server.manage("shell", "-v0", "-c", f"from tests.volume.database import build; build({ITEMS + 1})")
    assert built.returncode == 0, built.stderr
    folder = tmp_path / "nginx"
    folder.mkdir()

    with running_cache(server, folder) as cache:
        paths = replay(cache, server.call("/api/v2/stream/status")[1]["tail"], items=ITEMS, clients=100)

        assert len(paths) == ITEMS // 1000
        assert cache.count_upstream() == Counter(paths)

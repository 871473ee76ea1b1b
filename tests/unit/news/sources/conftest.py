import threading

import pytest

from news.sources.http.client import make_client
from tests.helpers.feed_server import FeedServer
from tests.helpers.networks import LOOPBACK


@pytest.fixture
def server():
    server = FeedServer()
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def client():
    with make_client(allowed=LOOPBACK) as client:
        yield client


@pytest.fixture(autouse=True)
def loopback_is_allowed(settings):
    settings.SOURCE_ALLOWED_NETWORKS = LOOPBACK

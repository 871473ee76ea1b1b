"""Which requests are served as streams: by their view, not by the look of their path."""

import pytest

from streaming.http.eventstream import eventstream
from streaming.http.views import configuration_stream, stream
from streaming.server.asgi_handler import find_stream_view


@pytest.mark.parametrize(
    ("path", "view"),
    [
        ("/api/v2/stream", stream),
        ("/api/v2/configurations/5f6a1c9e-2d52-4f0a-8f4c-1d2e3f405060/stream", configuration_stream),
        ("/events/", eventstream),
        ("/news/api/v2/stream", None),
        ("/api/v2/timeseries/stream", None),
        ("/api/v2/items/stream", None),
        ("/admin/news/stream", None),
        ("/elsewhere/events/", None),
        ("/stream", None),
        ("", None),
    ],
)
def test_find_stream_view_by_path(path: str, view: object) -> None:
    assert find_stream_view({"type": "http", "path": path}) is view


def test_find_stream_view_below_a_prefix() -> None:
    scope = {"type": "http", "path": "/news/api/v2/stream", "root_path": "/news"}

    assert find_stream_view(scope) is stream

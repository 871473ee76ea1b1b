"""StreamClient's warnings about missing heartbeats."""

from collections.abc import Iterator
from itertools import islice
from threading import Event

import httpx2

from streaming.client import StreamClient

URL = httpx2.URL("http://news.example.org/api/v2/stream")


def encode(kind: str) -> bytes:
    return b"event: %s\nid: evt_1\ndata: {}\n\n" % kind.encode()


def test_follow_without_heartbeats_warns_although_other_events_arrive() -> None:
    def content() -> Iterator[bytes]:
        yield encode("heartbeat") + encode("metrics")
        Event().wait(0.1)
        yield encode("metrics")
        yield encode("metrics") + encode("heartbeat")

    warnings: list[str] = []
    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, content=content()))
    with httpx2.Client(transport=transport) as client:
        stream = StreamClient(client, URL, headers={}, warn=warnings.append, max_gap_seconds=0.05)

        kinds = [event.kind for event in islice(stream.follow(), 5)]

    assert kinds == ["heartbeat", "metrics", "metrics", "metrics", "heartbeat"]
    (warning,) = warnings
    assert warning.startswith(f"{URL}: no heartbeat for 0.1 s although other events arrive")
    assert stream.summary.heartbeat_gaps == 1

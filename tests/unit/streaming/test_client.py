"""StreamClient's warnings about missing heartbeats, and its summary."""

from collections.abc import Iterator
from itertools import islice
from threading import Event

import httpx2

from streaming.client import StreamClient, StreamSummary
from streaming.protocol.sse import ReceivedEvent

URL = httpx2.URL("http://news.example.org/api/v2/stream")


def encode(name: str) -> bytes:
    return b"event: %s\nid: evt_1\ndata: {}\n\n" % name.encode()


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

        names = [event.name for event in islice(stream.follow(), 5)]

    assert names == ["heartbeat", "metrics", "metrics", "metrics", "heartbeat"]
    (warning,) = warnings
    assert warning.startswith(f"{URL}: no heartbeat for 0.1 s although other events arrive")
    assert stream.summary.heartbeat_gaps == 1


def test_summary_counts_places_of_all_item_events_that_are_repeated_or_out_of_order() -> None:
    summary = StreamSummary()
    for name, seq in [("new_item", 1), ("item_updated", 2), ("item_removed", 2), ("new_item", 4), ("item_removed", 3)]:
        summary.add(ReceivedEvent(name, f"evt_0a0a0a-{seq}", "{}"))

    assert (summary.repeated, summary.out_of_order) == (1, 1)
    assert summary.events == {"new_item": 2, "item_updated": 1, "item_removed": 2}

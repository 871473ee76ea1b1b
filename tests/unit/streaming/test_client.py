"""What a follower says of a stream on which heartbeats stay away."""

from collections.abc import Iterator
from itertools import islice
from threading import Event

import httpx2

from streaming.client import StreamClient

ADDRESS = httpx2.URL("http://news.example.org/api/v2/stream")


def block(kind: str) -> bytes:
    return b"event: %s\nid: evt_1\ndata: {}\n\n" % kind.encode()


def test_other_events_do_not_hide_that_heartbeats_stay_away() -> None:
    def blocks() -> Iterator[bytes]:
        yield block("heartbeat") + block("metrics")
        Event().wait(0.1)
        yield block("metrics")
        yield block("metrics") + block("heartbeat")

    warnings: list[str] = []
    answer = httpx2.MockTransport(lambda request: httpx2.Response(200, content=blocks()))
    with httpx2.Client(transport=answer) as client:
        follower = StreamClient(client, ADDRESS, headers={}, warn=warnings.append, silence_seconds=0.05)

        kinds = [event.kind for event in islice(follower.follow(), 5)]

    assert kinds == ["heartbeat", "metrics", "metrics", "metrics", "heartbeat"]
    (warning,) = warnings
    assert warning.startswith(f"{ADDRESS}: no heartbeat for 0.1 s, though other events come")
    assert follower.account.silences == 1

"""Responses to GRIP proxies: each fits its limit, and together they are complete."""

from hypothesis import given
from hypothesis import strategies as st

from news.log.cursor import Cursor
from streaming.grip.origin import LimitedBody
from streaming.protocol.sse import encode_event, parse_event_id

BEGIN = Cursor("aaaaaa", 0)


@given(
    sizes=st.lists(st.integers(0, 300), max_size=30),
    limit_bytes=st.integers(1, 1000),
    page_items=st.integers(1, 10),
    opening=st.sampled_from([b"", b"retry: 1000\nevent: heartbeat\ndata: {}\n\n"]),
)
def test_limited_bodies_hold_every_event_once_in_order_within_limit(
    sizes: list[int], limit_bytes: int, page_items: int, opening: bytes
) -> None:
    events = [encode_event("new_item", f"evt_aaaaaa-{n}", b"x" * size) for n, size in enumerate(sizes, start=1)]
    end = Cursor("aaaaaa", len(events) + 5)  # the log goes on after the last item that passes the filter
    contents: list[bytes] = []
    cursor = BEGIN
    while cursor != end:
        body = LimitedBody(cursor, limit_bytes)
        body.content += b"" if contents else opening
        while body.cursor != end:
            begin = body.cursor.seq
            page = events[begin : begin + page_items]
            page_end = Cursor("aaaaaa", begin + len(page)) if begin + len(page) < len(events) else end
            if not body.add(b"".join(page), page_end):
                break
        assert len(body.content) <= limit_bytes or body.content.count(b"\n\n") == 1
        contents.append(body.content)
        assert body.cursor != cursor or len(contents) == 1
        cursor = body.cursor

    assert b"".join(contents) == (opening if contents else b"") + b"".join(events)


def test_parse_event_id_returns_id_of_encoded_event() -> None:
    assert parse_event_id(encode_event("metrics", "evt_aaaaaa-7-m12", b"{}")) == "evt_aaaaaa-7-m12"

"""Answers to GRIP proxies come in parts that fit, and together are the whole."""

from hypothesis import given
from hypothesis import strategies as st

from news.log.cursor import Cursor
from streaming.grip.origin import Part
from streaming.protocol.sse import encode_event, parse_event_id

START = Cursor("aaaaaa", 0)


@given(
    sizes=st.lists(st.integers(0, 300), max_size=30),
    room=st.integers(1, 1000),
    page_items=st.integers(1, 10),
    first=st.sampled_from([b"", b"retry: 1000\n\n"]),
)
def test_parts_hold_every_frame_once_in_order_and_no_more_than_fits(
    sizes: list[int], room: int, page_items: int, first: bytes
) -> None:
    frames = [encode_event("new_item", f"evt_aaaaaa-{n}", b"x" * size) for n, size in enumerate(sizes, start=1)]
    end = Cursor("aaaaaa", len(frames) + 5)  # what follows the last item is nothing to this filter
    bodies: list[bytes] = []
    seen = START
    while seen != end:
        part = Part(seen, room)
        part.body += b"" if bodies else first
        while part.seen != end:
            begin = part.seen.seq
            page = frames[begin : begin + page_items]
            reached = Cursor("aaaaaa", begin + len(page)) if begin + len(page) < len(frames) else end
            if not part.add(b"".join(page), reached):
                break
        assert len(part.body) <= room or part.body.count(b"\n\n") == 1
        bodies.append(part.body)
        assert part.seen != seen or len(bodies) == 1
        seen = part.seen

    assert b"".join(bodies) == (first if bodies else b"") + b"".join(frames)


def test_the_id_of_a_block_is_read_back() -> None:
    assert parse_event_id(encode_event("metrics", "evt_aaaaaa-7-m12", b"{}")) == "evt_aaaaaa-7-m12"

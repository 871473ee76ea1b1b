"""The ring is bounded by the number of events and by their bytes."""

import pytest

from streaming.broker.ring import MAX_RING_BYTES, Ring


def fill(ring: Ring, sizes: list[int]) -> list[bytes]:
    events = [number.to_bytes(4, "big") * (size // 4) for number, size in enumerate(sizes)]
    for number, event in enumerate(events):
        ring.append(event, number, "new_item")
        ring.drop_excess_bytes()
    return events


def join_chunks(ring: Ring, ring_index: int) -> bytes:
    data = b""
    while ring_index < ring.end:
        chunk = ring.get_chunk(ring_index)
        data, ring_index = data + chunk.data, chunk.end
    return data


@pytest.mark.parametrize("size", [4000, 400_000, MAX_RING_BYTES], ids=["small", "large", "as large as the ring"])
def test_ring_of_large_events_is_bounded_by_bytes(size: int) -> None:
    ring = Ring(size=4096, cursor=None, on_change=lambda: None)
    events = fill(ring, [size] * (3 * MAX_RING_BYTES // size + 1))

    held = ring.end - ring.begin
    assert MAX_RING_BYTES // 2 <= held * size <= MAX_RING_BYTES
    assert ring.end == len(events)
    assert ring.byte_count == len(events) * size
    assert join_chunks(ring, ring.begin) == b"".join(events[ring.begin :])


def test_ring_keeps_the_newest_event_however_large() -> None:
    ring = Ring(size=8, cursor=None, on_change=lambda: None)
    *_, newest = fill(ring, [1000, 1000, 2 * MAX_RING_BYTES])

    assert (ring.begin, ring.end) == (2, 3)
    assert join_chunks(ring, 2) == newest


def test_ring_of_small_events_is_bounded_by_their_number() -> None:
    ring = Ring(size=64, cursor=None, on_change=lambda: None)
    events = fill(ring, [40] * 1000)

    assert 64 <= ring.end - ring.begin <= 80
    assert join_chunks(ring, ring.begin) == b"".join(events[ring.begin :])


def test_ring_holds_a_large_page_until_it_was_sent() -> None:
    ring = Ring(size=4096, cursor=None, on_change=lambda: None)
    for number in range(1000):
        ring.append(bytes(6_600), number, "new_item")

    assert ring.begin == 0
    ring.drop_excess_bytes()
    assert (ring.end - ring.begin) * 6_600 <= MAX_RING_BYTES


def test_emptied_ring_is_bounded_by_the_bytes_that_follow() -> None:
    ring = Ring(size=4096, cursor=None, on_change=lambda: None)
    fill(ring, [MAX_RING_BYTES - 4])

    ring.drop_events()
    fill(ring, [4000] * 100)

    assert ring.end - ring.begin == 100

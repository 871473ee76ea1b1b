"""What we write, a reader that follows the standard reads back unchanged."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streaming.protocol.events import Event
from streaming.protocol.sse import RETRY_MILLISECONDS, add_retry, encode_event
from tests.helpers.sse import Block, SseEvent, parse_blocks, parse_events

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), min_size=1).filter(
    lambda word: not word.startswith(" ")
)


@given(st.dictionaries(texts, values, max_size=4))
@example({"title": "a\r\nb\rc\nd\0e\u2028f\u2029g\ufeffh\x85"})
@example({"title": "\n\ndata: forged\nid: 1\n\n"})
@example({})
def test_any_payload_comes_back_as_exactly_one_event(payload: dict[str, Any]) -> None:
    frame = Event("new_item", "evt_00ff00-1", payload).encode()

    assert parse_events(frame.decode()) == [SseEvent("new_item", "evt_00ff00-1", payload)]
    assert frame.count(b"\n") == 4
    assert b"\r" not in frame


@given(words, words)
def test_any_name_and_id_without_line_ends_come_back(name: str, event_id: str) -> None:
    frame = encode_event(name, event_id, b"{}")

    assert parse_events(frame.decode()) == [SseEvent(name, event_id, {})]


@given(texts, st.sampled_from("\r\n\0"), texts)
def test_names_and_ids_that_hold_a_line_end_or_nul_are_rejected(before: str, forbidden: str, after: str) -> None:
    for name, event_id in ((before + forbidden + after, "evt_00ff00-1"), ("new_item", before + forbidden + after)):
        with pytest.raises(ValueError, match="CR, LF or NUL"):
            encode_event(name, event_id, b"{}")


@pytest.mark.parametrize("data", [b"{\n}", b"{\r}", b"{\r\n}"])
def test_data_of_more_than_one_line_is_rejected(data: bytes) -> None:
    with pytest.raises(ValueError, match="CR, LF or NUL"):
        encode_event("new_item", "evt_00ff00-1", data)


@given(st.lists(st.dictionaries(texts, texts, max_size=2), min_size=1, max_size=5))
def test_frames_one_after_the_other_stay_apart(payloads: list[dict[str, str]]) -> None:
    frames = [Event("new_item", f"evt_00ff00-{n}", payload).encode() for n, payload in enumerate(payloads)]

    events = parse_events(b"".join(frames).decode())

    assert [event.data for event in events] == payloads
    assert [event.seq for event in events] == list(range(len(payloads)))


def test_retry_stands_in_the_block_of_an_event() -> None:
    block = add_retry(encode_event("heartbeat", "evt_00ff00-1-h1", b"{}"))

    blocks, retry = parse_blocks(block.decode())

    assert blocks == [Block("heartbeat", "{}", "evt_00ff00-1-h1")]
    assert retry in range(RETRY_MILLISECONDS[0], RETRY_MILLISECONDS[1] + 1)
    assert block.count(b"\n\n") == 1


@pytest.mark.parametrize(
    ("text", "blocks", "retry"),
    [
        ("\ufeffdata: a\n\n", [Block("message", "a", "")], None),
        ("\ufeff\ufeffdata: a\n\n", [], None),
        ("data: a\r\rdata: b\r\n\r\ndata: c\n\n", [Block("message", letter, "") for letter in "abc"], None),
        ("data:a\ndata:  b\ndata\n\n", [Block("message", "a\n b\n", "")], None),
        ("data\n\n", [Block("message", "", "")], None),
        ("event: lost\n\ndata: a\n\n", [Block("message", "a", "")], None),
        (": comment\ndata: a: b\nunknown: x\nData: x\n\n", [Block("message", "a: b", "")], None),
        ("id: 1\ndata: a\n\nid: 2\0\ndata: b\n\nid\ndata: c\n\n",
         [Block("message", "a", "1"), Block("message", "b", "1"), Block("message", "c", "")], None),
        ("id: 7\n\ndata: a\n\n", [Block("message", "a", "7")], None),
        ("retry: 10\nretry: 1x\nretry: -1\nretry:\nretry: ٣\n\n", [], 10),
        ("data: a\n\ndata: unfinished\n", [Block("message", "a", "")], None),
        ("data: a\n\ndata: unfinis", [Block("message", "a", "")], None),
    ],
)  # fmt: skip
def test_the_reader_of_these_tests_follows_the_standard(text: str, blocks: list[Block], retry: int | None) -> None:
    assert parse_blocks(text) == (blocks, retry)

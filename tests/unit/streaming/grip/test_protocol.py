"""What GRIP proxies are told, and who passes for one."""

import time
from collections.abc import Callable

import jwt
import pytest
from django.test import RequestFactory

from common.time import utc_now
from news.log.cursor import Cursor
from streaming.broker.filters import StreamFilter
from streaming.grip.protocol import (
    authorization,
    escape,
    eventstream_message,
    get_channel_names,
    hold_headers,
    is_signed,
    item_message,
    metrics_message,
    parse_last_id,
    resync_message,
)
from streaming.protocol.events import heartbeat_event
from streaming.protocol.sse import encode_event

KEY = "the-key-by-which-the-proxy-is-known"
PROXIES = [{"control_uri": "http://127.0.0.1:5561", "key": "another-key-of-another-proxy-elsewhere"},
           {"control_uri": "http://127.0.0.1:5561", "key": KEY}]  # fmt: skip
ITEM = encode_event("new_item", "evt_aaaaaa-7", b'{"title":"Up 5%I"}')


def sign(key: str = KEY, *, seconds: int = 60, algorithm: str = "HS256") -> str:
    return jwt.encode({"iss": "pushpin", "exp": int(time.time()) + seconds}, key, algorithm=algorithm)


@pytest.mark.parametrize(
    ("make", "is_good"),
    [
        (sign, True),
        (lambda: sign("some-other-key-that-nobody-has-set-here"), False),
        (lambda: sign(seconds=-60), False),
        (lambda: jwt.encode({"iss": "pushpin"}, KEY), False),
        (lambda: sign("", algorithm="none"), False),
        (lambda: "", False),
        (lambda: "nonsense", False),
        (lambda: None, False),
    ],
)
def test_a_proxy_is_known_by_what_it_signs_with_its_key(make: Callable[[], str | None], is_good: bool) -> None:
    signature = make()
    headers = {} if signature is None else {"Grip-Sig": signature}

    assert is_signed(RequestFactory().get("/", headers=headers), PROXIES) is is_good
    assert not is_signed(RequestFactory().get("/", headers=headers), [])


def test_the_last_id_of_a_channel_is_found_among_those_of_others() -> None:
    request = RequestFactory().get(
        "/", headers={"Grip-Last": "items-all-x; last-id=evt_aaaaaa-1, items-all; last-id=evt_aaaaaa-2"}
    )

    assert parse_last_id(request, "items-all") == "evt_aaaaaa-2"
    assert parse_last_id(request, "items") is None
    assert parse_last_id(RequestFactory().get("/"), "items-all") is None


def test_filters_have_channels_of_their_own_whatever_the_order_of_their_tickers() -> None:
    interests = [
        StreamFilter(),
        StreamFilter(include="headline"),
        StreamFilter(frozenset(["AAPL"])),
        StreamFilter(frozenset(["AAPL", "MSFT"])),
        StreamFilter(frozenset(["AAPL", "MSFT"]), "headline"),
        StreamFilter(frozenset(f"TICKER{n:04}" for n in range(100))),
    ]
    names = [get_channel_names(interest) for interest in interests]

    assert len({name for each in names for name in (each.items, each.sums)}) == 12
    assert get_channel_names(StreamFilter(frozenset(["MSFT", "AAPL"]))) == names[3]
    assert all(len(each.items) < 60 and each.items.replace("-", "").isalnum() for each in names)


def test_only_the_last_part_of_an_answer_is_held() -> None:
    names = get_channel_names(StreamFilter())
    first = hold_headers(names, last_id="evt_aaaaaa-7", link="/api/v2/stream?grip=opening", is_last=False)
    last = hold_headers(names, last_id="evt_aaaaaa-7", link="/api/v2/stream?grip=next", is_last=True)

    assert "Grip-Hold" not in first
    assert last["Grip-Hold"] == "stream"
    assert last["Grip-Channel"] == "items-all; prev-id=evt_aaaaaa-7, sums-all; filter=build-id"
    assert first["Grip-Link"].startswith("</api/v2/stream?grip=opening>; rel=next; timeout=")


def test_items_follow_each_other_and_keep_their_bytes() -> None:
    message = item_message("items-all", ITEM, message_id="evt_aaaaaa-7", previous_id="evt_aaaaaa-5")

    assert (message["channel"], message["id"], message["prev-id"]) == ("items-all", "evt_aaaaaa-7", "evt_aaaaaa-5")
    assert message["formats"]["http-stream"] == {"content": ITEM.decode()}


def test_sums_leave_the_place_to_the_proxy_and_keep_their_own_mark() -> None:
    frame = heartbeat_event(Cursor("aaaaaa", 9), now=utc_now(), connections=3).encode()
    message = metrics_message("sums-all", frame)
    content = message["formats"]["http-stream"]["content"]
    mark = frame.split(b"\n")[1].rpartition(b"-")[2].decode()

    assert "id" not in message
    assert message["formats"]["http-stream"]["content-filters"] == ["build-id"]
    assert content.startswith(f"event: heartbeat\nid: %I-{mark}\ndata: ")


def test_for_django_eventstream_the_proxy_writes_the_id_and_nothing_else() -> None:
    message = eventstream_message("events-items", ITEM, message_id="7", previous_id="5")

    assert message["formats"]["http-stream"]["content"] == 'event: new_item\nid: %I\ndata: {"title":"Up 5%%I"}\n\n'
    assert (message["id"], message["prev-id"]) == ("7", "5")


def test_a_call_follows_nothing_and_is_never_taken_for_one_that_was_seen() -> None:
    calls = [resync_message("items-all") for _ in range(3)]

    assert len({call["id"] for call in calls}) == 3
    assert all(call["no-seq"] and call["prev-id"] == "call" for call in calls)


def test_percent_signs_are_doubled_for_proxies_that_look_for_ids() -> None:
    assert escape(b"5%I 10%%") == b"5%%I 10%%%%"


def test_a_proxy_that_wants_to_know_who_publishes_is_shown_a_token() -> None:
    assert authorization({"control_uri": "http://127.0.0.1", "key": KEY}) == {}

    header = authorization({"control_uri": "http://127.0.0.1", "key": KEY, "control_iss": "site"})["Authorization"]

    assert jwt.decode(header.removeprefix("Bearer "), KEY, algorithms=["HS256"])["iss"] == "site"

"""Messages to GRIP proxies, and the check of their signatures."""

import time
from collections.abc import Callable

import jwt
import pytest
from django.test import RequestFactory

from common.time import utc_now
from news.log.cursor import Cursor
from streaming.broker.filters import StreamFilter
from streaming.grip.protocol import (
    RESYNC_ID,
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
from streaming.protocol.events import make_heartbeat_event
from streaming.protocol.sse import encode_event

KEY = "the-key-of-the-proxy-in-these-tests"
PROXIES = [{"control_uri": "http://127.0.0.1:5561", "key": "the-key-of-another-proxy-in-these-tests"},
           {"control_uri": "http://127.0.0.1:5561", "key": KEY}]  # fmt: skip
ITEM = encode_event("new_item", "evt_aaaaaa-7", b'{"title":"Up 5%I"}')


def sign(key: str = KEY, *, seconds: int = 60, algorithm: str = "HS256") -> str:
    return jwt.encode({"iss": "pushpin", "exp": int(time.time()) + seconds}, key, algorithm=algorithm)


@pytest.mark.parametrize(
    ("sign_request", "is_valid"),
    [
        (sign, True),
        (lambda: sign("some-other-key-that-is-not-configured"), False),
        (lambda: sign(seconds=-60), False),
        (lambda: jwt.encode({"iss": "pushpin"}, KEY), False),
        (lambda: sign("", algorithm="none"), False),
        (lambda: "", False),
        (lambda: "nonsense", False),
        (lambda: None, False),
    ],
)
def test_is_signed_accepts_only_signatures_by_a_proxys_key(
    sign_request: Callable[[], str | None], is_valid: bool
) -> None:
    signature = sign_request()
    headers = {} if signature is None else {"Grip-Sig": signature}

    assert is_signed(RequestFactory().get("/", headers=headers), PROXIES) is is_valid
    assert not is_signed(RequestFactory().get("/", headers=headers), [])


def test_parse_last_id_returns_the_id_of_the_named_channel() -> None:
    request = RequestFactory().get(
        "/", headers={"Grip-Last": "items-all-x; last-id=evt_aaaaaa-1, items-all; last-id=evt_aaaaaa-2"}
    )

    assert parse_last_id(request, "items-all") == "evt_aaaaaa-2"
    assert parse_last_id(request, "items") is None
    assert parse_last_id(RequestFactory().get("/"), "items-all") is None


def test_get_channel_names_differ_by_filter_and_not_by_order_of_tickers() -> None:
    filters = [
        StreamFilter(),
        StreamFilter(include=frozenset({"headline"})),
        StreamFilter(frozenset(["AAPL"])),
        StreamFilter(frozenset(["AAPL", "MSFT"])),
        StreamFilter(frozenset(["AAPL", "MSFT"]), frozenset({"headline"})),
        StreamFilter(frozenset(f"TICKER{n:04}" for n in range(100))),
    ]
    names = [get_channel_names(stream_filter) for stream_filter in filters]

    assert len({name for each in names for name in (each.items, each.metrics)}) == 12
    assert get_channel_names(StreamFilter(frozenset(["MSFT", "AAPL"]))) == names[3]
    assert all(len(each.items) < 60 and each.items.replace("-", "").isalnum() for each in names)


def test_get_channel_names_are_those_of_clients_held_since_an_earlier_version() -> None:
    assert get_channel_names(StreamFilter(include=frozenset({"headline"}))).items == "items-all-headline"
    names = get_channel_names(StreamFilter(frozenset(["AAPL", "MSFT"])))
    assert (names.items, names.metrics) == ("items-6684f49bd3755b93ce309445", "sums-6684f49bd3755b93ce309445")


def test_hold_headers_hold_the_client_after_the_last_part_only() -> None:
    names = get_channel_names(StreamFilter())
    first = hold_headers(names, last_id="evt_aaaaaa-7", link="/api/v2/stream?grip=opening", is_last=False)
    last = hold_headers(names, last_id="evt_aaaaaa-7", link="/api/v2/stream?grip=next", is_last=True)

    assert "Grip-Hold" not in first
    assert last["Grip-Hold"] == "stream"
    assert last["Grip-Channel"] == "items-all; prev-id=evt_aaaaaa-7, sums-all; filter=build-id"
    assert first["Grip-Link"].startswith("</api/v2/stream?grip=opening>; rel=next; timeout=")


def test_item_message_keeps_content_and_names_previous_id() -> None:
    message = item_message("items-all", ITEM, message_id="evt_aaaaaa-7", previous_id="evt_aaaaaa-5")

    assert (message["channel"], message["id"], message["prev-id"]) == ("items-all", "evt_aaaaaa-7", "evt_aaaaaa-5")
    assert message["formats"]["http-stream"] == {"content": ITEM.decode()}


def test_metrics_message_id_has_placeholder_and_keeps_suffix() -> None:
    event = make_heartbeat_event(Cursor("aaaaaa", 9), now=utc_now(), connections=3).encode()
    message = metrics_message("sums-all", event)
    content = message["formats"]["http-stream"]["content"]
    suffix = event.split(b"\n")[1].rpartition(b"-")[2].decode()

    assert "id" not in message
    assert message["formats"]["http-stream"]["content-filters"] == ["build-id"]
    assert content.startswith(f"event: heartbeat\nid: %I-{suffix}\ndata: ")


def test_eventstream_message_has_placeholder_as_id() -> None:
    message = eventstream_message("events-items", ITEM, message_id="7", previous_id="5")

    assert message["formats"]["http-stream"]["content"] == 'event: new_item\nid: %I\ndata: {"title":"Up 5%%I"}\n\n'
    assert (message["id"], message["prev-id"]) == ("7", "5")


def test_resync_message_ids_are_unique_and_out_of_sequence() -> None:
    messages = [resync_message("items-all") for _ in range(3)]

    assert len({message["id"] for message in messages}) == 3
    assert all(message["no-seq"] and message["prev-id"] == RESYNC_ID for message in messages)


def test_escape_doubles_percent_signs() -> None:
    assert escape(b"5%I 10%%") == b"5%%I 10%%%%"


def test_authorization_is_a_signed_token_if_the_proxy_has_an_issuer() -> None:
    assert authorization({"control_uri": "http://127.0.0.1", "key": KEY}) == {}

    header = authorization({"control_uri": "http://127.0.0.1", "key": KEY, "control_iss": "site"})["Authorization"]

    assert jwt.decode(header.removeprefix("Bearer "), KEY, algorithms=["HS256"])["iss"] == "site"

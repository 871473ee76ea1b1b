"""Which requests count as equal, and how many answers are kept."""

from types import SimpleNamespace
from typing import Any

import pytest
from twisted.web.http_headers import Headers

from streaming.broker.filters import StreamFilter
from streaming.server.known_streams import MAX_KNOWN, KnownStream, KnownStreams, make_key


def make_request(
    *, method: bytes = b"GET", uri: bytes = b"/api/v2/stream", peer: str = "192.0.2.1", **headers: str
) -> Any:
    fields = {name.replace("_", "-"): [value.encode("latin-1")] for name, value in headers.items()}
    return SimpleNamespace(
        method=method,
        uri=uri,
        clientproto=b"HTTP/1.1",
        requestHeaders=Headers({"Host": [b"localhost"], **fields}),
        client=SimpleNamespace(host=peer),
    )


KEY = make_key(make_request())


@pytest.mark.parametrize(
    "headers",
    [
        {"User_Agent": "one"},
        {"Cookie": "sessionid=abc"},
        {"Accept": "text/event-stream", "Accept_Language": "de"},
        {"X_Forwarded_For": "198.51.100.1"},
        {"peer": "192.0.2.2"},
    ],
    ids=str,
)
def test_make_key_headers_without_effect_give_the_same_key(headers: dict[str, str]) -> None:
    assert make_key(make_request(**headers)) == KEY  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "request_",
    [
        make_request(uri=b"/api/v2/stream?tickers=AAPL"),
        make_request(Host="evil.example"),
        make_request(Origin="https://a.example"),
        make_request(X_Forwarded_Proto="https"),
        make_request(Upgrade="websocket"),
        make_request(Unknown="x"),
    ],
)
def test_make_key_anything_else_gives_another_key(request_: Any) -> None:
    assert make_key(request_) not in (None, KEY)


@pytest.mark.parametrize("name", ["Origin", "Unknown"])
def test_make_key_repeated_values_are_not_another_header(name: str) -> None:
    header, repeated = make_request(Sec_Ch_Ua="?0", **{name: "x"}), make_request()
    repeated.requestHeaders.setRawHeaders("Sec-Ch-Ua", ["?0", "", name, "x"])

    assert make_key(header) != make_key(repeated)


def test_make_key_forwarded_proto_counts_by_peer() -> None:
    keys = {make_key(make_request(X_Forwarded_Proto="https", peer=peer)) for peer in ("192.0.2.1", "192.0.2.2")}

    assert len(keys) == 2


@pytest.mark.parametrize(
    "request_",
    [
        make_request(Last_Event_ID="evt_abcdef-1"),
        make_request(method=b"HEAD"),
        make_request(method=b"OPTIONS"),
        make_request(Authorization="Bearer secret"),
        make_request(Authorization="Basic secret"),
        make_request(Grip_Sig="signature"),
        make_request(User_Agent="bad\x0bvalue"),
        make_request(uri=b"/api/v2/stream?_=" + b"1" * 5000),
    ],
)
def test_make_key_of_a_request_to_be_looked_at_each_time_is_none(request_: Any) -> None:
    assert make_key(request_) is None


def test_known_streams_drop_the_least_recently_used() -> None:
    known_streams, answer = KnownStreams(), KnownStream(b"HTTP/1.1 200 OK\r\n\r\n", StreamFilter())
    for number in range(MAX_KNOWN):
        known_streams.add((str(number),), answer)
    known_streams.find(("0",))
    known_streams.add(("new",), answer)

    assert [known_streams.find((key,)) for key in ("0", "1", "new")] == [answer, None, answer]

"""django-eventstream's endpoint over the same log, on a real server."""

import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.helpers.items import headline
from tests.helpers.server import Server
from tests.helpers.sse import Block, Stream, parse_blocks
from tests.helpers.waiting import until

ITEMS = "/events/?channel=items"


@pytest.fixture
def server(start_clean_server: Callable[..., Server]) -> Server:
    return start_clean_server()


def blocks(stream: Stream) -> list[Block]:
    return parse_blocks(stream.text)[0]


def items(stream: Stream) -> list[Block]:
    return [block for block in blocks(stream) if block.kind == "new_item"]


def receive_items(stream: Stream, count: int, *, seconds: float = 20) -> list[Block]:
    stream.receive_until(lambda s: len(items(s)) >= count, seconds=seconds)
    return items(stream)


def open_stream(server: Server, path: str = ITEMS, **headers: str) -> Stream:
    stream = Stream(server.url, path=path, **headers)
    try:
        stream.receive_until(lambda s: "stream-open" in s.text)
    except BaseException:
        stream.close()
        raise
    return stream


def titles(item_blocks: list[Block]) -> list[str]:
    return [json.loads(block.data)["title"] for block in item_blocks]


def test_eventstream_sends_items_as_they_are_posted(server: Server) -> None:
    with open_stream(server) as stream:
        server.post(headline(1), headline(2, "MSFT"))
        first, second = receive_items(stream, 2)

    assert stream.headers["content-type"].startswith("text/event-stream")
    assert stream.headers["cache-control"] == "no-cache, no-transform"
    assert (first.last_id, second.last_id) == ("items:1", "items:2")
    assert json.loads(second.data)["tickers"] == ["MSFT"]


def test_ticker_channel_sends_items_with_that_ticker(server: Server) -> None:
    with open_stream(server, "/events/?channel=ticker-AAPL") as stream:
        server.post(headline(1, "MSFT"), {"title": "Both", "tickers": ["MSFT", "AAPL"]}, headline(2))

        assert titles(receive_items(stream, 2)) == ["Both", "AAPL profit rises 2 percent"]


@pytest.mark.parametrize("ticker", ["^GSPC", "M&M.NS", "EURUSD=X", "A_LONG.SYMBOL-OF^20&"])
def test_ticker_channel_of_any_symbol_sends_its_items_and_resumes(shared_server: Server, ticker: str) -> None:
    channel = f"/events/?channel=ticker-{quote(ticker)}"
    with open_stream(shared_server, channel) as stream:
        shared_server.post(headline(1, ticker), headline(2))
        (item,) = receive_items(stream, 1)
    shared_server.post(headline(3, ticker))

    with open_stream(shared_server, channel, **{"Last-Event-ID": item.last_id}) as stream:
        assert titles(receive_items(stream, 1)) == [f"{ticker} profit rises 3 percent"]


@pytest.mark.parametrize("last_id_in", ["header", "query"])
def test_resume_sends_exactly_the_missed_items(server: Server, last_id_in: str) -> None:
    with open_stream(server) as stream:
        server.post(*(headline(n) for n in range(4)))
        last_id = receive_items(stream, 4)[1].last_id
    server.post(*(headline(n) for n in range(4, 6)))

    path, headers = (
        (ITEMS, {"Last-Event-ID": last_id}) if last_id_in == "header" else (f"{ITEMS}&lastEventId={last_id}", {})
    )
    with Stream(server.url, path=path, **headers) as stream:
        server.post(headline(6))
        received = receive_items(stream, 5)

    assert titles(received) == [f"AAPL profit rises {n} percent" for n in range(2, 7)]


def test_burst_and_reconnect_neither_lose_nor_repeat_items(server: Server) -> None:
    with open_stream(server) as stream, open_stream(server, "/events/?channel=ticker-MSFT") as filtered:
        for start in range(0, 500, 50):
            server.post(*(headline(n, "MSFT" if n % 2 else "AAPL") for n in range(start, start + 50)))
        before = receive_items(stream, 100)
        stream.close()
        for start in range(500, 1000, 250):
            server.post(*(headline(n) for n in range(start, start + 250)))
        with Stream(server.url, path=ITEMS, **{"Last-Event-ID": before[-1].last_id}) as resumed:
            after = receive_items(resumed, 1000 - len(before))
        msft_items = receive_items(filtered, 250)

    seqs = [int(block.last_id.split(":")[1]) for block in before + after]
    assert seqs == list(range(1, 1001))
    assert titles(msft_items) == [f"MSFT profit rises {n} percent" for n in range(1, 500, 2)]


def test_historical_items_are_not_sent_live_nor_missed(server: Server) -> None:
    with open_stream(server) as stream, open_stream(server, "/events/?channel=ticker-AAPL&_=1") as filtered:
        server.post(headline(1))
        server.append_historical(10, 150)
        server.post(headline(2))
        received = receive_items(stream, 2)
        receive_items(filtered, 2)
    with Stream(server.url, path=f"{ITEMS}&lastEventId={received[0].last_id}") as resumed:
        server.post(headline(3))
        missed = receive_items(resumed, 2)

    assert [block.last_id for block in [*received, *missed]] == ["items:1", "items:152", "items:152", "items:153"]


def test_id_that_can_not_be_resumed_gets_a_reset(server: Server) -> None:
    ids = [
        ("&lastEventId=items:999", ""), ("&lastEventId=5", ""), ("&lastEventId=items:x", ""), ("", "nonsense"),
        ("&lastEventId=items:1,", ""), ("&lastEventId=a:b:c", ""), ("&lastEventId=items:%00", ""),
        ("&lastEventId=items:" + "9" * 400, ""), ("", "evt_0a0a0a-1"), ("&lastEventId=items:1", "5d41402a-1a2b"),
    ]  # fmt: skip
    server.post(headline(1))
    for number, (query, header) in enumerate(ids, 2):
        with Stream(server.url, path=ITEMS + query, **({"Last-Event-ID": header} if header else {})) as stream:
            stream.receive_until(lambda s: "stream-reset" in s.text)
            server.post(headline(number))

            assert titles(receive_items(stream, 1)) == [f"AAPL profit rises {number} percent"], (query, header)


def test_unknown_channel_is_forbidden(shared_server: Server) -> None:
    for channel in ("unknown", "ticker-", "user-1", "ticker-AAPL!", "events-items"):
        with Stream(shared_server.url, path=f"/events/?channel={channel}") as stream:
            stream.receive_until(lambda s: "forbidden" in s.text)

            stream.receive_to_end()
            kinds = [block.kind for block in blocks(stream) if block.kind != "stream-open"]
            assert kinds == ["stream-error", "keep-alive"]  # the last carries `retry:`
    until(lambda: shared_server.call("/api/v2/stream/status")[1]["connections"] == 0, seconds=60)


@pytest.fixture
def owner(server: Server) -> dict[str, str]:
    return create_session(server)


def create_session(server: Server) -> dict[str, str]:
    status, session = server.call("/api/v2/auth/anonymous", {}, **{"Content-Type": "application/json"})
    assert status == 201, session
    return {"Authorization": f"Bearer {session['token']}"}


def create_configuration(server: Server, owner: dict[str, str], *tickers: str) -> str:
    body = {"name": "-".join(tickers), "tickers": list(tickers)}
    status, created = server.call("/api/v2/configurations", body, **owner, **{"Content-Type": "application/json"})
    assert status == 201, created
    return str(created["config_id"])


def test_configuration_channel_sends_matching_items_to_its_owner(server: Server, owner: dict[str, str]) -> None:
    config_id = create_configuration(server, owner, "AAPL", "MSFT")
    path = f"/events/?channel=configuration-{config_id}"
    with open_stream(server, path, **owner) as stream:
        both = {"title": "Both", "tickers": ["MSFT", "AAPL"]}
        server.post(headline(1), headline(2, "TSLA"), both, headline(3, "MSFT"))
        receive_items(stream, 3)
        server.post(headline(4, "NVDA"), headline(5))
        received = receive_items(stream, 4)
    with Stream(server.url, path=path, **owner, **{"Last-Event-ID": received[1].last_id}) as resumed:
        missed = receive_items(resumed, 2)

    expected = ["AAPL profit rises 1 percent", "Both", "MSFT profit rises 3 percent", "AAPL profit rises 5 percent"]
    assert titles(received) == expected
    assert titles(missed) == expected[2:]
    assert received[0].last_id == f"configuration-{config_id}:1"


def test_configuration_channel_of_another_user_is_forbidden(server: Server, owner: dict[str, str]) -> None:
    path = f"/events/?channel=configuration-{create_configuration(server, owner, 'AAPL')}"
    unknown = "/events/?channel=configuration-00000000-0000-4000-8000-000000000000"
    for url, headers in ((path, {}), (path, create_session(server)), (f"{path}&channel=items", {}), (unknown, owner)):
        _, body = server.call(url, **headers)

        assert "forbidden" in body
        assert [block.kind for block in parse_blocks(body)[0]] == ["stream-error"]


@pytest.mark.parametrize("change", ["DELETE", "PATCH"])
def test_configuration_channel_closes_when_configuration_changes(
    server: Server, owner: dict[str, str], change: str
) -> None:
    config_id = create_configuration(server, owner, "AAPL")
    body = {"tickers": ["MSFT"]} if change == "PATCH" else None
    with open_stream(server, f"/events/?channel=configuration-{config_id}", **owner) as stream:
        server.call(
            f"/api/v2/configurations/{config_id}", body, method=change, **owner, **{"Content-Type": "application/json"}
        )

        stream.receive_to_end(seconds=5)


def test_invalid_parameters_return_400_with_detail(shared_server: Server) -> None:
    queries = [
        "?channel=items&es-meta=x", "?channel=items&link=next", "?channel=items&recover=true", "?x=1",
    ]  # fmt: skip
    for query in queries:
        status, payload = shared_server.call(f"/events/{query}")

        assert (status, set(payload)) == (400, {"detail"}), query
    assert shared_server.call("/events/", method="POST")[0] == 405


def test_request_without_channel_returns_error_and_frees_slot(shared_server: Server) -> None:
    status, body = shared_server.call("/events/")

    assert "No channels specified" in body
    assert status in (200, 400)
    until(lambda: shared_server.call("/api/v2/stream/status")[1]["connections"] == 0, seconds=60)


def test_streams_acquire_and_release_slots(start_clean_server: Callable[..., Server]) -> None:
    server = start_clean_server(STREAM_MAX_CONNECTIONS=3, STREAM_MAX_PER_ADDRESS=3)
    streams = [open_stream(server) for _ in range(3)]

    assert server.call("/api/v2/stream/status")[1]["connections"] == 3
    assert server.call(ITEMS)[0] == 503
    assert server.call("/api/v2/stream")[0] == 503
    for stream in streams:
        stream.close()
    until(lambda: server.call("/api/v2/stream/status")[1]["connections"] == 0, seconds=60)
    with open_stream(server) as stream:
        assert stream.status == 200


def test_head_returns_headers_only(server: Server) -> None:
    assert server.call(ITEMS, method="HEAD") == (200, "")

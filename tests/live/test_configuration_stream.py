"""The stream of a configuration: items of its tickers, for its owner only."""

from collections.abc import Callable

import pytest

from tests.helpers.account_clients import AccountClient, sign_in, start_anonymous_session
from tests.helpers.api_client import UNKNOWN_CONFIGURATION_ID
from tests.helpers.items import headline
from tests.helpers.server import SERVE_COMMANDS, Server
from tests.helpers.sse import Stream

MISSING = {"detail": "Missing user identification"}
NOT_FOUND = {"detail": "Configuration not found"}


@pytest.fixture
def server(start_clean_server: Callable[..., Server]) -> Server:
    return start_clean_server()


WAYS = {name: SERVE_COMMANDS[name] for name in ("detached", "by-django")}  # tests/live/test_stream.py runs all


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def any_server(request: pytest.FixtureRequest, start_clean_server: Callable[..., Server]) -> Server:
    return start_clean_server(command=request.param)


def head(client: AccountClient, path: str, **headers: str) -> int:
    return client.server.call(f"/api/v2/{path}", method="HEAD", **(headers or client.headers))[0]


def test_configuration_stream_sends_items_of_its_tickers(any_server: Server) -> None:
    any_server.post(headline(1), headline(2, "MSFT"), headline(3, "IBM"))
    client = start_anonymous_session(any_server)
    with client.open(client.add("aapl", "MSFT"), "?include=headline") as stream:
        assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert stream.headers["cache-control"] == "no-cache, no-transform"
        heartbeat, metrics = stream.events[:2]
        assert (heartbeat.kind, metrics.kind) == ("heartbeat", "metrics")
        assert metrics.data["total"] == 2

        any_server.post(headline(4, "IBM"), headline(5, "MSFT"), {"title": "Both fall", "tickers": ["IBM", "AAPL"]})
        items = stream.receive_items(2)

    assert [item.data["title"] for item in items] == ["MSFT profit rises 5 percent", "Both fall"]


def test_configuration_stream_resumes_after_last_event_id(any_server: Server) -> None:
    client = start_anonymous_session(any_server)
    path = client.add("AAPL")
    with client.open(path) as stream:
        any_server.post(headline(1))
        (last_seen,) = stream.receive_items(1)
    any_server.post(*(headline(n, ("AAPL", "IBM")[n % 2]) for n in range(2, 8)))

    with client.open(path, **{"Last-Event-ID": last_seen.id}) as stream:
        assert [item.seq for item in stream.receive_items(3)] == [2, 4, 6]
    with client.open(path, f"?last_event_id={last_seen.id}") as stream:
        assert stream.events[0].seq == 1
        assert [item.seq for item in stream.items()] == [2, 4, 6]


@pytest.mark.parametrize("config_id", [UNKNOWN_CONFIGURATION_ID, "x", "%00", "é".encode().hex(), "a" * 3000])
def test_configuration_stream_other_credentials_are_rejected(server: Server, config_id: str) -> None:
    client, other = start_anonymous_session(server), start_anonymous_session(server)
    theirs = f"/api/v2/{other.add()}/stream"
    unknown = f"/api/v2/configurations/{config_id}/stream"

    for path in (theirs, unknown):
        assert server.call(path) == (401, MISSING)
        assert server.call(path, **{"X-User-ID": other.user_id}) == (401, MISSING)
        assert server.call(path, Cookie="sessionid=nonsense") == (401, MISSING)
        assert server.call(path, Authorization="Bearer nonsense")[0] == 401
        assert server.call(f"{path}?ticket={client.create_ticket()}") == (404, NOT_FOUND)
        assert server.call(path, **client.headers) == (404, NOT_FOUND)
        assert server.call(path, Authorization=f"Bearer {server.token}")[0] == 403
    with Stream(server.url, path=theirs) as rejected:
        assert rejected.headers["www-authenticate"] == "Bearer"
    assert server.call("/api/v2/stream/status")[1]["connections"] == 0


def test_configuration_stream_head_returns_status_of_get(server: Server) -> None:
    client = start_anonymous_session(server)
    path = client.add() + "/stream"

    assert head(client, path) == 200
    assert head(client, path, Cookie="a=b") == 401
    assert head(client, f"configurations/{UNKNOWN_CONFIGURATION_ID}/stream") == 404
    for method in ("POST", "PUT", "DELETE"):
        assert client.call(method, path)[0] == 405


@pytest.mark.parametrize("query", ["?tickers=AAPL", "?ticker=", "?include=all", "?since=soon", "?limit=1"])
def test_configuration_stream_unsupported_parameter_returns_400(server: Server, query: str) -> None:
    client = start_anonymous_session(server)

    status, answer = client.call("GET", f"{client.add()}/stream{query}")

    assert status == 400
    assert query[1:].partition("=")[0] in answer["detail"]


@pytest.mark.parametrize("command", [("serve",), ("runserver", "--noreload")])
@pytest.mark.parametrize("name", ["ticket", "%74icket"])
def test_ticket_opens_one_stream_and_is_not_logged(
    start_clean_server: Callable[..., Server], command: tuple[str, ...], name: str
) -> None:
    server = start_clean_server(command=command)
    client = start_anonymous_session(server)
    path, ticket = client.add(), client.create_ticket()
    anonymous = AccountClient(server, {})
    assert head(anonymous, f"{path}/stream?{name}={ticket}", Accept="*/*") == 200  # does not consume the ticket

    with anonymous.open(path, f"?include=headline&{name}={ticket}") as stream:
        assert stream.status == 200
        server.post(headline(1))
        assert stream.receive_items(1)
        status, answer = anonymous.call("GET", f"{path}/stream?{name}={ticket}")

    assert status == 401
    assert "ticket" in answer["detail"]
    log = server.log.read_text()
    assert ticket not in log
    if command[0] == "runserver":
        assert f"?{name}=…" in log


def test_ticket_on_public_stream_must_be_valid(server: Server) -> None:
    ticket = start_anonymous_session(server).create_ticket()

    with Stream(server.url, path=f"/api/v2/stream?ticket={ticket}") as stream:
        stream.receive_kinds("metrics")
    assert server.call(f"/api/v2/stream?ticket={ticket}")[0] == 401
    assert server.call("/api/v2/stream?ticket=")[0] == 401


def test_configuration_stream_session_cookie_is_sufficient(any_server: Server) -> None:
    client = sign_in(any_server).get_client()
    path = client.add("IBM")
    any_server.post(headline(1, "IBM"))
    cookie = AccountClient(any_server, {"Cookie": client.headers["Cookie"]})

    with (
        cookie.open(path) as stream,
        AccountClient(any_server, {}).open(path, f"?ticket={client.create_ticket()}") as other,
    ):
        for each in (stream, other):
            assert each.events[1].data["total"] == 1


def test_configuration_stream_counts_towards_connection_limits(start_clean_server: Callable[..., Server]) -> None:
    server = start_clean_server(STREAM_MAX_CONNECTIONS=2, STREAM_MAX_PER_ADDRESS=1)
    client = start_anonymous_session(server)
    path = client.add()
    with client.open(path):
        status, answer = client.call("GET", f"{path}/stream")
        assert (status, "(limit 1)" in answer["detail"]) == (429, True)
        with Stream(server.url, source="127.0.0.2"), client.open(path) as rejected:
            assert rejected.status == 503
            assert int(rejected.headers["retry-after"]) >= 1

"""A stream ends within 5 s of the removal of its token, session or configuration, in any process."""

from collections.abc import Callable

import pytest

from tests.helpers.account_clients import AccountClient, BrowserSession, sign_in, start_anonymous_session
from tests.helpers.items import headline
from tests.helpers.server import Server
from tests.helpers.sse import Stream, find_last_retry

REVOKE = "from accounts.models import Token; from django.utils.timezone import now; Token.objects.filter(name='client')"


@pytest.fixture
def server(start_clean_server: Callable[..., Server]) -> Server:
    return start_clean_server()


@pytest.mark.parametrize("path", ["/api/v2/stream", "/events/?channel=items"])
@pytest.mark.parametrize("how", [".update(revoked_at=now())", ".delete()"])
def test_stream_token_revoked_in_another_process_ends(server: Server, path: str, how: str) -> None:
    token = server.manage("create_token", "--scope", "read", "--name", "client").stdout.strip()
    bearer = {"Authorization": f"Bearer {token}"}
    with Stream(server.url, path=path, **bearer) as stream, Stream(server.url) as public:
        public.receive_kinds("metrics")
        stream.receive_until(lambda s: s.text.count("\n\n") > 1)

        done = server.manage("shell", "-c", REVOKE + how)
        stream.receive_to_end(seconds=5)
        server.post(headline(1))

        assert done.returncode == 0, done.stderr
        assert "profit rises" not in stream.text
        assert public.receive_items(1)
    with Stream(server.url, path=path, **bearer) as again:
        again.receive_until(lambda s: b"revoked" in s._raw)
        assert again.status == 401
        assert again.headers["www-authenticate"] == "Bearer"
    assert server.call("/api/v2/stream/status")[1]["connections"] == 0
    assert "reason=revoked" in server.log.read_text()


def test_stream_token_revoked_while_opening_ends(server: Server) -> None:
    token = server.manage("create_token", "--scope", "read", "--name", "client").stdout.strip()
    server.post(*(headline(n) for n in range(1000)))
    start = server.call("/api/v2/stream/status")[1]["head"].replace("-1000", "-0")
    path = f"/api/v2/stream?last_event_id={start}"
    with Stream(server.url, path=path, Authorization=f"Bearer {token}") as stream:
        server.manage("shell", "-c", REVOKE + ".delete()")

        stream.receive_to_end(seconds=5)


@pytest.mark.parametrize("value", ["Bearer nonsense", "bearer  x"])
def test_stream_unknown_token_returns_401(server: Server, value: str) -> None:
    status, answer = server.call("/api/v2/stream", Authorization=value)

    assert status == 401
    assert "Unknown or revoked token" in answer["detail"]
    assert server.call("/api/v2/stream/status")[1]["connections"] == 0


ANN = "from django.contrib.auth.models import User; ann = User.objects.get(username='ann'); "
TOKEN = "from accounts.models import Token; from django.utils.timezone import now; Token.objects.filter("
ENDS_FOR_A_TOKEN = {
    "deleted": lambda client, path, far: client.call("DELETE", path, server=far),
    "edited": lambda client, path, far: client.call("PATCH", path, {"tickers": ["MSFT"]}, server=far),
    "revoked": lambda client, _, far: run(far, f"{TOKEN}{session_of(client)}).update(revoked_at=now())"),
    "expired": lambda client, _, far: run(far, f"{TOKEN}{session_of(client)}).update(expires_at=now())"),
    "removed": lambda client, _, far: run(far, f"{TOKEN}{session_of(client)}).delete()"),
}
ENDS_FOR_A_USER = {
    "signed out": lambda browser, far: BrowserSession(far, browser.cookies).post("/accounts/logout/"),
    "deactivated": lambda browser, far: run(far, ANN + "ann.is_active = False; ann.save()"),
    "password changed": lambda browser, far: run(far, ANN + "ann.set_password('another'); ann.save()"),
    "removed": lambda browser, far: run(far, ANN + "ann.delete()"),
}


def session_of(client: AccountClient) -> str:
    return f"anonymous_session__user_id={client.user_id!r}"


def run(server: Server, code: str) -> None:
    done = server.manage("shell", "-c", code)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def far(start_clean_server: Callable[..., Server], server: Server) -> Server:
    """Return another server of the same site."""
    return start_clean_server()


@pytest.mark.parametrize("end", ENDS_FOR_A_TOKEN.values(), ids=ENDS_FOR_A_TOKEN)
@pytest.mark.parametrize("by_ticket", [False, True], ids=["bearer", "ticket"])
def test_configuration_stream_access_removed_ends_within_5_s(
    server: Server, far: Server, end: Callable[[AccountClient, str, Server], object], by_ticket: bool
) -> None:
    client = start_anonymous_session(server)
    path, other = client.add(), start_anonymous_session(server)
    opener = AccountClient(server, {}) if by_ticket else client
    query = f"?ticket={client.create_ticket()}" if by_ticket else ""
    with opener.open(path, query) as stream, Stream(server.url) as public:
        public.receive_kinds("metrics")

        end(client, path, far)
        stream.receive_to_end(seconds=5)
        far.post(headline(1))

        assert find_last_retry(stream.text)
        assert not stream.items()
        assert public.receive_items(1)
    assert other.call("GET", "configurations")[0] == 200


@pytest.mark.parametrize("end", ENDS_FOR_A_USER.values(), ids=ENDS_FOR_A_USER)
def test_configuration_stream_session_ended_ends_within_5_s(
    server: Server, far: Server, end: Callable[[BrowserSession, Server], object]
) -> None:
    browser = sign_in(server)
    client = browser.get_client()
    path, ticket = client.add(), client.create_ticket()
    with client.open(path) as by_cookie, AccountClient(server, {}).open(path, f"?ticket={ticket}") as by_ticket:
        end(browser, far)

        for stream in (by_cookie, by_ticket):
            stream.receive_to_end(seconds=5)
        far.post(headline(1))
        assert not by_cookie.items() + by_ticket.items()
    assert client.call("GET", f"{path}/stream")[0] == 401


def test_configuration_stream_edited_resumes_with_new_tickers(server: Server, far: Server) -> None:
    client = start_anonymous_session(server)
    path = client.add("AAPL")
    server.post(headline(1))
    with client.open(path) as stream:
        client.call("PATCH", path, {"tickers": ["MSFT"]}, server=far)
        stream.receive_to_end(seconds=5)
        last = stream.events[-1].id
    server.post(headline(2), headline(3, "MSFT"))

    with client.open(path, **{"Last-Event-ID": last}) as stream:
        assert [item.data["ticker"] for item in stream.receive_items(1)] == ["MSFT"]
    assert "reason=configuration_changed" in server.log.read_text()


def test_configuration_stream_renamed_or_reordered_continues(server: Server, far: Server) -> None:
    client = start_anonymous_session(server)
    path, deleted_path = client.add("AAPL", "MSFT"), client.add("IBM", name="deleted")
    with client.open(path) as stream, client.open(deleted_path) as deleted:
        assert client.call("PATCH", path, {"name": "Other", "tickers": ["MSFT", "AAPL"]}, server=far)[0] == 200
        client.call("DELETE", deleted_path, server=far)
        deleted.receive_to_end(seconds=5)  # the check covers both streams

        server.post(headline(1))

        assert stream.receive_items(1)

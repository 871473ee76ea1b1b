"""A stream that was opened with a token does not outlive it, whoever takes the token away."""

from collections.abc import Callable

import pytest

from tests.conftest import Server
from tests.live.sse import Stream
from tests.live.test_stream import headline

REVOKE = "from accounts.models import Token; from django.utils.timezone import now; Token.objects.filter(name='reader')"


@pytest.fixture
def server(start_clean_server: Callable[..., Server]) -> Server:
    return start_clean_server()


@pytest.mark.parametrize("path", ["/api/v2/stream", "/events/?channel=items"])
@pytest.mark.parametrize("how", [".update(revoked_at=now())", ".delete()"])
def test_a_stream_ends_when_its_token_is_taken_away_in_another_process(server: Server, path: str, how: str) -> None:
    token = server.manage("create_token", "--scope", "read", "--name", "reader").stdout.strip()
    bearer = {"Authorization": f"Bearer {token}"}
    with Stream(server.url, path=path, **bearer) as stream, Stream(server.url) as public:
        public.read_kinds("metrics")
        stream.read_until(lambda s: s.text.count("\n\n") > 1)

        done = server.manage("shell", "-c", REVOKE + how)
        stream.read_to_end(seconds=5)
        server.post(headline(1))

        assert done.returncode == 0, done.stderr
        assert "profit rises" not in stream.text
        assert public.read_items(1)
    with Stream(server.url, path=path, **bearer) as again:
        again.read_until(lambda s: b"revoked" in s._raw)
        assert again.status == 401
        assert again.headers["www-authenticate"] == "Bearer"
    assert server.call("/api/v2/stream/status")[1]["connections"] == 0
    assert "reason=revoked" in server.log.read_text()


def test_a_token_that_is_revoked_while_the_stream_opens_does_not_let_it_live(server: Server) -> None:
    token = server.manage("create_token", "--scope", "read", "--name", "reader").stdout.strip()
    server.post(*(headline(n) for n in range(1000)))
    start = server.call("/api/v2/stream/status")[1]["head"].replace("-1000", "-0")
    path = f"/api/v2/stream?last_event_id={start}"
    with Stream(server.url, path=path, Authorization=f"Bearer {token}") as stream:
        server.manage("shell", "-c", REVOKE + ".delete()")

        stream.read_to_end(seconds=5)


@pytest.mark.parametrize("value", ["Bearer nonsense", "bearer  x"])
def test_a_token_that_opens_nothing_is_refused(server: Server, value: str) -> None:
    status, answer = server.call("/api/v2/stream", Authorization=value)

    assert status == 401
    assert "Unknown or revoked token" in answer["detail"]
    assert server.call("/api/v2/stream/status")[1]["connections"] == 0

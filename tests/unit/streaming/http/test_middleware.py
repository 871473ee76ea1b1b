"""The middleware of streams: a token that is not live is 401 before anything else is checked."""

from collections.abc import AsyncIterator

import pytest
from django.test import AsyncRequestFactory

from accounts.models import Scope
from accounts.tokens import create_token
from streaming.broker.service import get_service, stop_service
from streaming.server.asgi_handler import StreamASGIHandler

UNKNOWN_ID = "0a6c2f0e-6d5b-4d0e-9f43-3c1b8a7d5e21"


@pytest.fixture(autouse=True)
async def _stopped_service() -> AsyncIterator[None]:
    """Close the connections of the service at the end, so that the database can be dropped."""
    yield
    await stop_service()


async def call(method: str, path: str, *, token: str | None):
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    request = AsyncRequestFactory(SERVER_NAME="127.0.0.1").generic(method, f"/api/v2/{path}", headers=headers)
    return await StreamASGIHandler().get_response_async(request)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("token", ["nonsense", ""])
@pytest.mark.parametrize(
    ("method", "path", "other_status"),
    [
        ("GET", "stream?unknown=1", 400),
        ("GET", "stream?tickers=%21", 400),
        ("POST", "stream", 405),
        ("HEAD", f"configurations/{UNKNOWN_ID}/stream", 401),
        ("GET", f"configurations/{UNKNOWN_ID}/stream?since=2024", 401),
    ],
)
async def test_stream_with_unknown_token_is_401_first(method: str, path: str, other_status: int, token: str) -> None:
    response = await call(method, path, token=token)

    assert response.status_code == 401
    assert b"Unknown or revoked token" in response.content
    assert get_service().limiter.rejected["unauthorized"] == 1
    assert (await call(method, path, token=None)).status_code == other_status


@pytest.mark.django_db(transaction=True)
async def test_stream_with_live_token_is_checked_as_without() -> None:
    secret = (await get_service().run_service_call(create_token, Scope.READ))[1]

    assert (await call("GET", "stream?unknown=1", token=secret)).status_code == 400
    assert (await call("HEAD", f"configurations/{UNKNOWN_ID}/stream", token=secret)).status_code == 404

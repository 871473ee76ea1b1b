"""A Bearer token that is not live is 401 at every address; requests without one are served as before."""

import pytest
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Scope
from accounts.tokens import create_token

pytestmark = pytest.mark.django_db
CALLS = [
    ("GET", "/"),
    ("GET", "/no-such-page"),
    ("GET", "/accounts/login/"),
    ("GET", "/admin/"),
    ("GET", "/snapshot"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/health/none"),
    ("POST", "/health/live"),
    ("GET", "/metrics"),
    ("GET", "/api/v2/items"),
    ("GET", "/api/v2/none"),
    ("DELETE", "/api/v2/items"),
    ("POST", "/api/v2/auth/anonymous"),
    ("GET", "/api/v2/openapi.json"),
    ("GET", "/api/v2/docs"),
    ("GET", "/api/v2/stream/status"),
    ("POST", "/api/v2/stream/status"),
    ("GET", "/api/v2/events?tickers=%21"),
    ("HEAD", "/api/v2/stream"),
    ("HEAD", "/api/v2/stream?tickers=%21"),
    ("HEAD", "/api/v2/stream?unknown=1"),
    ("POST", "/api/v2/stream"),
    ("HEAD", "/events/?unknown=1"),
    ("HEAD", "/events/?lastEventId=%21"),
    ("GET", "/api/v2/configurations/x/stream?unknown=1"),
    ("GET", "/api/v2/configurations/x/events?unknown=1"),
]
NOT_LIVE = ["Bearer nonsense", "bearer nonsense", "Bearer", "Bearer ", "Bearer two words", "Bearer é\xff"]


def send(client: Client, method: str, path: str, authorization: str | None = None):
    headers = {} if authorization is None else {"Authorization": authorization}
    return client.generic(method, path, headers=headers)


def assert_unknown_token(response) -> None:
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response["Content-Length"].isdigit()
    if response.request["REQUEST_METHOD"] != "HEAD":
        detail = response.json()["detail"]
        assert detail.startswith("Unknown or revoked token, or an expired one: get one from POST /api/v2/auth")
        assert "nonsense" not in response.text


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_address_with_unknown_token_returns_401(client, method, path):
    assert_unknown_token(send(client, method, path, "Bearer nonsense"))


@pytest.mark.parametrize("authorization", NOT_LIVE)
def test_page_with_token_that_is_not_live_returns_401(client, authorization):
    assert_unknown_token(send(client, "GET", "/", authorization))


@pytest.mark.parametrize(("method", "path"), [call for call in CALLS if "configurations" not in call[1]])
def test_public_address_with_live_token_or_other_scheme_answers_as_without(client, method, path):
    without = send(client, method, path).status_code

    live = f"Bearer {create_token(Scope.READ)[1]}"

    assert send(client, method, path, live).status_code == without
    assert send(client, method, path, "Basic dXNlcjpwYXNz").status_code == without


def test_revoked_token_returns_401(client):
    token, secret = create_token(Scope.READ)
    token.revoked_at = timezone.now()
    token.save()

    assert_unknown_token(send(client, "GET", "/health/live", f"Bearer {secret}"))


async def test_async_request_with_unknown_token_returns_401(async_client: AsyncClient):
    response = await async_client.get("/health/live", headers={"Authorization": "Bearer nonsense"})

    assert response.status_code == 401
    assert (await async_client.get("/health/live")).status_code == 200


@pytest.mark.parametrize("authorization", [None, "Basic dXNlcjpwYXNz", ""])
def test_request_without_token_does_not_read_the_database(client, authorization):
    with CaptureQueriesContext(connection) as queries:
        assert send(client, "GET", "/health/live", authorization).status_code == 200

    assert len(queries) == 0


def test_token_of_a_route_that_needs_one_is_looked_up_once(client):
    secret = create_token(Scope.READ)[1]

    with CaptureQueriesContext(connection) as queries:
        assert send(client, "GET", "/api/v2/configurations", f"Bearer {secret}").status_code == 200

    assert sum("accounts_token" in query["sql"].partition("WHERE")[0] for query in queries) == 1


def test_static_file_with_unknown_token_is_served(client):
    assert send(client, "GET", "/static/dashboard/css/base.css", "Bearer nonsense").status_code == 200


def test_metrics_token_is_known(client, settings):
    settings.METRICS_TOKEN = "m" * 32

    assert send(client, "GET", "/metrics", f"Bearer {'m' * 32}").status_code == 200
    assert send(client, "GET", "/api/v2/items", f"Bearer {'m' * 32}").status_code == 200
    assert send(client, "POST", "/api/v2/items", f"Bearer {'m' * 32}").status_code == 401
    assert_unknown_token(send(client, "GET", "/metrics", "Bearer nonsense"))

"""Anonymous sessions: creation, expiry, and that the public id is no credential."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.anonymous_sessions import PRUNE_BATCH
from accounts.models import AnonymousSession, Configuration, Scope, Token
from accounts.tokens import create_token, get_token
from tests.helpers.api_client import UNKNOWN_CONFIGURATION_ID, APIClient, detail_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _unlimited(settings):
    settings.RATELIMIT_ENABLE = False


def create_session(body: object):
    return APIClient().call("POST", "auth/anonymous", body)


@pytest.mark.parametrize("body", [None, b" \n", {}, {"timezone": "Europe/Berlin"}, {"timezone": None}])
def test_create_session_with_or_without_body_returns_token(body):
    response = create_session(body)

    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    payload = response.json()
    assert payload.keys() == {"user_id", "token", "auth_type", "created_at", "session_expires_at"}
    assert payload["auth_type"] == "anonymous"
    assert payload["created_at"].endswith("Z")
    assert payload["session_expires_at"].endswith("Z")
    created_at, expires_at = (datetime.fromisoformat(payload[name]) for name in ("created_at", "session_expires_at"))
    assert abs(created_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert timedelta(days=29, hours=23) < expires_at - created_at < timedelta(days=30, minutes=1)
    session = AnonymousSession.objects.get(user_id=UUID(payload["user_id"]))
    assert session.timezone == ("Europe/Berlin" if isinstance(body, dict) and body.get("timezone") else "")


def test_create_session_token_is_unique_and_not_stored():
    payloads = [create_session(None).json() for _ in range(2)]

    assert len({payload["token"] for payload in payloads}) == 2
    assert len({payload["user_id"] for payload in payloads}) == 2
    stored = str([*Token.objects.values(), *AnonymousSession.objects.values()])
    for payload in payloads:
        assert len(payload["token"]) >= 40
        assert payload["user_id"] not in payload["token"]
        assert payload["token"] not in stored
        assert get_token(payload["user_id"]) is None


@pytest.mark.parametrize(
    ("body", "status", "texts"),
    [
        ({"timezone": "Mars/Olympus"}, 422, ["timezone='Mars/Olympus'", "Europe/Berlin"]),
        ({"timezone": "../../etc/passwd"}, 422, ["timezone="]),
        ({"timezone": ""}, 422, ["timezone=''"]),
        ({"timezone": 7}, 422, ["timezone='7'"]),
        ({"timezone": ["UTC"]}, 422, ["timezone="]),
        ([], 422, ["[]", "object"]),
        (b'"UTC"', 422, ["UTC", "object"]),
        (b"{", 400, ["JSON"]),
        (b"\xff", 400, ["JSON"]),
        (b'{"x": NaN}', 400, ["NaN"]),
        (b"[" * 90_000, 400, ["nested"]),
        (b" " * 100_001, 413, ["100,000"]),
    ],
)
def test_create_session_invalid_body_returns_error_with_cure(body, status, texts):
    detail = detail_of(create_session(body), status)

    assert all(text in detail for text in texts), detail
    assert not Token.objects.exists()


def test_session_token_expired_returns_401(anonymous_client):
    anonymous_client.create_configuration()

    Token.objects.update(expires_at=timezone.now())

    assert "expired" in detail_of(anonymous_client.call("GET", "configurations"), 401)


def test_session_token_post_item_returns_403(anonymous_client):
    response = anonymous_client.call("POST", "items", {"title": "Apple rises", "ticker": "AAPL"})

    assert "scope anonymous" in detail_of(response, 403)


def test_create_session_deletes_some_expired_sessions(anonymous_client):
    anonymous_client.create_configuration()
    Token.objects.update(expires_at=timezone.now() - timedelta(days=1))
    for _ in range(PRUNE_BATCH):
        create_token(Scope.ANONYMOUS, expires_at=timezone.now() - timedelta(hours=1))
    read_token, _ = create_token(Scope.READ)

    create_session(None)

    assert not Configuration.objects.exists()
    assert Token.objects.filter(scope=Scope.ANONYMOUS).count() == 2  # the new one and one expired
    create_session(None)
    assert Token.objects.filter(scope=Scope.ANONYMOUS).count() == 2
    assert Token.objects.contains(read_token)


@pytest.mark.parametrize("path", ["configurations", f"configurations/{UNKNOWN_CONFIGURATION_ID}"])
def test_session_user_id_as_credential_returns_401(anonymous_client, path):
    anonymous_client.create_configuration()
    user_id = str(AnonymousSession.objects.get().user_id)
    client = APIClient()

    for headers in ({}, {"X-User-ID": user_id}, {"Authorization": f"Basic {user_id}"}):
        response = client.call("GET", path, headers=headers)
        assert (response.status_code, response.json()) == (401, {"detail": "Missing user identification"})
        assert response["WWW-Authenticate"] == "Bearer"
    assert "Unknown" in detail_of(client.call("GET", path, headers={"Authorization": f"Bearer {user_id}"}), 401)

"""Sessions without an account: a secret token, for a while."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.anonymous_sessions import PRUNED_AT_ONCE
from accounts.models import AnonymousSession, Configuration, Scope, Token
from accounts.tokens import create_token, get_token
from tests.helpers.callers import UNKNOWN_CONFIGURATION_ID, Caller, detail_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _unlimited(settings):
    settings.RATELIMIT_ENABLE = False


def begin_with(body: object):
    return Caller().call("POST", "auth/anonymous", body)


@pytest.mark.parametrize("body", [None, b" \n", {}, {"timezone": "Europe/Berlin"}, {"timezone": None}, {"x": 1}])
def test_a_session_is_given_a_token_with_or_without_a_body(body):
    response = begin_with(body)

    assert response.status_code == 201
    answer = response.json()
    assert answer.keys() == {"user_id", "token", "auth_type", "created_at", "session_expires_at"}
    assert answer["auth_type"] == "anonymous"
    assert answer["created_at"].endswith("Z")
    assert answer["session_expires_at"].endswith("Z")
    begun, ends = (datetime.fromisoformat(answer[name]) for name in ("created_at", "session_expires_at"))
    assert abs(begun - datetime.now(UTC)) < timedelta(minutes=1)
    assert timedelta(days=29, hours=23) < ends - begun < timedelta(days=30, minutes=1)
    session = AnonymousSession.objects.get(user_id=UUID(answer["user_id"]))
    assert session.timezone == ("Europe/Berlin" if isinstance(body, dict) and body.get("timezone") else "")


def test_the_token_is_a_secret_of_its_own_and_only_its_digest_is_kept():
    answers = [begin_with(None).json() for _ in range(2)]

    assert len({answer["token"] for answer in answers}) == 2
    assert len({answer["user_id"] for answer in answers}) == 2
    kept = str([*Token.objects.values(), *AnonymousSession.objects.values()])
    for answer in answers:
        assert len(answer["token"]) >= 40
        assert answer["user_id"] not in answer["token"]
        assert answer["token"] not in kept
        assert get_token(answer["user_id"]) is None


@pytest.mark.parametrize(
    ("body", "status", "words"),
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
def test_a_body_that_cannot_be_read_is_refused_with_the_cure(body, status, words):
    detail = detail_of(begin_with(body), status)

    assert all(word in detail for word in words), detail
    assert not Token.objects.exists()


def test_an_expired_session_opens_nothing(reader):
    reader.add()

    Token.objects.update(expires_at=timezone.now())

    assert "expired" in detail_of(reader.call("GET", "configurations"), 401)


def test_a_session_cannot_post_items(reader):
    response = reader.call("POST", "items", {"title": "Apple rises", "ticker": "AAPL"})

    assert "scope anonymous" in detail_of(response, 403)


def test_expired_sessions_go_with_what_they_had_as_new_ones_come(reader):
    reader.add()
    Token.objects.update(expires_at=timezone.now() - timedelta(days=1))
    for _ in range(PRUNED_AT_ONCE):
        create_token(Scope.ANONYMOUS, expires_at=timezone.now() - timedelta(hours=1))
    kept, _ = create_token(Scope.READ)

    begin_with(None)

    assert not Configuration.objects.exists()
    assert Token.objects.filter(scope=Scope.ANONYMOUS).count() == 2  # one is left for the next
    begin_with(None)
    assert Token.objects.filter(scope=Scope.ANONYMOUS).count() == 2
    assert Token.objects.contains(kept)


@pytest.mark.parametrize("path", ["configurations", f"configurations/{UNKNOWN_CONFIGURATION_ID}"])
def test_a_public_id_opens_nothing(reader, path):
    reader.add()
    user_id = str(AnonymousSession.objects.get().user_id)
    stranger = Caller()

    for headers in ({}, {"X-User-ID": user_id}, {"Authorization": f"Basic {user_id}"}):
        response = stranger.call("GET", path, headers=headers)
        assert detail_of(response, 401) == "Missing user identification"
        assert response["WWW-Authenticate"] == "Bearer"
    assert "Unknown" in detail_of(stranger.call("GET", path, headers={"Authorization": f"Bearer {user_id}"}), 401)

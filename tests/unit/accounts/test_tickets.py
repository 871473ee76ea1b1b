"""Stream tickets: each opens one stream, within 30 seconds."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from ninja.errors import AuthenticationError

from accounts.models import Scope, Ticket, Token
from accounts.principals import Credentials, authenticate
from accounts.tickets import PRUNE_BATCH, create_ticket, mark_ticket_used
from accounts.tokens import create_token
from tests.helpers.api_client import APIClient, detail_of

pytestmark = pytest.mark.django_db


def assert_rejected(secret: str) -> None:
    with pytest.raises(AuthenticationError, match="POST /api/v2/stream/tickets"):
        authenticate(Credentials("ticket", secret))
    with pytest.raises(AuthenticationError, match="POST /api/v2/stream/tickets"):
        mark_ticket_used(secret)


def test_create_ticket_expires_in_30_seconds_and_is_not_stored(anonymous_client):
    response = anonymous_client.call("POST", "stream/tickets")

    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    payload = response.json()
    assert payload.keys() == {"ticket", "expires_at"}
    assert payload["expires_at"].endswith("Z")
    lifetime = datetime.fromisoformat(payload["expires_at"]) - datetime.now(UTC)
    assert timedelta(seconds=25) < lifetime < timedelta(seconds=30.1)
    assert payload["ticket"] not in str(Ticket.objects.values().get())


@pytest.mark.django_db(transaction=True)  # foreign keys are checked at commit
def test_create_ticket_deleted_token_raises_authentication_error():
    token, _ = create_token(Scope.READ)
    Token.objects.all().delete()

    with pytest.raises(AuthenticationError, match="sign in, or get a token"):
        create_ticket(token=token)


def test_create_ticket_without_credentials_returns_401(db):
    assert detail_of(APIClient().call("POST", "stream/tickets"), 401) == "Missing user identification"


def test_ticket_authenticates_its_token_until_used(anonymous_client):
    secret = anonymous_client.call("POST", "stream/tickets").json()["ticket"]

    for _ in range(2):
        assert authenticate(Credentials("ticket", secret)).token == Token.objects.get()
    mark_ticket_used(secret)

    assert_rejected(secret)


def test_ticket_authenticates_its_user_until_logout(client):
    user = User.objects.create_user("ann")
    client.force_login(user)
    _, secret = create_ticket(session_key=client.session.session_key)

    principal = authenticate(Credentials("ticket", secret))
    assert (principal.user, principal.session_key, principal.token) == (user, client.session.session_key, None)

    client.logout()
    assert_rejected(secret)


@pytest.mark.parametrize("secret", ["", "nonsense", "\0", "é" * 5000])
def test_ticket_unknown_is_rejected(secret):
    assert_rejected(secret)


@pytest.mark.parametrize("field", ["revoked_at", "expires_at"])
def test_ticket_of_revoked_or_expired_token_is_rejected(field):
    token, _ = create_token(Scope.READ)
    _, secret = create_ticket(token=token)

    Token.objects.update(**{field: timezone.now()})

    assert_rejected(secret)


def test_ticket_expired_is_rejected():
    token, _ = create_token(Scope.READ)
    _, secret = create_ticket(token=token)

    Ticket.objects.update(expires_at=timezone.now())

    assert_rejected(secret)


def test_ticket_on_rest_route_returns_401(anonymous_client):
    secret = anonymous_client.call("POST", "stream/tickets").json()["ticket"]

    assert "Unknown" in detail_of(APIClient(secret).call("GET", "configurations"), 401)
    detail_of(APIClient().call("GET", f"configurations?ticket={secret}"), 401)


def test_create_ticket_deletes_some_expired_tickets():
    token, _ = create_token(Scope.READ)
    for _ in range(PRUNE_BATCH + 1):
        create_ticket(token=token)
    Ticket.objects.update(expires_at=timezone.now())

    create_ticket(token=token)

    assert Ticket.objects.count() == 2
    create_ticket(token=token)
    assert Ticket.objects.count() == 2

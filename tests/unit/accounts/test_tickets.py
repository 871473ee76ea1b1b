"""Tickets: one stream each, soon."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from ninja.errors import AuthenticationError

from accounts.models import Scope, Ticket, Token
from accounts.principals import Credentials, authenticate
from accounts.tickets import PRUNED_AT_ONCE, create_ticket, mark_ticket_used
from accounts.tokens import create_token
from tests.helpers.callers import Caller, detail_of

pytestmark = pytest.mark.django_db


def opens_nothing(secret: str) -> bool:
    with pytest.raises(AuthenticationError, match="POST /api/v2/stream/tickets"):
        authenticate(Credentials("ticket", secret))
    with pytest.raises(AuthenticationError, match="POST /api/v2/stream/tickets"):
        mark_ticket_used(secret)
    return True


def test_a_ticket_is_given_for_half_a_minute_and_only_its_digest_is_kept(reader):
    response = reader.call("POST", "stream/tickets")

    assert response.status_code == 201
    answer = response.json()
    assert answer.keys() == {"ticket", "expires_at"}
    assert answer["expires_at"].endswith("Z")
    left = datetime.fromisoformat(answer["expires_at"]) - datetime.now(UTC)
    assert timedelta(seconds=25) < left < timedelta(seconds=30.1)
    assert answer["ticket"] not in str(Ticket.objects.values().get())


@pytest.mark.django_db(transaction=True)  # foreign keys are checked as it is committed
def test_a_token_deleted_meanwhile_gets_no_ticket():
    token, _ = create_token(Scope.READ)
    Token.objects.all().delete()

    with pytest.raises(AuthenticationError, match="sign in, or get a token"):
        create_ticket(token=token)


def test_a_stranger_gets_no_ticket(db):
    assert detail_of(Caller().call("POST", "stream/tickets"), 401) == "Missing user identification"


def test_a_ticket_stands_for_its_owner_until_it_is_used(reader):
    secret = reader.call("POST", "stream/tickets").json()["ticket"]

    for _ in range(2):
        assert authenticate(Credentials("ticket", secret)).token == Token.objects.get()
    mark_ticket_used(secret)

    assert opens_nothing(secret)


def test_a_users_ticket_stands_for_the_user_until_they_sign_out(client):
    user = User.objects.create_user("ann")
    client.force_login(user)
    _, secret = create_ticket(session_key=client.session.session_key)

    visitor = authenticate(Credentials("ticket", secret))
    assert (visitor.user, visitor.session_key, visitor.token) == (user, client.session.session_key, None)

    client.logout()
    assert opens_nothing(secret)


@pytest.mark.parametrize("secret", ["", "nonsense", "\0", "é" * 5000])
def test_a_ticket_that_was_never_given_opens_nothing(secret):
    assert opens_nothing(secret)


@pytest.mark.parametrize("field", ["revoked_at", "expires_at"])
def test_a_ticket_dies_with_its_token(field):
    token, _ = create_token(Scope.READ)
    _, secret = create_ticket(token=token)

    Token.objects.update(**{field: timezone.now()})

    assert opens_nothing(secret)


def test_a_ticket_opens_nothing_after_its_time():
    token, _ = create_token(Scope.READ)
    _, secret = create_ticket(token=token)

    Ticket.objects.update(expires_at=timezone.now())

    assert opens_nothing(secret)


def test_a_ticket_is_no_token_and_opens_no_call_of_the_api(reader):
    secret = reader.call("POST", "stream/tickets").json()["ticket"]

    assert "Unknown" in detail_of(Caller(secret).call("GET", "configurations"), 401)
    detail_of(Caller().call("GET", f"configurations?ticket={secret}"), 401)


def test_expired_tickets_go_as_new_ones_come():
    token, _ = create_token(Scope.READ)
    for _ in range(PRUNED_AT_ONCE + 1):
        create_ticket(token=token)
    Ticket.objects.update(expires_at=timezone.now())

    create_ticket(token=token)

    assert Ticket.objects.count() == 2
    create_ticket(token=token)
    assert Ticket.objects.count() == 2

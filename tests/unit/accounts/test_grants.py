"""What open streams stand on, and that looking at it costs the same however many there are."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.grants import find_revoked
from accounts.models import Configuration, Scope, Token
from accounts.principals import Credentials, Principal, authenticate
from accounts.tokens import create_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def program() -> Principal:
    return Principal(token=create_token(Scope.READ, expires_at=timezone.now() + timedelta(days=1))[0])


@pytest.fixture
def user(client) -> Principal:
    client.force_login(User.objects.create_user("ann", password="first"))
    return authenticate(Credentials("session", client.session.session_key))


def change_password(client) -> None:
    ann = User.objects.get()
    ann.set_password("second")
    ann.save()


def test_what_stands_is_left_alone(program, user):
    configuration = Configuration.objects.create(**program.owner, name="Tech", tickers=["AAPL"])

    assert find_revoked({program.grant(), program.grant(configuration), user.grant()}) == {}
    assert find_revoked(()) == {}


@pytest.mark.parametrize(
    "end",
    [
        lambda: Token.objects.update(revoked_at=timezone.now()),
        lambda: Token.objects.update(expires_at=timezone.now()),
        lambda: Token.objects.all().delete(),
    ],
)
def test_a_token_that_is_taken_away_ends_what_stands_on_it(program, user, end):
    end()

    assert find_revoked({program.grant(), user.grant()}) == {program.grant(): "revoked"}


@pytest.mark.parametrize(
    "end",
    [
        lambda client: client.logout(),
        lambda client: Session.objects.update(expire_date=timezone.now()),
        lambda client: User.objects.update(is_active=False),
        lambda client: User.objects.all().delete(),
        change_password,
    ],
)
def test_a_sign_in_that_is_over_ends_what_stands_on_it(client, program, user, end):
    permit = user.grant()

    end(client)

    assert find_revoked({program.grant(), permit}) == {permit: "signed_out"}


@pytest.mark.parametrize(
    "end", [lambda: Configuration.objects.all().delete(), lambda: Configuration.objects.update(revision=1)]
)
def test_a_configuration_that_is_another_ends_its_own_streams_alone(program, user, end):
    permits = [
        visitor.grant(Configuration.objects.create(**visitor.owner, name="Tech", tickers=["AAPL"]))
        for visitor in (program, user)
    ]

    end()

    assert find_revoked({*permits, program.grant(), user.grant()}) == dict.fromkeys(permits, "configuration_changed")


def test_many_streams_are_checked_with_as_many_queries_as_one(program, user, django_assert_num_queries):
    def permits(count: int):
        return {
            visitor.grant(Configuration.objects.create(**visitor.owner, name=f"{count}-{n}", tickers=["AAPL"]))
            for n in range(count)
            for visitor in (program, user)
        }

    one, many = permits(1), permits(100)

    for some in (one, many):
        with django_assert_num_queries(4):
            assert find_revoked(some) == {}

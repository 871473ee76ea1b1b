"""Which grants of open streams are revoked, and how many queries that takes."""

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
def token_principal() -> Principal:
    return Principal(token=create_token(Scope.READ, expires_at=timezone.now() + timedelta(days=1))[0])


@pytest.fixture
def user_principal(client) -> Principal:
    client.force_login(User.objects.create_user("ann", password="first"))
    return authenticate(Credentials("session", client.session.session_key))


def change_password(client) -> None:
    ann = User.objects.get()
    ann.set_password("second")
    ann.save()


def test_find_revoked_valid_grants_returns_none(token_principal, user_principal):
    configuration = Configuration.objects.create(**token_principal.owner, name="Tech", tickers=["AAPL"])

    assert (
        find_revoked(
            {token_principal.build_grant(), token_principal.build_grant(configuration), user_principal.build_grant()}
        )
        == {}
    )
    assert find_revoked(()) == {}


@pytest.mark.parametrize(
    "end",
    [
        lambda: Token.objects.update(revoked_at=timezone.now()),
        lambda: Token.objects.update(expires_at=timezone.now()),
        lambda: Token.objects.all().delete(),
    ],
)
def test_find_revoked_token_revoked_expired_or_deleted(token_principal, user_principal, end):
    end()

    assert find_revoked({token_principal.build_grant(), user_principal.build_grant()}) == {
        token_principal.build_grant(): "revoked"
    }


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
def test_find_revoked_login_ended(client, token_principal, user_principal, end):
    grant = user_principal.build_grant()

    end(client)

    assert find_revoked({token_principal.build_grant(), grant}) == {grant: "signed_out"}


@pytest.mark.parametrize(
    "end", [lambda: Configuration.objects.all().delete(), lambda: Configuration.objects.update(revision=1)]
)
def test_find_revoked_configuration_changed_or_deleted(token_principal, user_principal, end):
    grants = [
        principal.build_grant(Configuration.objects.create(**principal.owner, name="Tech", tickers=["AAPL"]))
        for principal in (token_principal, user_principal)
    ]

    end()

    revoked = find_revoked({*grants, token_principal.build_grant(), user_principal.build_grant()})
    assert revoked == dict.fromkeys(grants, "configuration_changed")


def test_find_revoked_many_grants_uses_as_many_queries_as_one(
    token_principal, user_principal, django_assert_num_queries
):
    def create_grants(count: int):
        return {
            principal.build_grant(
                Configuration.objects.create(**principal.owner, name=f"{count}-{n}", tickers=["AAPL"])
            )
            for n in range(count)
            for principal in (token_principal, user_principal)
        }

    one, many = create_grants(1), create_grants(100)

    for grants in (one, many):
        with django_assert_num_queries(4):
            assert find_revoked(grants) == {}

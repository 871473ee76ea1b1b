"""Tokens: secrets, the Authorization header, the command and the admin."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.core.management import call_command
from django.utils import timezone
from ninja.errors import AuthenticationError, AuthorizationError

from accounts.auth import BearerToken, get_bearer_token
from accounts.models import Scope, Token
from accounts.tokens import create_token, get_token

pytestmark = pytest.mark.django_db


def test_create_token_secret_finds_the_token_and_is_not_stored():
    token, secret = create_token(Scope.INGEST, name="feeder")

    assert get_token(secret) == token
    assert secret not in str(Token.objects.values().get())


@pytest.mark.parametrize("lifetime", [None, timedelta(hours=1)])
def test_get_token_returns_every_field_as_stored(lifetime):
    expires_at = None if lifetime is None else timezone.now() + lifetime
    token, secret = create_token(Scope.READ, name="Zoë's", expires_at=expires_at)

    looked_up, stored = get_token(secret), Token.objects.get(pk=token.pk)

    fields = [field.attname for field in Token._meta.concrete_fields]
    assert [getattr(looked_up, name) for name in fields] == [getattr(stored, name) for name in fields]
    assert looked_up.created_at.tzinfo is not None


def test_get_token_expired_or_revoked_returns_none():
    now = timezone.now()
    _, expired = create_token(Scope.READ, expires_at=now)
    revoked_token, revoked = create_token(Scope.READ)
    Token.objects.filter(pk=revoked_token.pk).update(revoked_at=now)

    assert get_token(expired) is None
    assert get_token(revoked) is None


@pytest.mark.parametrize("secret", ["", "nonsense", "\0", "é" * 5000])
def test_get_token_unknown_secret_returns_none(secret):
    create_token(Scope.INGEST)

    assert get_token(secret) is None


def test_create_token_command_prints_the_secret(capsys):
    call_command("create_token", scope="ingest", name="feeder")

    secrets = [word for word in capsys.readouterr().out.split() if get_token(word)]
    assert [get_token(secret).name for secret in secrets] == ["feeder"]


@pytest.mark.parametrize("header", ["Bearer {}", "bearer {}", "Bearer   {} "])
def test_bearer_token_valid_header_returns_the_token(rf, header):
    token, secret = create_token(Scope.INGEST)

    request = rf.get("/", headers={"Authorization": header.format(secret)})

    assert BearerToken(Scope.INGEST)(request) == token


@pytest.mark.parametrize("header", ["", "Basic abc", "abc", "Bearerabc"])
def test_bearer_token_missing_header_raises_authentication_error(rf, header):
    request = rf.get("/", headers={"Authorization": header})

    assert get_bearer_token(request) is None
    with pytest.raises(AuthenticationError, match="Authorization: Bearer"):
        BearerToken(Scope.INGEST)(request)


@pytest.mark.parametrize(
    ("header", "secret"), [("Bearer", ""), ("bearer ", ""), ("Bearer\tabc", "abc"), ("Bearer  a b ", "a b")]
)
def test_bearer_token_empty_or_malformed_is_an_unknown_one(rf, header, secret):
    request = rf.get("/", headers={"Authorization": header})

    assert get_bearer_token(request) == secret
    with pytest.raises(AuthenticationError, match="Unknown or revoked token"):
        BearerToken(Scope.INGEST)(request)


def test_bearer_token_revoked_raises_authentication_error(rf, admin_client):
    token, secret = create_token(Scope.INGEST)

    admin_client.post("/admin/accounts/token/", {"action": "revoke", "_selected_action": [token.pk]})

    with pytest.raises(AuthenticationError, match="create_token --scope ingest"):
        BearerToken(Scope.INGEST)(rf.get("/", headers={"Authorization": f"Bearer {secret}"}))


def test_bearer_token_other_scope_raises_authorization_error(rf):
    secret = create_token(Scope.READ)[1]

    with pytest.raises(AuthorizationError, match="scope read"):
        BearerToken(Scope.INGEST)(rf.get("/", headers={"Authorization": f"Bearer {secret}"}))


def test_token_admin_new_token_shows_the_secret_once(admin_client):
    response = admin_client.post("/admin/accounts/token/add/", {"name": "feeder", "scope": "ingest"})

    (message, *_) = [str(message) for message in get_messages(response.wsgi_request)]
    secret = re.search(r"feeder: (\S+)", message)[1]
    token = Token.objects.get()
    assert token.name == "feeder"
    assert get_token(secret) == token
    assert secret in admin_client.get("/admin/accounts/token/").text
    assert secret not in admin_client.get("/admin/accounts/token/").text


def test_token_admin_hides_digests_and_forbids_changes(admin_client):
    token, _ = create_token(Scope.INGEST, name="feeder")

    page = admin_client.get("/admin/accounts/token/").text

    assert "feeder" in page
    assert token.digest not in page
    assert token.digest not in admin_client.get(f"/admin/accounts/token/{token.pk}/change/").text
    assert admin_client.post(f"/admin/accounts/token/{token.pk}/change/", {"name": "x"}).status_code == 403
    assert admin_client.post(f"/admin/accounts/token/{token.pk}/delete/").status_code == 403


def test_token_admin_revoke_without_permission_has_no_effect(client):
    token, _ = create_token(Scope.INGEST)
    staff = User.objects.create_user("staff", is_staff=True)
    staff.user_permissions.set(
        staff.user_permissions.model.objects.filter(codename="view_token", content_type__app_label="accounts")
    )
    client.force_login(staff)

    client.post("/admin/accounts/token/", {"action": "revoke", "_selected_action": [token.pk]})

    token.refresh_from_db()
    assert token.revoked_at is None

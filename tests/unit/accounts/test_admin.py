"""Sessions and configurations in the admin."""

import pytest
from django.contrib.auth.models import User

from accounts.models import AnonymousSession, Configuration, Token
from tests.helpers.callers import detail_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(reader) -> AnonymousSession:
    reader.add("Chips", ["NVDA", "AMD"])
    return AnonymousSession.objects.get()


def test_sessions_are_listed_apart_from_tokens_and_can_be_revoked(admin_client, reader, session):
    page = admin_client.get("/admin/accounts/anonymoussession/", {"q": str(session.user_id)}).text

    assert str(session.user_id) in page
    assert session.token.digest not in page
    assert "anonymous token" not in admin_client.get("/admin/accounts/token/").text
    admin_client.post("/admin/accounts/anonymoussession/", {"action": "revoke", "_selected_action": [session.pk]})
    detail_of(reader.call("GET", "configurations"), 401)


def test_sessions_are_made_and_changed_by_nobody(admin_client, session):
    assert admin_client.get("/admin/accounts/anonymoussession/add/").status_code == 403
    assert admin_client.post(f"/admin/accounts/anonymoussession/{session.pk}/change/", {}).status_code == 403
    assert admin_client.post(f"/admin/accounts/anonymoussession/{session.pk}/delete/").status_code == 403


def test_tokens_of_sessions_are_not_given_out_by_hand(admin_client):
    assert 'value="anonymous"' not in admin_client.get("/admin/accounts/token/add/").text
    admin_client.post("/admin/accounts/token/add/", {"name": "x", "scope": "anonymous"})

    assert not Token.objects.exists()


def test_configurations_are_shown_with_their_owner_and_can_be_deleted(admin_client, session):
    Configuration.objects.create(user=User.objects.get(), name="Banks", tickers=["JPM"])

    page = admin_client.get("/admin/accounts/configuration/", {"q": "s"}).text
    assert all(word in page for word in ("Chips", "NVDA, AMD", f"anonymous {session.user_id}", "Banks", "admin"))

    chips = Configuration.objects.get(name="Chips")
    address = f"/admin/accounts/configuration/{chips.pk}/"
    assert str(chips.config_id) in admin_client.get(address + "change/").text
    assert admin_client.post(address + "change/", {"name": "x"}).status_code == 403
    admin_client.post(address + "delete/", {"post": "yes"})
    assert not Configuration.objects.contains(chips)

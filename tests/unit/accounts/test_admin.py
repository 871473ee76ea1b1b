"""Admin pages of anonymous sessions and configurations."""

import pytest
from django.contrib.auth.models import User

from accounts.models import AnonymousSession, Configuration, Token
from tests.helpers.api_client import detail_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(anonymous_client) -> AnonymousSession:
    anonymous_client.create_configuration("Chips", ["NVDA", "AMD"])
    return AnonymousSession.objects.get()


def test_session_admin_lists_and_revokes_sessions(admin_client, anonymous_client, session):
    page = admin_client.get("/admin/accounts/anonymoussession/", {"q": str(session.user_id)}).text

    assert str(session.user_id) in page
    assert session.token.digest not in page
    assert "anonymous token" not in admin_client.get("/admin/accounts/token/").text
    admin_client.post("/admin/accounts/anonymoussession/", {"action": "revoke", "_selected_action": [session.pk]})
    detail_of(anonymous_client.call("GET", "configurations"), 401)


def test_session_admin_forbids_add_change_and_delete(admin_client, session):
    assert admin_client.get("/admin/accounts/anonymoussession/add/").status_code == 403
    assert admin_client.post(f"/admin/accounts/anonymoussession/{session.pk}/change/", {}).status_code == 403
    assert admin_client.post(f"/admin/accounts/anonymoussession/{session.pk}/delete/").status_code == 403


def test_token_admin_anonymous_scope_is_not_offered(admin_client):
    assert 'value="anonymous"' not in admin_client.get("/admin/accounts/token/add/").text
    admin_client.post("/admin/accounts/token/add/", {"name": "x", "scope": "anonymous"})

    assert not Token.objects.exists()


def test_configuration_admin_shows_owners_and_deletes(admin_client, session):
    Configuration.objects.create(user=User.objects.get(), name="Banks", tickers=["JPM"])

    page = admin_client.get("/admin/accounts/configuration/", {"q": "s"}).text
    assert all(
        text in page
        for text in ("<h1>Watchlists</h1>", "Chips", "NVDA, AMD", f"anonymous {session.user_id}", "Banks", "admin")
    )

    chips = Configuration.objects.get(name="Chips")
    path = f"/admin/accounts/configuration/{chips.pk}/"
    assert str(chips.config_id) in admin_client.get(path + "change/").text
    assert admin_client.post(path + "change/", {"name": "x"}).status_code == 403
    admin_client.post(path + "delete/", {"post": "yes"})
    assert not Configuration.objects.contains(chips)

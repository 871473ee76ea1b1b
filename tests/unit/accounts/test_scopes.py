"""A token gives access to the routes of its scope and no others."""

import pytest
from django.test import Client

from accounts.models import Scope
from accounts.tokens import create_token

pytestmark = pytest.mark.django_db

CONFIGURATION_PATH = "/api/v2/configurations/0a6c2f0e-6d5b-4d0e-9f43-3c1b8a7d5e21"
# Each route that accepts a token, and the scopes it accepts.
ROUTES = [
    ("POST", "/api/v2/items", {Scope.INGEST}),
    ("GET", "/api/v2/configurations", {Scope.READ, Scope.ANONYMOUS}),
    ("POST", "/api/v2/configurations", {Scope.READ, Scope.ANONYMOUS}),
    ("GET", CONFIGURATION_PATH, {Scope.READ, Scope.ANONYMOUS}),
    ("PATCH", CONFIGURATION_PATH, {Scope.READ, Scope.ANONYMOUS}),
    ("DELETE", CONFIGURATION_PATH, {Scope.READ, Scope.ANONYMOUS}),
    ("HEAD", f"{CONFIGURATION_PATH}/stream", {Scope.READ, Scope.ANONYMOUS}),
    ("POST", "/api/v2/stream/tickets", {Scope.READ, Scope.ANONYMOUS}),
    ("GET", "/metrics", set()),
    ("GET", "/admin/", set()),
]


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize(("method", "path", "scopes"), ROUTES)
@pytest.mark.django_db(transaction=True)
def test_token_opens_only_routes_of_its_scope(
    method: str, path: str, scopes: set[Scope], scope: Scope, settings
) -> None:
    settings.METRICS_TOKEN = "not a token of any scope"
    headers = {"Authorization": f"Bearer {create_token(scope)[1]}"}

    status = (
        Client(enforce_csrf_checks=True).generic(method, path, b"{}", "application/json", headers=headers).status_code
    )

    assert (status in (201, 200, 404, 422)) == (scope in scopes), status
    assert scope in scopes or status in (302, 401, 403)

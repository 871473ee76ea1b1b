"""A token opens what its scope says, and nothing else."""

import pytest
from django.test import Client

from accounts.models import Scope
from accounts.tokens import create_token

pytestmark = pytest.mark.django_db

OWN = "/api/v2/configurations/0a6c2f0e-6d5b-4d0e-9f43-3c1b8a7d5e21"
# Each call that takes a token, and which scopes it takes.
CALLS = [
    ("POST", "/api/v2/items", {Scope.INGEST}),
    ("GET", "/api/v2/configurations", {Scope.READ, Scope.ANONYMOUS}),
    ("POST", "/api/v2/configurations", {Scope.READ, Scope.ANONYMOUS}),
    ("GET", OWN, {Scope.READ, Scope.ANONYMOUS}),
    ("PATCH", OWN, {Scope.READ, Scope.ANONYMOUS}),
    ("DELETE", OWN, {Scope.READ, Scope.ANONYMOUS}),
    ("HEAD", f"{OWN}/stream", {Scope.READ, Scope.ANONYMOUS}),
    ("POST", "/api/v2/stream/tickets", {Scope.READ, Scope.ANONYMOUS}),
    ("GET", "/metrics", set()),
    ("GET", "/admin/", set()),
]


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize(("method", "path", "scopes"), CALLS)
@pytest.mark.django_db(transaction=True)
def test_a_token_is_let_in_by_its_scope_alone(
    method: str, path: str, scopes: set[Scope], scope: Scope, settings
) -> None:
    settings.METRICS_TOKEN = "of another kind, and no scope has it"
    headers = {"Authorization": f"Bearer {create_token(scope)[1]}"}

    status = (
        Client(enforce_csrf_checks=True).generic(method, path, b"{}", "application/json", headers=headers).status_code
    )

    assert (status in (201, 200, 404, 422)) == (scope in scopes), status
    assert scope in scopes or status in (302, 401, 403)

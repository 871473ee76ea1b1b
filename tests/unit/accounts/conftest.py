"""API clients of the account tests."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

API = "/api/v2/"


class APIClient(Client):
    """A client that sends and expects JSON, with CSRF checks as for a browser."""

    def __init__(self, token: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else None
        super().__init__(enforce_csrf_checks=True, headers=headers)

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> HttpResponse:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.generic(method, API + path, content, content_type="application/json", **options)

    def create_configuration(self, name: str = "Tech", tickers: Any = ("AAPL",)) -> dict[str, Any]:
        """Create a configuration and return it."""
        response = self.call("POST", "configurations", {"name": name, "tickers": list(tickers)})
        assert response.status_code == 201, response.content
        return dict(response.json())


@pytest.fixture(autouse=True)
def _no_requests_counted() -> None:
    cache.clear()


@pytest.fixture
def create_anonymous_client() -> Callable[..., APIClient]:
    """Return a function that creates an anonymous session and returns its client."""

    def create() -> APIClient:
        response = APIClient().call("POST", "auth/anonymous", REMOTE_ADDR="198.51.100.7")
        return APIClient(response.json()["token"])

    return create


@pytest.fixture
def anonymous_client(db: None, create_anonymous_client: Callable[..., APIClient]) -> APIClient:
    """A client with an anonymous session."""
    return create_anonymous_client()

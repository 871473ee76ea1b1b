"""Clients of the API, as programs and browsers are."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

API = "/api/v2/"


class Caller(Client):
    """A client whose cookies are checked like a browser's; it sends and expects JSON."""

    def __init__(self, token: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else None
        super().__init__(enforce_csrf_checks=True, headers=headers)

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> HttpResponse:
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.generic(method, API + path, raw, content_type="application/json", **options)

    def add(self, name: str = "Tech", tickers: Any = ("AAPL",)) -> dict[str, Any]:
        """Make a configuration and return it."""
        response = self.call("POST", "configurations", {"name": name, "tickers": list(tickers)})
        assert response.status_code == 201, response.content
        return dict(response.json())


@pytest.fixture(autouse=True)
def _no_calls_counted() -> None:
    cache.clear()


@pytest.fixture
def begin() -> Callable[..., Caller]:
    """Return a function that begins an anonymous session and returns its client."""

    def begin_session() -> Caller:
        return Caller(Caller().call("POST", "auth/anonymous", REMOTE_ADDR="198.51.100.7").json()["token"])

    return begin_session


@pytest.fixture
def reader(db: None, begin: Callable[..., Caller]) -> Caller:
    """A client in an anonymous session of its own."""
    return begin()


def detail_of(response: HttpResponse, status: int) -> str:
    """Return the one text that an error answers with."""
    assert response.status_code == status, response.content[:300]
    assert response["Content-Type"].startswith("application/json")
    assert response.json().keys() == {"detail"}
    return str(response.json()["detail"])

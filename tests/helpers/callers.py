"""Clients of the API in the test's process, checked as programs and browsers are."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

API = "/api/v2/"
# Of no configuration; the same in every test process, because it is a parameter of tests.
UNKNOWN_CONFIGURATION_ID = "0a6c2f0e-6d5b-4d0e-9f43-3c1b8a7d5e21"


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


def detail_of(response: HttpResponse, status: int) -> str:
    """Return the one text that an error answers with."""
    assert response.status_code == status, response.content[:300]
    assert response["Content-Type"].startswith("application/json")
    assert response.json().keys() == {"detail"}
    return str(response.json()["detail"])

"""Shortcuts of the API tests: post, append and get items, and check errors."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest

API = "/api/v2/"
ITEMS = f"{API}items"
UNKNOWN_CONFIGURATION_ID = "0a6c2f0e-6d5b-4d0e-9f43-3c1b8a7d5e21"  # a constant: it is a parameter of tests
BASE = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


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


def post(client: Client, body: object, **options):
    """Post bytes, or another value as JSON, to the items route and return the response."""
    content = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(ITEMS, content, content_type="application/json", **options)


def append(*titles: str, tickers: Iterable[str] = ("AAPL",), published_at: datetime = BASE, **fields) -> list[str]:
    """Ingest headlines and return the ids of the new items."""
    headlines = [
        Headline(title=title, tickers=tuple(tickers), source="test", published_at=published_at, **fields)
        for title in titles
    ]
    return ingest(headlines).created


def detail_of(response, status: int) -> str:
    """Return the message of an error response, and check the form of the response."""
    assert response.status_code == status, response.content[:300]
    assert response["Content-Type"].startswith("application/json")
    detail = response.json()["detail"]
    assert isinstance(detail, str)
    assert detail
    return detail


def get(client: Client, path: str, **query):
    """Return the JSON of a route below /api/v2/."""
    response = client.get(f"/api/v2/{path}", query)
    assert response.status_code == 200, response.content[:300]
    return response.json()

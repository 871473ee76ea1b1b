"""What the tests of the API share: how to post, append and get."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from django.test import Client

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest

ITEMS = "/api/v2/items"
BASE = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def post(client: Client, body: object, **arguments):
    content = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(ITEMS, content, content_type="application/json", **arguments)


def append(*titles: str, tickers: Iterable[str] = ("AAPL",), published_at: datetime = BASE, **fields) -> list[str]:
    headlines = [
        Headline(title=title, tickers=tuple(tickers), source="test", published_at=published_at, **fields)
        for title in titles
    ]
    return ingest(headlines).created


def detail_of(response, status: int) -> str:
    assert response.status_code == status, response.content[:300]
    assert response["Content-Type"].startswith("application/json")
    detail = response.json()["detail"]
    assert isinstance(detail, str)
    assert detail
    return detail


def get(client: Client, path: str, **query):
    response = client.get(f"/api/v2/{path}", query)
    assert response.status_code == 200, response.content[:300]
    return response.json()

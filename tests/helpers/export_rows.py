"""Rows of an export, made without a database."""

from typing import Any

from news.export.tables import Row
from tests.helpers.api_client import BASE


def make_row(**fields: Any) -> Row:
    """Return a row; the fields replace its own."""
    texts = dict.fromkeys(["item_id", "title", "url", "source", "sentiment", "analyzer", "analyzer_version"], "a")
    numbers = {"seq": 1, "score": 0.75, "value": -0.5, "revision": 0}
    times = dict.fromkeys(["published_at", "timestamp", "first_appended_at"], BASE)
    flags = {"undated": False, "historical": True}
    probabilities = {"positive": 0.125, "neutral": 0.25, "negative": 0.625}
    tickers = {"ticker": "AAPL", "tickers": ["AAPL", "BRK.B"], "probabilities": probabilities}
    entities = [
        {"ticker": "AAPL", "sentiment": "negative", "score": 0.625, "value": -0.5, "relevance": 1.0},
        {"ticker": "BRK.B", "sentiment": "positive", "score": 0.5, "value": 0.25, "relevance": 0.5},
    ]
    return {
        **texts,
        **numbers,
        **times,
        **flags,
        **tickers,
        "entities": entities,
        "summary": "",
        "external_id": None,
        "cursor": "c",
        **fields,
    }

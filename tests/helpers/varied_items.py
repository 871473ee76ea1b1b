"""A log whose items differ in all that is filtered by, random filters, and which items pass them."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.models import Item, Mention, Sentiment
from news.search.item_query import ItemQuery
from news.search.words import parse_search
from tests.helpers.items import draw_entities

DAY = datetime(2026, 1, 31, tzinfo=UTC)
WORDS = ["Profit surges to record", "Losses widen after fraud", "Café opens in Zürich", "Board meets"]


def append_varied_items() -> list[Item]:
    """Ingest 120 items: one to three of six tickers, three sources, one published each hour in random order.

    Every second one says something of its own of each of its tickers.
    """
    choice = random.Random(19)
    hours = choice.sample(range(120), 120)
    headlines = [
        Headline(
            f"{choice.choice(WORDS)} {number}",
            tuple(choice.sample(["AAPL", "MSFT", "F", "BRK.B", "^GSPC", "BTC-USD"], choice.randint(1, 3))),
            choice.choice(["wire", "blog", "Zeitung"]),
            DAY + timedelta(hours=hour),
            external_id=f"x{number % 50}" if number % 2 else None,
            is_historical=number % 3 == 0,
        )
        for number, hour in enumerate(hours)
    ]
    for start in range(0, 120, 30):
        ingest(headlines[start : start + 30])
    items = list(Item.objects.order_by("pk"))
    for minute, item in enumerate(items):
        item.first_appended_at = DAY + timedelta(days=10, minutes=minute)
        item.entities = draw_entities(choice, item.tickers) if minute % 2 else None
        item.save(update_fields=["first_appended_at", "entities"])
        for entity in item.list_entities():
            scores = {"sentiment": entity.sentiment, "score": entity.score, "value": entity.value}
            Mention.objects.filter(item=item, symbol=entity.ticker).update(**scores)
    return items


def make_query(choice: random.Random) -> ItemQuery:
    """Return some filters."""
    return ItemQuery(**{name: choice.choice([values[0], choice.choice(values)]) for name, values in CHOICES.items()})


def passes(item: Item, query: ItemQuery) -> bool:
    scores = [entity for entity in item.list_entities() if entity.ticker in query.tickers] if query.tickers else [item]
    return (
        any(
            query.sentiment in (None, score.sentiment) and (query.min_score is None or score.score >= query.min_score)
            for score in scores
        )
        and query.source in (None, item.source)
        and query.external_id in (None, item.external_id)
        and (query.search is None or query.search.matches(item.title, item.summary))
        and (query.published_from is None or query.published_from <= item.published_at)
        and (query.published_to is None or item.published_at < query.published_to)
        and (query.appended_from is None or query.appended_from <= item.first_appended_at)
        and (query.appended_to is None or item.first_appended_at < query.appended_to)
    )


CHOICES: dict[str, list[Any]] = {
    "tickers": [(), ("AAPL",), ("F", "^GSPC"), ("NEW",), ("AAPL", "MSFT", "BRK.B")],
    "sentiment": [None, *Sentiment.values],
    "source": [None, "wire", "none"],
    "external_id": [None, None, "x7", "x8"],
    "search": [None, None, *map(parse_search, ["PROFIT", "opens cafe", "ZÜRICH -5", "fraud wid*", "1", '"to record"'])],
    "published_from": [None, DAY + timedelta(hours=20), DAY + timedelta(days=100)],
    "published_to": [None, DAY + timedelta(hours=100), DAY],
    "appended_from": [None, DAY + timedelta(days=10, minutes=40), DAY + timedelta(days=100)],
    "appended_to": [None, DAY + timedelta(days=10, minutes=80), DAY],
    "min_score": [None, 0.6, 1.0],
    "oldest_first": [False, True],
}

"""Headlines to post or append, with numbers that tell them apart."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import uuid_utils
from django.db import transaction

from common.time import utc_now
from news.dedup.headline import Headline
from news.entity_score import EntityScore
from news.ingest.bulk_insert import insert_items, insert_mentions
from news.ingest.pipeline import ingest
from news.log.head import advance_head, get_append_time, lock_head
from news.metrics.buckets import add_to_buckets
from news.models import Item, Sentiment
from news.search.index import add_items
from news.sources.sample import generator

PUBLISHED_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def headline(number: int, ticker: str = "AAPL") -> dict[str, object]:
    """Return the JSON of an item to post."""
    return {"title": f"{ticker} profit rises {number} percent", "ticker": ticker}


def make_headline(title: str, *tickers: str, is_historical: bool = False, is_sample: bool = False) -> Headline:
    """Return a headline to ingest; AAPL's unless `tickers` are given."""
    source = generator.NAME if is_sample else "test"
    return Headline(title, tickers or ("AAPL",), source, PUBLISHED_AT, is_historical=is_historical, is_sample=is_sample)


def append(start: int, count: int = 1, tickers: Sequence[str] = ("AAPL",), *, is_historical: bool = False) -> None:
    """Ingest `count` headlines numbered from `start`."""
    headlines = [
        make_headline(f"Profit rises {number} percent", *tickers, is_historical=is_historical)
        for number in range(start, start + count)
    ]
    assert len(ingest(headlines).created) == count


def append_samples(start: int, count: int = 1, tickers: Sequence[str] = ("ZORVA",)) -> int:
    """Ingest `count` samples numbered from `start`, and return how many were appended."""
    return len(
        ingest(
            [
                make_headline(f"Zorva profit rises {number} percent", *tickers, is_sample=True)
                for number in range(start, start + count)
            ]
        ).created
    )


def make_entity(ticker: str, sentiment: str, *, score: float = 0.8, relevance: float = 1.0) -> EntityScore:
    """Return what a headline says of a ticker; the other two sentiments are equally probable, unless it is neutral."""
    rest = 1 - score
    values = {"positive": score - rest / 2, "negative": rest / 2 - score, "neutral": rest}
    return EntityScore(ticker, relevance, sentiment, score, values[sentiment], [ticker.title()], ["word"])


def make_entities(scores: Mapping[str, str]) -> list[list[Any]]:
    """Return the `entities` of an item: what is said of each of its tickers."""
    return [
        [*make_entity(ticker, sentiment, score=0.8 - len(ticker) / 100, relevance=1 / (position + 1))]
        for position, (ticker, sentiment) in enumerate(scores.items())
    ]


def draw_entities(rng: Random, tickers: Sequence[str]) -> list[list[Any]]:
    """Return random `entities`."""
    return [
        [
            *make_entity(
                ticker,
                rng.choice(Sentiment.values),
                score=rng.randint(40, 99) / 100,
                relevance=1 / (position + 1),
            )
        ]
        for position, ticker in enumerate(tickers)
    ]


def make_scored_item(headline: Headline, entities: list[list[Any]] | None, *, sentiment: str = "neutral") -> Item:
    """Return an item that says of its tickers what `entities` say, or of each what the headline says; not stored."""
    score = make_entity("", sentiment)
    return Item(
        item_id=str(uuid_utils.uuid7()),
        title=headline.title,
        source=headline.source,
        dedup_hash=str(uuid_utils.uuid7()),
        tickers=[*headline.tickers],
        sentiment=sentiment,
        score=score.score,
        probabilities=score.probabilities,
        evidence=["word"],
        entities=entities,
        analyzer="test",
        analyzer_version="1",
        published_at=headline.published_at,
        is_historical=headline.is_historical,
        is_sample=headline.is_sample,
    )


def store_items(items: Sequence[Item]) -> None:
    """Append new items as they are to the log."""
    with transaction.atomic():
        head = lock_head()
        now = utc_now()
        for seq, item in enumerate(items, start=head.seq + 1):
            item.seq, item.appended_at = seq, get_append_time(now)
            item.first_appended_at = item.scored_at = now
        insert_items(items, after=head.seq)
        add_items(items)
        insert_mentions((item, [None] * len(item.tickers)) for item in items)
        add_to_buckets(items)
        if head.first_real_seq is None:
            head.first_real_seq = next((item.seq for item in items if not item.is_sample), None)
        advance_head(head, items=len(items))


def append_scored(title: str, scores: Mapping[str, str], *, sentiment: str = "neutral", **fields: Any) -> Item:
    """Append a headline of one sentiment that says something of its own of each ticker."""
    item = make_scored_item(make_headline(title, *scores, **fields), make_entities(scores), sentiment=sentiment)
    store_items([item])
    return item

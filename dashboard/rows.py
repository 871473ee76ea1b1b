"""The rows of headlines as the server renders them: chips, times, and separators between days."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Any

from common.numbers import format_signed
from common.time import format_time
from dashboard.formatting import format_mark_classes, format_percent
from dashboard.marked_words import list_deciding_words
from dashboard.query import PageQuery
from dashboard.tickers import format_ticker, name_instrument
from news.entity_score import EntityScore
from news.models import Item
from streaming.protocol.events import PayloadOptions, make_item_payload

MAX_CHIPS = 2  # in a row; a menu has the others
MAX_CHIP_LETTERS = 11  # of the symbols of a row: no symbol is cut; the scripts measure them instead
MAX_LETTERS_BESIDE_MENU = 6  # of two symbols with a menu of others behind them
MAX_REPORTS = 10
LINK_SCHEMES = ("http://", "https://")


def serialize_item(item: Item, entity: EntityScore | None, corrected_at: datetime | None) -> dict[str, Any]:
    """Return an item for the page's scripts: what its stream says of it, and what only lists know."""
    return {
        "seq": item.seq,
        **make_item_payload(item, PayloadOptions(entity, with_headline=True, with_entities=True)),
        "value": entity.value if entity else item.value,
        "deciding_words": [mark._asdict() for mark in list_deciding_words(item)],
        "received_at": format_time(item.first_appended_at),
        "corrected_at": format_time(corrected_at) if corrected_at else None,
        "undated": item.is_undated,
    }


def name_instruments(tickers: Iterable[str]) -> dict[str, str]:
    """Return the names of those tickers that the book of instruments knows."""
    return {ticker: name for ticker in sorted({*tickers}) if (name := name_instrument(ticker))}


def build_rows(
    items: Iterable[Item], corrected_at: Mapping[str, datetime], query: PageQuery, *, now: datetime
) -> list[dict[str, Any]]:
    """Return what the template shows of items, the latest first: `day` above a row, `open` below it.

    An open item that is not among them comes first.
    """
    items = [*items]
    if query.item and all(item.item_id != query.item for item in items):
        items[:0] = Item.objects.filter(item_id=query.item)
    choose_entity = query.make_item_query(query.get_range()).choose_entity
    rows = []
    day: date | None = None
    for item in items:
        row = _build_row(item, choose_entity(item.list_entities()), corrected_at.get(item.item_id), query.tickers)
        if item.item_id == query.item:
            row["open"] = _build_details(item)
        if (published := item.published_at.astimezone(UTC).date()) != day:
            row["day"] = _build_day_separator(published, now.date())
            day = published
        rows.append(row)
    return rows


def _build_row(
    item: Item, chosen: EntityScore | None, corrected_at: datetime | None, tickers: tuple[str, ...]
) -> dict[str, Any]:
    """Return a row. chosen: the one of the filter's tickers by which the item passes; then the row speaks of it."""
    # The chosen one first, then the filter's other tickers.
    entities = sorted(item.list_entities(), key=lambda entity: (entity != chosen, entity.ticker not in tickers))
    listed, others = _split_entities(entities)
    sentiment, score = (chosen.sentiment, chosen.score) if chosen else (item.sentiment, item.score)
    published, received, scored = (
        f"{time.astimezone(UTC):%-d %b %Y, %H:%M:%S}"
        for time in (item.published_at, item.first_appended_at, item.scored_at)
    )
    return {
        "item_id": item.item_id,
        "seq": item.seq,
        "sentiment": sentiment,
        "mark": format_mark_classes(sentiment, score),
        "title": item.title,
        "source": item.source,
        "is_sample": item.is_sample,
        "published_at": format_time(item.published_at),
        "time": f"{item.published_at.astimezone(UTC):%H:%M}",
        "times": f"Published {published}, received {received}, scored {scored} (UTC)",
        "chips": [_build_chip(entity) for entity in listed],
        "others": [_build_chip(entity) for entity in others],
        "confidence": format_percent(100 * score, 1, digits=0),
        "corrected_at": corrected_at,
    }


def _split_entities(entities: list[EntityScore]) -> tuple[list[EntityScore], list[EntityScore]]:
    """Return those with chips in the row, as many as have room, and those in its menu."""
    limit = MAX_CHIP_LETTERS if len(entities) <= MAX_CHIPS else MAX_LETTERS_BESIDE_MENU
    letters = accumulate(len(format_ticker(entity.ticker)) for entity in entities[:MAX_CHIPS])
    count = max(1, sum(total <= limit for total in letters))
    return entities[:count], entities[count:]


def _build_details(item: Item) -> dict[str, Any]:
    reports = [
        {"source": source, "url": url, "is_link": url.lower().startswith(LINK_SCHEMES)}
        for source, url in item.list_sources(limit=MAX_REPORTS)
    ]
    return {"reports": reports, "words": [mark.words for mark in list_deciding_words(item)]}


def _build_chip(entity: EntityScore) -> dict[str, str]:
    value = format_signed(entity.value)
    return {
        "ticker": entity.ticker,
        "label": format_ticker(entity.ticker),
        "value": value,
        "title": f"{name_instrument(entity.ticker) or format_ticker(entity.ticker)} {value}",
        "classes": format_mark_classes(entity.sentiment, entity.score, entity.value),
    }


def _build_day_separator(day: date, today: date) -> dict[str, str]:
    names = {today: "Today", today - timedelta(days=1): "Yesterday"}
    text = f"{day:%A} {day.day} {day:%B}" + ("" if day.year == today.year else f" {day.year}")
    return {"date": day.isoformat(), "name": names.get(day, ""), "text": f"{text} (UTC)"}

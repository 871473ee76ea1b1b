"""Insert many items and their mentions at once.

Raw SQL, because these rows are most of what is written: `bulk_create`, which compiles a statement for each fifty rows,
took a third of the time of an import.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, models

from news.models import Item, Label

INSERT_MENTION = (
    "INSERT INTO news_mention"
    " (item_id, seq, symbol, relevance, sentiment, score, value, is_historical, similarity_key)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
FIELDS = [field for field in Item._meta.concrete_fields if not field.primary_key]
INSERT_ITEM = (
    f"INSERT INTO {Item._meta.db_table} ({', '.join(str(field.column) for field in FIELDS)})"  # noqa: S608 - names of our own model
    f" VALUES ({', '.join(['%s'] * len(FIELDS))})"
)


def insert_items(items: Sequence[Item], *, after: int) -> None:
    """Insert new items and set their primary keys. No other item may have a seq above `after`."""
    if not items:
        return
    columns = [_get_column(field, items) for field in FIELDS]
    with connection.cursor() as cursor:
        cursor.executemany(INSERT_ITEM, list(zip(*columns, strict=True)))
    pks = dict(Item.objects.order_by().filter(seq__gt=after).values_list("seq", "pk"))
    for item in items:
        item.pk = pks[item.seq]


def insert_mentions(
    items: Iterable[tuple[Item, Sequence[int | None]]], *, labels: Mapping[int, Mapping[str, Label]] | None = None
) -> None:
    """Insert the mentions of items at their seq. Each item comes with the similarity keys of its tickers, in order.

    A mention has the sentiment of its label, if `labels` (by primary key of the item, then ticker) has one, or of the
    headline, and less relevance the later it stands: 1, 1/2, 1/3, …
    """
    rows = []
    for item, similarity_keys in items:
        score = (item.sentiment, item.score, item.value)
        labelled = labels.get(item.pk) if labels else None
        scores = {symbol: (label.sentiment, 1.0, label.value) for symbol, label in (labelled or {}).items()}
        rows += [
            (item.pk, item.seq, ticker, 1 / position, *scores.get(ticker, score), item.is_historical, similarity_key)
            for position, (ticker, similarity_key) in enumerate(
                zip(item.tickers, similarity_keys, strict=True), start=1
            )
        ]
    with connection.cursor() as cursor:
        cursor.executemany(INSERT_MENTION, rows)


def _get_column(field: "models.Field[Any, Any]", items: Sequence[Item]) -> list[Any]:
    """Return the values of one column in the form that the database driver expects."""
    values = [getattr(item, field.attname) for item in items]
    if isinstance(field, models.JSONField):
        return [orjson.dumps(value).decode() for value in values]
    if isinstance(field, models.DateTimeField):
        adapt: Callable[[datetime], Any] = connection.ops.adapt_datetimefield_value
        if all(value is values[0] for value in values):  # times of the batch
            return [adapt(values[0])] * len(values)
        return [adapt(value) for value in values]
    return values

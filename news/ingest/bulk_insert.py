"""Insert items and what hangs on them, many at once.

Raw SQL because these rows are most of what is written: to make and insert them one object at a time, with a statement
put together for each fifty, took a third of the time of an import.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, models

from news.models import Item

INSERT_TICKER = "INSERT INTO news_itemticker (item_id, ticker, seq, similarity_key) VALUES (%s, %s, %s, %s)"
FIELDS = [field for field in Item._meta.concrete_fields if not field.primary_key]
INSERT_ITEM = (
    f"INSERT INTO {Item._meta.db_table} ({', '.join(str(field.column) for field in FIELDS)})"  # noqa: S608 - our own names
    f" VALUES ({', '.join(['%s'] * len(FIELDS))})"
)


def insert_items(items: Sequence[Item], *, after: int) -> None:
    """Insert new items and give each its primary key. Their places are the only ones in the log after `after`."""
    if not items:
        return
    columns = [_column(field, items) for field in FIELDS]
    with connection.cursor() as cursor:
        cursor.executemany(INSERT_ITEM, list(zip(*columns, strict=True)))
    keys = dict(Item.objects.order_by().filter(seq__gt=after).values_list("seq", "pk"))
    for item in items:
        item.pk = keys[item.seq]


def insert_tickers(rows: Iterable[tuple[int, str, int, int]]) -> None:
    """Insert for each ticker of an item its primary key, the ticker, its place and its key."""
    with connection.cursor() as cursor:
        cursor.executemany(INSERT_TICKER, list(rows))


def _column(field: "models.Field[Any, Any]", items: Sequence[Item]) -> list[Any]:
    """Return what a column is to hold, as the database takes it."""
    values = [getattr(item, field.attname) for item in items]
    if isinstance(field, models.JSONField):
        return [orjson.dumps(value).decode() for value in values]
    if isinstance(field, models.DateTimeField):
        adapt: Callable[[datetime], Any] = connection.ops.adapt_datetimefield_value
        return [adapt(value) for value in values]
    return values

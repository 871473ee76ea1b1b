"""Insert many items and their mentions at once.

Raw SQL, because these rows are most of what is written: `bulk_create`, which compiles a statement for each fifty rows,
took a third of the time of an import.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

import orjson
from django.db import connection, models

from news.models import Item

INSERT_MENTION = (
    "INSERT INTO news_mention"
    " (item_id, seq, symbol, relevance, sentiment, score, value, is_historical, similarity_key)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
FIELDS = [field for field in Item._meta.concrete_fields if not field.primary_key]
JSON_COLUMNS = [index for index, field in enumerate(FIELDS) if isinstance(field, models.JSONField)]
TIME_COLUMNS = [index for index, field in enumerate(FIELDS) if isinstance(field, models.DateTimeField)]
get_values = attrgetter(*(field.attname for field in FIELDS))
INSERT_ITEM = (
    f"INSERT INTO {Item._meta.db_table} ({', '.join(str(field.column) for field in FIELDS)})"  # noqa: S608 - names of our own model
    f" VALUES ({', '.join(['%s'] * len(FIELDS))})"
)


def insert_items(items: Sequence[Item], *, after: int) -> None:
    """Insert new items and set their primary keys. No other item may have a seq above `after`."""
    if not items:
        return
    adapt_time = cache(connection.ops.adapt_datetimefield_value)  # the items of a batch share times
    rows = [_make_row(item, adapt_time) for item in items]
    with connection.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(f"{INSERT_ITEM} RETURNING id", rows[0])
            ((items[0].pk,),) = cursor.fetchall()
            return
        cursor.executemany(INSERT_ITEM, rows)
        cursor.execute("SELECT seq, id FROM news_item WHERE seq > %s", [after])
        pks = dict(cursor.fetchall())
    for item in items:
        item.pk = pks[item.seq]


def insert_mentions(items: Iterable[tuple[Item, Sequence[int | None]]]) -> None:
    """Insert the mentions of items at their seq. Each item comes with the similarity keys of its tickers, in order."""
    rows = [
        # Ticker, relevance, sentiment, score and value of the EntityScore.
        (item.pk, item.seq, *entity[:5], item.is_historical, similarity_key)
        for item, similarity_keys in items
        for entity, similarity_key in zip(
            item.list_entities() if item.entities is None else item.entities, similarity_keys, strict=True
        )
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(INSERT_MENTION, rows)


def _make_row(item: Item, adapt_time: Callable[[datetime | None], Any]) -> list[Any]:
    """Return the values of an item in the form that the database driver expects."""
    row = [*get_values(item)]
    for index in JSON_COLUMNS:
        row[index] = orjson.dumps(row[index]).decode()
    for index in TIME_COLUMNS:
        row[index] = adapt_time(row[index])
    return row

"""The index of words: one row per item under its primary key, written in the item's transaction.

SQLite has an FTS5 table, PostgreSQL a tsvector with a GIN index. Both get words that `news.search.words` has split, so
both find the same items.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from django.db import connection

from news.models import Item
from news.search import postgresql, sqlite
from news.search.words import Search, split_words

MAX_KEY = 2**63 - 1  # of primary keys


class Database(Protocol):
    """What `news.search.sqlite` and `news.search.postgresql` have."""

    INSERT: str
    DELETE: str
    SELECT: str
    ORDER: str

    def make_row(self, key: int, title: list[str], summary: list[str]) -> tuple[Any, ...]:
        """Return the parameters of INSERT."""

    def compile_search(self, search: Search) -> str:
        """Return a search in the database's language."""


def add_items(items: Iterable[Item]) -> None:
    """Index items that were appended to the log."""
    database = _get_database()
    rows = [database.make_row(item.pk, split_words(item.title), split_words(item.summary)) for item in items]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(database.INSERT, rows)


def remove_items(keys: Iterable[int]) -> None:
    """Forget items that are deleted; `keys` are primary keys."""
    with connection.cursor() as cursor:
        cursor.executemany(_get_database().DELETE, [(key,) for key in keys])


def select_keys(search: Search, *, lower: int, upper: int, limit: int, oldest_first: bool = False) -> list[int]:
    """Return the primary keys of matching items in ascending or descending order, which is that of arrival.

    lower, upper: bounds of the keys; the upper one is exclusive.
    """
    database = _get_database()
    statement = f"{database.SELECT}{database.ORDER} {'ASC' if oldest_first else 'DESC'} LIMIT %s"
    with connection.cursor() as cursor:
        cursor.execute(statement, [database.compile_search(search), lower, upper, limit])
        return [key for (key,) in cursor.fetchall()]


def _get_database() -> Database:
    return postgresql if connection.vendor == "postgresql" else sqlite

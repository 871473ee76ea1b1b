"""The index of words: one row per item under the item's seq, written in the item's transaction.

SQLite has an FTS5 table, PostgreSQL a tsvector with a GIN index. Both get words that `news.search.words` has split, so
both find the same items.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from django.db import connection

from news.models import Item
from news.search import postgresql, sqlite
from news.search.words import Search, split_words


class Database(Protocol):
    """What `news.search.sqlite` and `news.search.postgresql` have."""

    INSERT: str
    MOVE: str
    DELETE: str
    SELECT: str

    def make_row(self, seq: int, title: list[str], summary: list[str]) -> tuple[Any, ...]:
        """Return the parameters of INSERT."""

    def compile_search(self, search: Search) -> str:
        """Return a search in the database's language."""


def add_items(items: Iterable[Item]) -> None:
    """Index items that were appended to the log."""
    database = _get_database()
    rows = [database.make_row(item.seq, split_words(item.title), split_words(item.summary)) for item in items]
    with connection.cursor() as cursor:
        cursor.executemany(database.INSERT, rows)


def move_items(seqs: Iterable[tuple[int, int]]) -> None:
    """Give items a new seq; each pair is the seq before and after."""
    with connection.cursor() as cursor:
        cursor.executemany(_get_database().MOVE, [(after, before) for before, after in seqs])


def remove_items(seqs: Iterable[int]) -> None:
    """Forget items that are deleted from the log."""
    with connection.cursor() as cursor:
        cursor.executemany(_get_database().DELETE, [(seq,) for seq in seqs])


def select_seqs(search: Search, *, above: int, below: int, newest_first: bool, limit: int) -> list[int]:
    """Return the seqs of items that match, between two seqs (both exclusive), in the order asked for."""
    database = _get_database()
    statement = f"{database.SELECT} ORDER BY seq {'DESC' if newest_first else 'ASC'} LIMIT %s"
    with connection.cursor() as cursor:
        cursor.execute(statement, [database.compile_search(search), above, below, limit])
        return [seq for (seq,) in cursor.fetchall()]


def _get_database() -> Database:
    return postgresql if connection.vendor == "postgresql" else sqlite

"""Statements for tests of limits and cancellation; they run alike on SQLite and PostgreSQL."""

from typing import Any

from django.db import connection

ENDLESS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) SELECT count(*) FROM numbers"


def execute(statement: str, *, all_rows: bool = False) -> Any:
    """Execute a statement on this thread's connection; return the first value, or all rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if all_rows else cursor.fetchone()[0]

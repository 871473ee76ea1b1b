"""Expressions for queries: many values in one SQL parameter, and times by the database's clock.

Databases limit the parameters of a statement: SQLite to 32,766, before version 3.32 to 999.
"""

from collections.abc import Collection
from datetime import timedelta

import orjson
from django.db import connection
from django.db.models.expressions import CombinedExpression, RawSQL
from django.db.models.functions import Now


def in_array(values: Collection[int] | Collection[str]) -> RawSQL | list[int]:
    """Return a subquery for `field__in=` that yields the values. The planner uses an index for any number of them."""
    items = [*values]
    if not items:
        return []  # matches nothing; an empty array would have no element type
    if connection.vendor == "postgresql":
        sql_type = "bigint" if all(isinstance(value, int) for value in items) else "text"
        return RawSQL(f"SELECT unnest(%s::{sql_type}[])", [items])  # noqa: S611 - the values are a parameter
    return RawSQL("SELECT value FROM json_each(%s)", [orjson.dumps(items).decode()])


def seconds_from_now(seconds: float) -> CombinedExpression:
    """Return the database's present time plus `seconds`, which may be negative.

    Leases are set and compared by the database's clock, because the clocks of several machines differ.
    """
    return Now() + timedelta(seconds=seconds)

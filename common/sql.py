"""Parts of statements: many values in one SQL parameter, and times, also by the database's clock.

Databases limit the parameters of a statement: SQLite to 32,766, before version 3.32 to 999.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.db import connection
from django.db.models.expressions import CombinedExpression, RawSQL
from django.db.models.functions import Now


def in_array(values: Collection[int] | Collection[str]) -> RawSQL | list[int]:
    """Return a subquery for `field__in=` that yields the values. The planner uses an index for any number of them."""
    if not values:
        return []  # matches nothing; an empty array would have no element type
    select, array = make_array(values)
    return RawSQL(select, [array])  # noqa: S611 - the values are a parameter


def make_array(values: Collection[int] | Collection[str]) -> tuple[str, Any]:
    """Return the text of a SELECT that yields the values, of which there is at least one, and its only parameter."""
    items = [*values]
    if connection.vendor == "postgresql":
        sql_type = "bigint" if all(isinstance(value, int) for value in items) else "text"
        return f"SELECT unnest(%s::{sql_type}[])", items
    return "SELECT value FROM json_each(%s)", orjson.dumps(items).decode()


def to_time(value: datetime | str) -> datetime:
    """Return a time that was selected without the ORM: SQLite's are texts or naive, in UTC."""
    time = datetime.fromisoformat(value) if isinstance(value, str) else value
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def seconds_from_now(seconds: float) -> CombinedExpression:
    """Return the database's present time plus `seconds`, which may be negative.

    Leases are set and compared by the database's clock, because the clocks of several machines differ.
    """
    return Now() + timedelta(seconds=seconds)

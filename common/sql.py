"""Ask for the rows that hold one of many values in one parameter.

Databases limit how many a statement may have: SQLite to 32,766, and once to 999.
"""

from collections.abc import Collection
from datetime import timedelta

import orjson
from django.db import connection
from django.db.models.expressions import CombinedExpression, RawSQL
from django.db.models.functions import Now


def in_array(values: Collection[int] | Collection[str]) -> RawSQL:
    """Return what stands on the right of `field__in=`. Of any number of values an index is asked for each."""
    listed = [*values]
    if connection.vendor == "postgresql":
        kind = "text" if any(isinstance(value, str) for value in listed) else "bigint"
        return RawSQL(f"SELECT unnest(%s::{kind}[])", [listed])  # noqa: S611 - the values are a parameter
    return RawSQL("SELECT value FROM json_each(%s)", [orjson.dumps(listed).decode()])


def seconds_from_now(seconds: float) -> CombinedExpression:
    """Return the database's present time plus `seconds`, which may be negative.

    Leases are set and compared by the database's clock, because the clocks of several machines differ.
    """
    return Now() + timedelta(seconds=seconds)

"""Query what arrival rates no longer count once another minute has begun, for any number of filters at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import orjson
from django.db import connection

from news.metrics.bucket_value import HOUR, MINUTE
from news.metrics.queries import DAY, SHOWS_SAMPLES, make_axis_sql
from news.models import Axis

MAX_PASSED_SECONDS = 600  # retention keeps the minutes of 25 hours


@dataclass(frozen=True, slots=True)
class PassedMinutes:
    """What the rates as of `minute` no longer count of what they counted as of `since`, both in Unix seconds.

    `hour` and `day` are the numbers of arrivals by key that have left the last hour and the last 24, as of `head_seq`.
    """

    since: int
    minute: int
    head_seq: int
    shows_samples: bool
    hour: Mapping[str, int]
    day: Mapping[str, int]


def get_passed_minutes(keys: Collection[str], *, since: int, minute: int) -> PassedMinutes:
    """Query it for tickers, and for "", under which each item counts once. At most MAX_PASSED_SECONDS may have passed.

    A single statement, so that counts and head are of one snapshot.
    """
    is_postgres = connection.vendor == "postgresql"
    in_keys = "= ANY(%(keys)s)" if is_postgres else "IN (SELECT value FROM json_each(%(keys)s))"
    parts = [f"SELECT 'head', '', seq, {SHOWS_SAMPLES} FROM news_loghead WHERE id = 1"]
    times: dict[str, int] = {}
    for name, length in (("hour", HOUR), ("day", DAY)):
        condition = f"axis = {make_axis_sql(Axis.APPENDED)} AND seconds = {MINUTE} AND key {in_keys}"
        condition += f" AND start >= %({name})s AND start < %({name}_end)s"
        count = "CAST(SUM(positive + neutral + negative) AS BIGINT)"
        parts.append(f"SELECT '{name}', key, {count}, 0 FROM news_bucket WHERE {condition} GROUP BY key")
        times |= {name: since - length + MINUTE, f"{name}_end": minute - length + MINUTE}
    parameter = [*keys] if is_postgres else orjson.dumps([*keys]).decode()
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), {**times, "keys": parameter})
        rows = cursor.fetchall()
    ((_, _, head_seq, shows_samples),) = [row for row in rows if row[0] == "head"]
    counts = {name: {key: count for row_name, key, count, _ in rows if row_name == name} for name in ("hour", "day")}
    return PassedMinutes(since, minute, head_seq, bool(shows_samples), **counts)

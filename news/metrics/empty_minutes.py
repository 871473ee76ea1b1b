"""Delete the minute buckets of which retention deleted all items."""

from collections.abc import Sequence

from django.db import connection

from news.metrics.bucket_value import MINUTE, floor_time
from news.metrics.counted_items import choose_axis, get_time, to_datetime
from news.models import Axis, Item

# Raw SQL because each row has a condition of its own; the ORM would send two statements for each.
DELETE = """
DELETE FROM news_bucket WHERE axis = %s AND seconds = 60 AND key = %s AND start = %s AND NOT EXISTS (
    SELECT 1 FROM news_item
    WHERE published_at >= %s AND published_at < %s AND is_sample = %s AND NOT is_withdrawn{condition}
)
"""
DELETE_ALL_ITEMS = DELETE.format(condition="")
DELETE_TICKER = DELETE.format(
    condition=(
        " AND EXISTS (SELECT 1 FROM news_mention"
        " WHERE item_id = news_item.id AND symbol = news_bucket.key AND seq = news_item.seq)"
    )
)


def delete_empty_minutes(trimmed: Sequence[Item]) -> int:
    """Delete the minutes of publication of items that were just deleted, if no other item is left in them.

    Returns the number of buckets deleted. The caller holds the log's lock.
    """
    identities = {
        (item.is_sample, key, floor_time(get_time(item, Axis.PUBLISHED), MINUTE))
        for item in trimmed
        for key in ("", *item.tickers)
    }
    rows = [
        (
            choose_axis(Axis.PUBLISHED, shows_samples=is_sample).value,
            key,
            start,
            _adapt(start),
            _adapt(start + MINUTE),
            is_sample,
        )
        for is_sample, key, start in sorted(identities)
    ]
    deleted = 0
    with connection.cursor() as cursor:
        for statement, is_ticker in ((DELETE_ALL_ITEMS, False), (DELETE_TICKER, True)):
            cursor.executemany(statement, [row for row in rows if bool(row[1]) is is_ticker])
            deleted += max(0, cursor.rowcount)
    return deleted


def _adapt(seconds: int) -> str | None:
    """Return a Unix time in the form that the database driver expects."""
    return connection.ops.adapt_datetimefield_value(to_datetime(seconds))

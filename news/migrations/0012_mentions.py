"""Remove the buckets by combination of tickers: filtered metrics count mentions, so the buckets per ticker suffice."""

from collections import defaultdict
from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

BATCH = 10_000
SENTIMENTS = ("positive", "neutral", "negative")
LENGTHS = (60, 3600, 0)  # seconds; 0 is all time
MAX_KEY, MAX_TICKER = 250, 10  # characters that the former version can store

INSERT_COMBINATION = "INSERT INTO news_combination (ticker, key) VALUES (%s, %s) ON CONFLICT (ticker, key) DO NOTHING"
# The former version reads only the counts of these buckets.
ADD_COUNTS = """
INSERT INTO news_bucket
    (axis, seconds, key, start, positive, neutral, negative, total, open, high, low, close, opened_at, closed_at)
VALUES ('t', %s, %s, %s, %s, %s, %s, 0, 0, 0, 0, 0, 0, 0)
ON CONFLICT (axis, seconds, key, start) DO UPDATE SET
    positive = news_bucket.positive + excluded.positive,
    neutral = news_bucket.neutral + excluded.neutral,
    negative = news_bucket.negative + excluded.negative
"""


def delete_combined_buckets(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Delete the buckets of combinations of tickers in batches."""
    buckets = apps.get_model("news", "Bucket").objects.using(schema_editor.connection.alias)
    while pks := list(buckets.filter(axis="t").values_list("pk", flat=True)[:BATCH]):
        for first in range(0, len(pks), 500):
            buckets.filter(pk__in=pks[first : first + 500]).delete()


def restore_combined_buckets(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Count the kept items by combination of tickers again; those that retention deleted can't be counted."""
    items = apps.get_model("news", "Item").objects.using(schema_editor.connection.alias)
    fields = ("seq", "tickers", "sentiment", "first_appended_at")
    last_seq = -1
    while page := list(items.filter(seq__gt=last_seq).order_by("seq").values_list(*fields)[:BATCH]):
        last_seq = page[-1][0]
        _count_combinations(page, schema_editor)


def _count_combinations(rows: list[tuple[Any, ...]], schema_editor: BaseDatabaseSchemaEditor) -> None:
    pairs: set[tuple[str, str]] = set()
    counts: dict[tuple[int, str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for _, tickers, sentiment, time in rows:
        key = ",".join(sorted(tickers))
        if len(tickers) < 2 or len(key) > MAX_KEY or max(map(len, tickers)) > MAX_TICKER:
            continue
        pairs.update((ticker, key) for ticker in tickers)
        second = int(time.timestamp())
        for length in LENGTHS:
            counts[length, key, second // length * length if length else 0][SENTIMENTS.index(sentiment)] += 1
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany(INSERT_COMBINATION, sorted(pairs))
        cursor.executemany(ADD_COUNTS, [(*identity, *values) for identity, values in sorted(counts.items())])


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0011_historical_items"),
    ]

    operations = [
        migrations.RunPython(delete_combined_buckets, restore_combined_buckets),
        migrations.DeleteModel(name="Combination"),
        migrations.AlterField(
            model_name="bucket",
            name="axis",
            field=models.CharField(choices=[("a", "Appended"), ("p", "Published")], max_length=1),
        ),
        migrations.AlterField(
            model_name="bucket",
            name="key",
            field=models.CharField(blank=True, max_length=20),
        ),
    ]

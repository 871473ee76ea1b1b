"""Mark the samples of older databases, and move their counts to buckets of their own.

Samples that retention has deleted stay in totals: nothing tells them from others any more. A sample that another source
has reported, too, is taken for a real headline. Backward, the counts of samples are added to the others again.
"""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SUMMARY = "A fictional headline about a fictional company, from the bundled sample feed."
MARK_ITEMS = """
UPDATE news_item SET is_sample = TRUE
WHERE source = 'sample' AND summary = %s AND NOT is_historical
    AND NOT EXISTS (SELECT 1 FROM news_report WHERE item_id = news_item.id)
"""
MARK_REVISIONS = """
UPDATE news_itemrevision SET is_sample = TRUE WHERE current_id IN (SELECT id FROM news_item WHERE is_sample)
"""
FIND_FIRST = """
UPDATE news_loghead SET first_real_seq = (
    SELECT MIN(seq) FROM (
        SELECT MIN(seq) AS seq FROM news_item WHERE NOT is_sample
        UNION ALL SELECT MIN(seq) FROM news_itemrevision WHERE NOT is_sample
    ) AS places
)
"""
EPOCH = {
    "sqlite": "(CAST(strftime('%%s', {0}) AS INTEGER) + CAST('0' || substr({0}, 20) AS REAL))",
    "postgresql": "EXTRACT(EPOCH FROM {0})::double precision",
}
FLOOR = {
    "sqlite": "CAST(time AS INTEGER) / {0} * {0}",
    "postgresql": "FLOOR(time)::bigint / {0} * {0}",
}
PROBABILITIES = {
    "sqlite": "json_extract(item.probabilities, '$.{}')",
    "postgresql": "(item.probabilities->>'{}')::double precision",
}
# The value of a bucket, computed from items.
COUNT = """
WITH counted AS (
    SELECT item.id, item.seq, item.sentiment, {positive} - {negative} AS value, {time} AS time
    FROM news_item AS item WHERE NOT item.is_withdrawn AND {condition}
), keyed AS (
    SELECT '' AS key, counted.* FROM counted
    UNION ALL
    SELECT mention.symbol, counted.* FROM counted
    JOIN news_mention AS mention ON mention.item_id = counted.id AND mention.seq = counted.seq
), placed AS (
    SELECT keyed.*, {start} AS start FROM keyed
), numbered AS (
    SELECT placed.*,
        ROW_NUMBER() OVER (PARTITION BY key, start ORDER BY time, seq) AS number,
        ROW_NUMBER() OVER (PARTITION BY key, start ORDER BY time DESC, seq DESC) AS number_from_end
    FROM placed
), summed AS (
    SELECT key, start,
        SUM(CASE sentiment WHEN 'positive' THEN 1 ELSE 0 END) AS positive,
        SUM(CASE sentiment WHEN 'neutral' THEN 1 ELSE 0 END) AS neutral,
        SUM(CASE sentiment WHEN 'negative' THEN 1 ELSE 0 END) AS negative,
        SUM(value) AS total,
        MAX(CASE WHEN number = 1 THEN value END) AS open, MAX(value) AS high, MIN(value) AS low,
        MAX(CASE WHEN number_from_end = 1 THEN value END) AS close,
        MIN(time) AS opened_at, MAX(time) AS closed_at
    FROM numbered GROUP BY key, start
)
"""
COLUMNS = "positive, neutral, negative, total, open, high, low, close, opened_at, closed_at"
INSERT = f"INSERT INTO news_bucket (axis, seconds, key, start, {COLUMNS}) "
ADD_SAMPLES = f"{COUNT}{INSERT} SELECT '{{axis}}', {{seconds}}, key, start, {COLUMNS} FROM summed"  # noqa: S608 - our own names
SAME = "news_bucket.seconds = sample.seconds AND news_bucket.key = sample.key AND news_bucket.start = sample.start"
SUBTRACT = f"""
UPDATE news_bucket SET
    positive = news_bucket.positive - sample.positive,
    neutral = news_bucket.neutral - sample.neutral,
    negative = news_bucket.negative - sample.negative,
    total = news_bucket.total - sample.total
FROM news_bucket AS sample WHERE news_bucket.axis = %s AND sample.axis = %s AND {SAME}
"""  # noqa: S608 - our own names
DELETE_EMPTY = "DELETE FROM news_bucket WHERE axis = %s AND positive + neutral + negative <= 0"
# Only where other items are in the minute or hour of a sample.
CORRECT_RANGE = f"""{COUNT}
UPDATE news_bucket SET
    total = summed.total, open = summed.open, high = summed.high, low = summed.low, close = summed.close,
    opened_at = summed.opened_at, closed_at = summed.closed_at
FROM summed
WHERE news_bucket.axis = '{{axis}}' AND news_bucket.seconds = {{seconds}}
    AND news_bucket.key = summed.key AND news_bucket.start = summed.start
    AND summed.positive = news_bucket.positive AND summed.neutral = news_bucket.neutral
    AND summed.negative = news_bucket.negative
    AND EXISTS (
        SELECT 1 FROM news_bucket AS sample
        WHERE sample.axis = '{{samples}}' AND sample.seconds = {{seconds}} AND sample.key = news_bucket.key
            AND sample.start = news_bucket.start
    )
"""  # noqa: S608 - our own names
ADD_BACK = f"""
UPDATE news_bucket SET
    positive = news_bucket.positive + sample.positive,
    neutral = news_bucket.neutral + sample.neutral,
    negative = news_bucket.negative + sample.negative,
    total = news_bucket.total + sample.total,
    high = CASE WHEN sample.high > news_bucket.high THEN sample.high ELSE news_bucket.high END,
    low = CASE WHEN sample.low < news_bucket.low THEN sample.low ELSE news_bucket.low END,
    open = CASE WHEN sample.opened_at < news_bucket.opened_at THEN sample.open ELSE news_bucket.open END,
    close = CASE WHEN sample.closed_at >= news_bucket.closed_at THEN sample.close ELSE news_bucket.close END,
    opened_at = CASE WHEN sample.opened_at < news_bucket.opened_at
                     THEN sample.opened_at ELSE news_bucket.opened_at END,
    closed_at = CASE WHEN sample.closed_at >= news_bucket.closed_at
                     THEN sample.closed_at ELSE news_bucket.closed_at END
FROM news_bucket AS sample WHERE news_bucket.axis = %s AND sample.axis = %s AND {SAME}
"""  # noqa: S608 - our own names
MOVE_BACK = """
UPDATE news_bucket SET axis = %s WHERE axis = %s AND NOT EXISTS (
    SELECT 1 FROM news_bucket AS other
    WHERE other.axis = %s AND other.seconds = news_bucket.seconds AND other.key = news_bucket.key
        AND other.start = news_bucket.start
)
"""
AXES = [("a", "s", "first_appended_at"), ("p", "r", "published_at")]  # axis, that of samples, time
LENGTHS = {"a": (60, 3600, 0), "p": (60, 3600)}


def mark_samples(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Mark the samples, count them on axes of their own, and take them out of the others."""
    vendor = schema_editor.connection.vendor
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(MARK_ITEMS, [SUMMARY])
        if cursor.rowcount:
            cursor.execute(MARK_REVISIONS)
            for axis, samples, time in AXES:
                for seconds in LENGTHS[axis]:
                    of_samples = _count(vendor, time, seconds, "item.is_sample")
                    cursor.execute(ADD_SAMPLES.format(axis=samples, seconds=seconds, **of_samples), [])
                cursor.execute(SUBTRACT, [axis, samples])
                cursor.execute(DELETE_EMPTY, [axis])
                condition = "NOT item.is_sample" + (" AND NOT item.is_historical" if axis == "a" else "")
                for seconds in (60, 3600):
                    of_others = _count(vendor, time, seconds, condition)
                    statement = CORRECT_RANGE.format(axis=axis, samples=samples, seconds=seconds, **of_others)
                    cursor.execute(statement, [])
        cursor.execute(FIND_FIRST)


def mix_samples(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Count samples with the others again."""
    with schema_editor.connection.cursor() as cursor:
        for axis, samples, _ in AXES:
            cursor.execute(ADD_BACK, [axis, samples])
            cursor.execute(MOVE_BACK, [axis, samples, axis])
            cursor.execute("DELETE FROM news_bucket WHERE axis = %s", [samples])
        cursor.execute("UPDATE news_item SET is_sample = FALSE WHERE is_sample")
        cursor.execute("UPDATE news_itemrevision SET is_sample = FALSE WHERE is_sample")


def _count(vendor: str, time: str, seconds: int, condition: str) -> dict[str, str]:
    """Return what COUNT needs to know."""
    return {
        "positive": PROBABILITIES[vendor].format("positive"),
        "negative": PROBABILITIES[vendor].format("negative"),
        "time": EPOCH[vendor].format(f"item.{time}"),
        "start": FLOOR[vendor].format(seconds) if seconds else "0",
        "condition": condition,
    }


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0017_series_retention"),
    ]

    operations = [
        migrations.AddField(
            model_name="loghead",
            name="first_real_seq",
            field=models.PositiveBigIntegerField(
                null=True, help_text="Sequence number under which the first item came that is no sample."
            ),
        ),
        migrations.AddField(
            model_name="loghead",
            name="sample_removals",
            field=models.PositiveIntegerField(
                db_default=0, default=0, help_text="Number of transactions that have removed samples."
            ),
        ),
        migrations.AlterField(
            model_name="bucket",
            name="axis",
            field=models.CharField(
                choices=[
                    ("a", "Appended"),
                    ("p", "Published"),
                    ("h", "Historical"),
                    ("s", "Sample Appended"),
                    ("r", "Sample Published"),
                ],
                max_length=1,
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(condition=models.Q(("is_sample", True)), fields=["seq"], name="item_sample_seq"),
        ),
        migrations.RunPython(mark_samples, mix_samples),
    ]

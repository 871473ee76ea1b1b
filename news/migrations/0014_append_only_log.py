"""Keep former states of items, and mentions with a score of their own; an external id may name several stories.

Forward, each mention takes the place and the score of its headline. Backward, former states and withdrawn items are
deleted, and of several items with one external id, or of one story, only the newest keeps it.
"""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Count, F, Max, deletion

COLUMNS = "item_id, seq, symbol, relevance, sentiment, score, value, is_historical, similarity_key"
POSITIONS = {  # of a ticker among those of its item, from 0
    "sqlite": "(SELECT MIN(key) FROM json_each(item.tickers) WHERE json_each.value = mention.ticker)",
    "postgresql": "(array_position(ARRAY(SELECT jsonb_array_elements_text(item.tickers)), mention.ticker::text) - 1)",
}
PROBABILITIES = {
    "sqlite": "json_extract(item.probabilities, '$.{}')",
    "postgresql": "(item.probabilities->>'{}')::double precision",
}
COPY_MENTIONS = """
INSERT INTO news_mention ({columns})
SELECT item.id, item.seq, mention.ticker, 1.0 / (1 + COALESCE({position}, 0)), item.sentiment, item.score,
    COALESCE({positive} - {negative}, 0), mention.is_historical, mention.similarity_key
FROM news_itemticker AS mention JOIN news_item AS item ON item.id = mention.item_id
ORDER BY mention.id
"""
RECORD_RESCORED = """
INSERT INTO news_itemchange (item_id, seq, kind, fields, reason, author)
SELECT id, seq, 'rescored', '["sentiment", "score"]', '', '' FROM news_item WHERE revision > 0
"""
RESTORE_TICKERS = """
INSERT INTO news_itemticker (item_id, ticker, seq, is_historical, similarity_key)
SELECT mention.item_id, mention.symbol, mention.seq, mention.is_historical, mention.similarity_key
FROM news_mention AS mention JOIN news_item AS item ON item.id = mention.item_id AND item.seq = mention.seq
ORDER BY mention.id
"""


def copy_scored_at(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """An item was scored when it was appended."""
    apps.get_model("news", "Item").objects.using(schema_editor.connection.alias).update(scored_at=F("appended_at"))


def record_rescored(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Items that were scored again before had a change at their place; their former states were not kept."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(RECORD_RESCORED)


def copy_mentions(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Fill the new table of mentions."""
    vendor = schema_editor.connection.vendor
    statement = COPY_MENTIONS.format(
        columns=COLUMNS,
        position=POSITIONS[vendor],
        positive=PROBABILITIES[vendor].format("positive"),
        negative=PROBABILITIES[vendor].format("negative"),
    )
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(statement)


def restore_tickers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Fill the former table of tickers."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(RESTORE_TICKERS)


def make_unique(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Delete what the former version can't store."""
    alias = schema_editor.connection.alias
    items = apps.get_model("news", "Item").objects.using(alias)
    reports = apps.get_model("news", "DuplicateReport").objects.using(alias)
    items.filter(is_withdrawn=True).delete()
    for rows in (items, reports):
        with_id = rows.order_by().filter(external_id__isnull=False)
        repeated = (
            with_id.values("source", "external_id").annotate(rows=Count("pk"), newest=Max("pk")).filter(rows__gt=1)
        )
        for group in repeated:
            same = {"source": group["source"], "external_id": group["external_id"]}
            rows.filter(**same).exclude(pk=group["newest"]).update(external_id=None)
    stories = items.order_by().values("dedup_hash").annotate(rows=Count("pk"), newest=Max("pk")).filter(rows__gt=1)
    for story in stories:
        for item in items.filter(dedup_hash=story["dedup_hash"]).exclude(pk=story["newest"]):
            item.dedup_hash = f"{item.dedup_hash[:43]}-{item.pk}"
            item.save(update_fields=["dedup_hash"])
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:  # the table can't be altered while checks are pending
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0013_search"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="duplicatereport",
            name="report_external_id_once_per_source",
        ),
        migrations.RemoveConstraint(
            model_name="item",
            name="item_external_id_once_per_source",
        ),
        migrations.AlterField(
            model_name="item",
            name="dedup_hash",
            field=models.CharField(help_text="SHA-256 of normalised title, UTC day and tickers.", max_length=64),
        ),
        migrations.AlterField(
            model_name="item",
            name="revision",
            field=models.PositiveIntegerField(default=0, help_text="How often the headline or its score changed."),
        ),
        migrations.AlterField(
            model_name="bucket",
            name="axis",
            field=models.CharField(choices=[("a", "Appended"), ("p", "Published"), ("h", "Historical")], max_length=1),
        ),
        migrations.AddField(
            model_name="item",
            name="is_sample",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="A made-up headline, to show the site at work.",
                verbose_name="sample",
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="is_withdrawn",
            field=models.BooleanField(db_default=False, default=False, verbose_name="withdrawn"),
        ),
        migrations.AddField(
            model_name="item",
            name="scored_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(copy_scored_at, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="item",
            name="scored_at",
            field=models.DateTimeField(help_text="When this score was computed."),
        ),
        migrations.RunPython(migrations.RunPython.noop, make_unique),
        migrations.AddIndex(
            model_name="duplicatereport",
            index=models.Index(
                condition=models.Q(("external_id__isnull", False)),
                fields=["source", "external_id"],
                name="report_source_external_id",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("external_id__isnull", False)),
                fields=["source", "external_id"],
                name="item_source_external_id",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["dedup_hash"], name="item_dedup_hash"),
        ),
        migrations.CreateModel(
            name="ItemRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "current",
                    models.ForeignKey(
                        help_text="The item as it is now.",
                        on_delete=deletion.CASCADE,
                        related_name="revisions",
                        to="news.item",
                    ),
                ),
                ("title", models.CharField(max_length=2000)),
                ("summary", models.TextField(blank=True)),
                ("url", models.CharField(blank=True, max_length=2000)),
                ("source", models.CharField(max_length=100)),
                ("external_id", models.CharField(blank=True, max_length=200, null=True)),
                (
                    "dedup_hash",
                    models.CharField(help_text="SHA-256 of normalised title, UTC day and tickers.", max_length=64),
                ),
                ("tickers", models.JSONField(help_text="Ticker symbols, the most relevant first.")),
                (
                    "sentiment",
                    models.CharField(
                        choices=[("positive", "Positive"), ("neutral", "Neutral"), ("negative", "Negative")],
                        max_length=8,
                    ),
                ),
                (
                    "score",
                    models.FloatField(
                        help_text="Confidence: the probability of the sentiment, 0..1.", verbose_name="confidence"
                    ),
                ),
                ("probabilities", models.JSONField(help_text="Probability of each sentiment; the sum is 1.")),
                ("evidence", models.JSONField(default=list, help_text="The words that decided the score.")),
                ("analyzer", models.CharField(max_length=50)),
                ("analyzer_version", models.CharField(max_length=20)),
                ("scored_at", models.DateTimeField(help_text="When this score was computed.")),
                (
                    "revision",
                    models.PositiveIntegerField(default=0, help_text="How often the headline or its score changed."),
                ),
                ("published_at", models.DateTimeField(help_text="When the source published it.")),
                (
                    "is_undated",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="The source's date could not be read; "
                        "the time of publication is the time of arrival.",
                        verbose_name="undated",
                    ),
                ),
                (
                    "is_historical",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Imported as old news: in totals and lists, "
                        "but not announced and not in arrival rates.",
                        verbose_name="historical",
                    ),
                ),
                (
                    "is_sample",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="A made-up headline, to show the site at work.",
                        verbose_name="sample",
                    ),
                ),
                ("first_appended_at", models.DateTimeField(help_text="When it was first appended to the log.")),
                (
                    "appended_at",
                    models.DateTimeField(
                        help_text="When it was appended under this sequence number. Never decreases along the log."
                    ),
                ),
                ("item_id", models.CharField(help_text="Public id of the item.", max_length=36)),
                ("seq", models.PositiveBigIntegerField(unique=True, verbose_name="sequence number")),
                (
                    "next_seq",
                    models.PositiveBigIntegerField(help_text="Place of the state that replaced this one.", unique=True),
                ),
            ],
            options={
                "ordering": ["-seq"],
            },
        ),
        migrations.CreateModel(
            name="ItemChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.ForeignKey(on_delete=deletion.CASCADE, related_name="changes", to="news.item")),
                ("seq", models.PositiveBigIntegerField(unique=True, verbose_name="sequence number")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("rescored", "Rescored"),
                            ("corrected", "Corrected"),
                            ("labelled", "Labelled"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=9,
                    ),
                ),
                ("fields", models.JSONField(default=list, help_text="Names of what changed, as in the API.")),
                ("reason", models.CharField(blank=True, max_length=500)),
                (
                    "author",
                    models.CharField(
                        blank=True, help_text="Who changed it by hand; only staff see this.", max_length=150
                    ),
                ),
            ],
            options={
                "ordering": ["-seq"],
            },
        ),
        migrations.CreateModel(
            name="Departure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.ForeignKey(on_delete=deletion.CASCADE, related_name="departures", to="news.item")),
                ("seq", models.PositiveBigIntegerField(help_text="Place of the state that no longer has it.")),
                ("symbol", models.CharField(max_length=20)),
                ("is_historical", models.BooleanField(db_default=False, default=False, help_text="As in the item.")),
            ],
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False, on_delete=deletion.CASCADE, related_name="mentions", to="news.item"
                    ),
                ),
                ("seq", models.PositiveBigIntegerField(help_text="Place of the state that it belongs to.")),
                ("symbol", models.CharField(max_length=20)),
                ("relevance", models.FloatField(help_text="How much the headline is about it, 0..1.")),
                (
                    "sentiment",
                    models.CharField(
                        choices=[("positive", "Positive"), ("neutral", "Neutral"), ("negative", "Negative")],
                        max_length=8,
                    ),
                ),
                ("score", models.FloatField(help_text="Probability of the sentiment, 0..1.")),
                ("value", models.FloatField(help_text="P(positive) - P(negative), -1..1.")),
                ("is_historical", models.BooleanField(db_default=False, default=False, help_text="As in the item.")),
                (
                    "similarity_key",
                    models.BigIntegerField(help_text="Day of publication, and a hash of ticker and facts.", null=True),
                ),
            ],
        ),
        migrations.RunPython(record_rescored, migrations.RunPython.noop),
        migrations.RunPython(copy_mentions, restore_tickers),
        migrations.DeleteModel(name="ItemTicker"),
        migrations.AddIndex(
            model_name="departure",
            index=models.Index(fields=["symbol", "seq"], name="departure_symbol_seq"),
        ),
        migrations.AddConstraint(
            model_name="departure",
            constraint=models.UniqueConstraint(fields=("seq", "symbol"), name="departure_once"),
        ),
        migrations.AddIndex(
            model_name="itemrevision",
            index=models.Index(
                condition=models.Q(("is_historical", False)), fields=["seq"], name="revision_announced_seq"
            ),
        ),
        migrations.AddIndex(
            model_name="itemrevision",
            index=models.Index(fields=["dedup_hash"], name="revision_dedup_hash"),
        ),
        migrations.AddIndex(
            model_name="itemrevision",
            index=models.Index(fields=["appended_at", "seq"], name="revision_appended_at_seq"),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(fields=["symbol", "seq"], name="mention_symbol_seq"),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(
                condition=models.Q(("is_historical", False)), fields=["symbol", "seq"], name="mention_announced_seq"
            ),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(fields=["similarity_key"], name="mention_similarity_key"),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(fields=("item", "symbol", "seq"), name="mention_once"),
        ),
    ]

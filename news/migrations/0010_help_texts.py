"""Plain help texts and labels; the tables stay as they are."""

import django.db.models.deletion
from django.db import migrations, models

import news.models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0009_source_kind_registry"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="item",
            options={"ordering": ["-seq"], "verbose_name": "headline"},
        ),
        migrations.AlterField(
            model_name="duplicatereport",
            name="dedup_hash",
            field=models.CharField(help_text="Computed as for items, from the title of this report.", max_length=64),
        ),
        migrations.AlterField(
            model_name="duplicatereport",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="duplicate_reports", to="news.item"
            ),
        ),
        migrations.AlterField(
            model_name="item",
            name="appended_at",
            field=models.DateTimeField(help_text="When it was appended to the log."),
        ),
        migrations.AlterField(
            model_name="item",
            name="dedup_hash",
            field=models.CharField(
                help_text="SHA-256 of normalised title, UTC day and first ticker.", max_length=64, unique=True
            ),
        ),
        migrations.AlterField(
            model_name="item",
            name="evidence",
            field=models.JSONField(default=list, help_text="The words that decided the score."),
        ),
        migrations.AlterField(
            model_name="item",
            name="probabilities",
            field=models.JSONField(help_text="Probability of each sentiment; the sum is 1."),
        ),
        migrations.AlterField(
            model_name="item",
            name="revision",
            field=models.PositiveIntegerField(
                default=0, help_text="How often rescoring changed the sentiment or its probabilities."
            ),
        ),
        migrations.AlterField(
            model_name="item",
            name="score",
            field=models.FloatField(
                help_text="Confidence: the probability of the sentiment, 0..1.", verbose_name="confidence"
            ),
        ),
        migrations.AlterField(
            model_name="item",
            name="seq",
            field=models.PositiveBigIntegerField(
                help_text="Position in the log, in commit order.", unique=True, verbose_name="sequence number"
            ),
        ),
        migrations.AlterField(
            model_name="item",
            name="tickers",
            field=models.JSONField(help_text="Ticker symbols, the most relevant first."),
        ),
        migrations.AlterField(
            model_name="itemticker",
            name="seq",
            field=models.PositiveBigIntegerField(help_text="The item's seq."),
        ),
        migrations.AlterField(
            model_name="itemticker",
            name="similarity_key",
            field=models.BigIntegerField(help_text="Day of publication, and a hash of ticker and facts.", null=True),
        ),
        migrations.AlterField(
            model_name="loghead",
            name="duplicate_reports",
            field=models.PositiveBigIntegerField(default=0, help_text="Number of duplicate reports recorded."),
        ),
        migrations.AlterField(
            model_name="loghead",
            name="generation",
            field=models.CharField(
                default=news.models.make_generation,
                help_text="Changes when a backup is restored; cursors of another generation cannot be resumed.",
                max_length=6,
            ),
        ),
        migrations.AlterField(
            model_name="loghead",
            name="min_seq",
            field=models.PositiveBigIntegerField(
                default=0, help_text="Newest sequence number that retention has trimmed."
            ),
        ),
        migrations.AlterField(
            model_name="loghead",
            name="scored",
            field=models.PositiveBigIntegerField(
                db_default=0, default=0, help_text="Number of texts scored, by all processes."
            ),
        ),
        migrations.AlterField(
            model_name="loghead",
            name="scoring_seconds",
            field=models.FloatField(db_default=0, default=0, help_text="Time spent on scoring, in seconds."),
        ),
        migrations.AlterField(
            model_name="loghead",
            name="seq",
            field=models.PositiveBigIntegerField(default=0, help_text="Sequence number of the newest item."),
        ),
    ]

"""Store what a shadow analyzer says, and what paid analyzers take each day."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0021_instrument_book"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnalyzerUsage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("analyzer", models.CharField(max_length=50)),
                ("requests", models.PositiveIntegerField(default=0)),
                ("input_tokens", models.PositiveBigIntegerField(default=0)),
                ("output_tokens", models.PositiveBigIntegerField(default=0)),
                ("cost", models.FloatField(default=0, help_text="In the currency of ANALYZER_PRICES.")),
            ],
            options={
                "verbose_name_plural": "analyzer usage",
                "ordering": ["-day"],
                "constraints": [models.UniqueConstraint(fields=("day", "analyzer"), name="analyzer_usage_once")],
            },
        ),
        migrations.CreateModel(
            name="ShadowScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveBigIntegerField(help_text="Place of the state that was scored.")),
                ("analyzer", models.CharField(max_length=50)),
                ("analyzer_version", models.CharField(max_length=20)),
                (
                    "sentiment",
                    models.CharField(
                        choices=[("positive", "Positive"), ("neutral", "Neutral"), ("negative", "Negative")],
                        max_length=8,
                    ),
                ),
                (
                    "score",
                    models.FloatField(help_text="Probability of the sentiment, 0..1.", verbose_name="confidence"),
                ),
                ("entities", models.JSONField(help_text="For each ticker: ticker, sentiment, confidence, value.")),
                ("scored_at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="shadow_scores", to="news.item"
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [models.UniqueConstraint(fields=("item", "analyzer"), name="shadow_score_once")],
            },
        ),
    ]

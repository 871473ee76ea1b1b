"""Store what people say the sentiment of headlines and of their tickers should be."""

import django.db.models.deletion
from django.db import migrations, models

SENTIMENTS = [("positive", "Positive"), ("neutral", "Neutral"), ("negative", "Negative")]


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0018_samples"),
    ]

    operations = [
        migrations.CreateModel(
            name="Label",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "symbol",
                    models.CharField(blank=True, help_text="A ticker; empty for the whole headline.", max_length=20),
                ),
                ("sentiment", models.CharField(choices=SENTIMENTS, max_length=8, verbose_name="label")),
                (
                    "author",
                    models.CharField(help_text="User name of who set it; only staff see this.", max_length=150),
                ),
                ("created_at", models.DateTimeField(verbose_name="labelled at")),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, help_text="When it was replaced or removed.", null=True),
                ),
                (
                    "model_sentiment",
                    models.CharField(choices=SENTIMENTS, help_text="The model's answer at the time.", max_length=8),
                ),
                (
                    "model_score",
                    models.FloatField(
                        help_text="Probability of the model's answer, 0..1.", verbose_name="model's confidence"
                    ),
                ),
                ("analyzer", models.CharField(max_length=50)),
                ("analyzer_version", models.CharField(max_length=20)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="labels", to="news.item"
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "permissions": [("label_item", "Can label headlines")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)), fields=("item", "symbol"), name="label_once"
                    )
                ],
            },
        ),
    ]

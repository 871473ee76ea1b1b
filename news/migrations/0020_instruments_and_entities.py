"""Store instruments, the sentiment of each ticker of an item, and what a source's entries are tagged with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0019_labels"),
    ]

    operations = [
        migrations.CreateModel(
            name="Instrument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("symbol", models.CharField(max_length=20, unique=True)),
                ("name", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("company", "Company"),
                            ("index", "Index"),
                            ("commodity", "Commodity"),
                            ("currency", "Currency"),
                            ("crypto", "Crypto"),
                            ("central_bank", "central bank"),
                            ("topic", "Topic"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "aliases",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Other names as texts write them. In capitals: matched in capitals only.",
                    ),
                ),
                (
                    "exclusions",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Phrases that contain one of its names and do not refer to it.",
                    ),
                ),
                (
                    "is_edited",
                    models.BooleanField(
                        default=False,
                        help_text="Changed or added here; a newer shipped book leaves it alone.",
                        verbose_name="edited",
                    ),
                ),
            ],
            options={
                "ordering": ["symbol"],
            },
        ),
        migrations.CreateModel(
            name="InstrumentBook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveBigIntegerField(default=0)),
                (
                    "shipped",
                    models.CharField(
                        blank=True, help_text="SHA-256 of the shipped book that was loaded.", max_length=64
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="item",
            name="entities",
            field=models.JSONField(
                help_text="An `EntityScore` for each ticker, as a list; null if all are as the headline.", null=True
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="language",
            field=models.CharField(
                help_text="ISO 639-1 code of a language other than English.", max_length=8, null=True
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="has_own_tickers",
            field=models.BooleanField(
                help_text="Whether the sender gave the tickers; null if that was not recorded.", null=True
            ),
        ),
        migrations.AddField(
            model_name="itemrevision",
            name="entities",
            field=models.JSONField(
                help_text="An `EntityScore` for each ticker, as a list; null if all are as the headline.", null=True
            ),
        ),
        migrations.AddField(
            model_name="itemrevision",
            name="language",
            field=models.CharField(
                help_text="ISO 639-1 code of a language other than English.", max_length=8, null=True
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="allowed_tickers",
            field=models.JSONField(
                blank=True, default=list, help_text="If set, entries get these tickers and no others."
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="default_ticker",
            field=models.CharField(
                blank=True, help_text="Ticker of entries in which no instrument is found.", max_length=20
            ),
        ),
        migrations.AlterField(
            model_name="itemchange",
            name="kind",
            field=models.CharField(
                choices=[
                    ("rescored", "Rescored"),
                    ("corrected", "Corrected"),
                    ("labelled", "Labelled"),
                    ("retagged", "Retagged"),
                    ("withdrawn", "Withdrawn"),
                ],
                max_length=9,
            ),
        ),
    ]

"""Count the transactions that write to the log, so that ETags change with each of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0015_corrections_and_imports"),
    ]

    operations = [
        migrations.AddField(
            model_name="loghead",
            name="writes",
            field=models.PositiveBigIntegerField(
                db_default=0,
                default=0,
                help_text="Number of transactions that have written items, duplicate reports or buckets; "
                "ETags depend on it.",
            ),
        ),
    ]

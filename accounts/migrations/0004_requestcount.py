from typing import Any

from django.db import migrations, models


def make_unlogged(apps: Any, schema_editor: Any) -> None:
    """On PostgreSQL, keep the counts out of the write-ahead log: to count a request then waits for no disk."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE accounts_requestcount SET UNLOGGED")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_tokens_that_end")]

    operations = [
        migrations.CreateModel(
            name="RequestCount",
            fields=[
                ("key", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("window_end", models.BigIntegerField()),
                ("requests", models.BigIntegerField()),
            ],
        ),
        migrations.RunPython(make_unlogged, migrations.RunPython.noop, elidable=True),
    ]

"""Create the index of words, and index the items that are there."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from news.search import postgresql, sqlite
from news.search.words import split_words

BATCH = 2_000


def create_index(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the table and fill it."""
    connection = schema_editor.connection
    database = postgresql if connection.vendor == "postgresql" else sqlite
    items = apps.get_model("news", "Item").objects.using(connection.alias).order_by("pk")
    last_key = 0
    with connection.cursor() as cursor:
        for statement in database.CREATE:
            cursor.execute(statement)
        while page := list(items.filter(pk__gt=last_key).values_list("pk", "title", "summary")[:BATCH]):
            last_key = page[-1][0]
            rows = [database.make_row(key, split_words(title), split_words(summary)) for key, title, summary in page]
            cursor.executemany(database.INSERT, rows)


def drop_index(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the table."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("DROP TABLE news_search")


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0012_mentions"),
    ]

    operations = [
        migrations.RunPython(create_index, drop_index),
    ]

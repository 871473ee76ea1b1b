"""Load the shipped book of instruments. Backward, what was not edited is removed again."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def load_shipped_book(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    from news.instruments.shipping import sync_shipped  # takes a moment to import, which other commands need not

    sync_shipped(apps, using=schema_editor.connection.alias)


def remove_shipped_book(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    using = schema_editor.connection.alias
    apps.get_model("news", "Instrument").objects.using(using).filter(is_edited=False).delete()
    apps.get_model("news", "InstrumentBook").objects.using(using).all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0020_instruments_and_entities"),
    ]

    operations = [
        migrations.AddField(
            model_name="instrumentbook",
            name="removed",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Symbols that were deleted here; a newer shipped book leaves them out.",
            ),
        ),
        migrations.RunPython(load_shipped_book, remove_shipped_book, elidable=True),
    ]

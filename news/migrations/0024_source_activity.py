from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def set_last_items(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Set when each source last brought an item: one seek of the index on source and seq for each."""
    items = apps.get_model("news", "Item").objects.using(schema_editor.connection.alias)
    sources = apps.get_model("news", "Source").objects.using(schema_editor.connection.alias)
    for source in sources.filter(items_created__gt=0):
        newest = items.filter(source=source.name).order_by("-seq").values_list("first_appended_at", flat=True).first()
        sources.filter(pk=source.pk).update(last_item_at=newest)


class Migration(migrations.Migration):
    dependencies = [("news", "0023_order_of_publication")]

    operations = [
        migrations.AlterField(
            model_name="source", name="is_enabled", field=models.BooleanField(default=True, verbose_name="enabled")
        ),
        migrations.AddField(
            model_name="source",
            name="items_by_hour",
            field=models.JSONField(
                blank=True,
                editable=False,
                help_text="Items of each hour of the last day: [Unix time, count].",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="last_item_at",
            field=models.DateTimeField(
                blank=True, editable=False, help_text="When it last brought an item.", null=True
            ),
        ),
        migrations.RunPython(set_last_items, migrations.RunPython.noop),
    ]

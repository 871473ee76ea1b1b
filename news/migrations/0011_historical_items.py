"""Add historical and undated items, the time of first arrival, symbols of 20 characters, and the last skipped entries.

Until now an item that was scored again kept the time of its first arrival under its new sequence number. That time goes
to `first_appended_at`; `appended_at` is raised where needed so that it never decreases along the log.
"""

from datetime import datetime

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F

BATCH = 10_000


def raise_appended_at(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Raise `appended_at` to that of the item before, in the order of the log."""
    items = apps.get_model("news", "Item").objects.using(schema_editor.connection.alias)
    last_seq, newest = -1, None
    while page := list(items.filter(seq__gt=last_seq).order_by("seq").values_list("pk", "seq", "appended_at")[:BATCH]):
        late: dict[datetime, list[int]] = {}  # time to set: primary keys
        for pk, _, appended_at in page:
            if newest is not None and appended_at < newest:
                late.setdefault(newest, []).append(pk)
            else:
                newest = appended_at
        last_seq = page[-1][1]
        for time, pks in late.items():
            for first in range(0, len(pks), 500):
                items.filter(pk__in=pks[first : first + 500]).update(appended_at=time)


def copy_first_appended_at(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Copy the time of first arrival."""
    items = apps.get_model("news", "Item").objects.using(schema_editor.connection.alias)
    items.update(first_appended_at=F("appended_at"))


def restore_appended_at(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Store the time of first arrival where the former version looks for it."""
    items = apps.get_model("news", "Item").objects.using(schema_editor.connection.alias)
    items.update(appended_at=F("first_appended_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0010_help_texts"),
    ]

    operations = [
        migrations.RenameIndex(model_name="item", old_name="item_analysed_at_seq", new_name="item_appended_at_seq"),
        migrations.RenameIndex(
            model_name="itemticker", old_name="itemticker_gist", new_name="itemticker_similarity_key"
        ),
        migrations.AddField(
            model_name="item",
            name="first_appended_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(copy_first_appended_at, restore_appended_at),
        migrations.RunPython(raise_appended_at, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="item",
            name="first_appended_at",
            field=models.DateTimeField(help_text="When it was first appended to the log."),
        ),
        migrations.AlterField(
            model_name="item",
            name="appended_at",
            field=models.DateTimeField(
                help_text="When it was appended under this sequence number. Never decreases along the log."
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="is_historical",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Imported as old news: in totals and lists, but not announced and not in arrival rates.",
                verbose_name="historical",
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="is_undated",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="The source's date could not be read; the time of publication is the time of arrival.",
                verbose_name="undated",
            ),
        ),
        migrations.AlterField(
            model_name="itemticker",
            name="ticker",
            field=models.CharField(max_length=20),
        ),
        migrations.AddField(
            model_name="itemticker",
            name="is_historical",
            field=models.BooleanField(db_default=False, default=False, help_text="As in the item."),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["first_appended_at"], name="item_first_appended_at"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(condition=models.Q(("is_historical", False)), fields=["seq"], name="item_announced_seq"),
        ),
        migrations.AddIndex(
            model_name="itemticker",
            index=models.Index(
                condition=models.Q(("is_historical", False)),
                fields=["ticker", "seq"],
                name="itemticker_announced_seq",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="entries_undated",
            field=models.PositiveBigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="source",
            name="last_skipped",
            field=models.JSONField(
                blank=True,
                default=list,
                editable=False,
                help_text="The newest skipped entries, with time, title and reason.",
            ),
        ),
    ]

"""On the way back, remove the tokens that end: the schema before 0002 has no column for it, and they would never end.

A migration of its own, because PostgreSQL alters no table in the transaction in which rows of it were deleted.
"""

from typing import Any

from django.db import migrations


def remove_tokens_that_end(apps: Any, schema_editor: Any) -> None:
    apps.get_model("accounts", "Token").objects.filter(expires_at__isnull=False).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_configurations")]

    operations = [migrations.RunPython(migrations.RunPython.noop, remove_tokens_that_end, elidable=True)]

"""When migrating back, delete the tokens that expire: before 0002 they would become permanent.

This is a separate migration because PostgreSQL can't alter a table in a transaction that deleted rows of it.
"""

from typing import Any

from django.db import migrations


def delete_expiring_tokens(apps: Any, schema_editor: Any) -> None:
    apps.get_model("accounts", "Token").objects.filter(expires_at__isnull=False).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_configurations")]

    operations = [migrations.RunPython(migrations.RunPython.noop, delete_expiring_tokens, elidable=True)]

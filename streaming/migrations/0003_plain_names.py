"""Rename fields to the names that the code uses; tables keep theirs."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("streaming", "0002_server_processes"),
    ]

    operations = [
        # First the table's name, so that the model's new name leaves it as it is.
        migrations.AlterModelTable(name="relay", table="streaming_relay"),
        migrations.RenameModel(old_name="Relay", new_name="RelayLeader"),
        migrations.RenameField(model_name="relayleader", old_name="epoch", new_name="generation"),
        migrations.RenameField(model_name="edgechannel", old_name="form", new_name="include"),
        migrations.RenameField(model_name="edgechannel", old_name="asked_at", new_name="last_used_at"),
        migrations.RenameField(model_name="serverprocess", old_name="watched_until", new_name="details_until"),
        migrations.RenameField(model_name="serverprocess", old_name="to_end", new_name="close_requests"),
    ]

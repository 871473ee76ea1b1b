"""Rename fields to the names that the code uses; tables keep theirs."""

from django.db import migrations, models


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
        # Help texts only: no column changes.
        migrations.AlterField(
            model_name="edgechannel",
            name="include",
            field=models.CharField(blank=True, help_text="The `include` of its streams.", max_length=20),
        ),
        migrations.AlterField(
            model_name="edgechannel",
            name="last_used_at",
            field=models.DateTimeField(db_index=True, help_text="When a stream last used it."),
        ),
        migrations.AlterField(
            model_name="edgechannel",
            name="name",
            field=models.CharField(
                help_text="Of the GRIP channel that carries its items.", max_length=100, unique=True
            ),
        ),
        migrations.AlterField(
            model_name="relayleader",
            name="holder",
            field=models.CharField(
                blank=True, help_text="Id of the relay that publishes; empty for none.", max_length=32
            ),
        ),
        migrations.AlterField(
            model_name="relayleader",
            name="seq",
            field=models.PositiveBigIntegerField(
                default=0, help_text="The edge has every event of the log up to this seq."
            ),
        ),
        migrations.AlterField(
            model_name="serverprocess",
            name="close_requests",
            field=models.JSONField(default=list, help_text="Numbers of the streams that it must close."),
        ),
        migrations.AlterField(
            model_name="serverprocess",
            name="details_until",
            field=models.DateTimeField(
                help_text="The process lists its streams until then, by the database's clock.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="serverprocess",
            name="expires_at",
            field=models.DateTimeField(help_text="The process counts as alive until then, by the database's clock."),
        ),
        migrations.AlterField(
            model_name="serverprocess",
            name="streams",
            field=models.JSONField(help_text="Some of its open streams, while staff look at them.", null=True),
        ),
        migrations.AlterField(
            model_name="serverprocess",
            name="subscribers_behind",
            field=models.PositiveBigIntegerField(help_text="Largest lag, in events."),
        ),
    ]

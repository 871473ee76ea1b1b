"""Take the choices of Source.kind from the registered source kinds; help texts. The database does not change."""

import django.core.validators
import django.utils.timezone
from django.db import migrations, models

import news.source_kinds


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0008_plain_names"),
    ]

    operations = [
        migrations.AlterField(
            model_name="source",
            name="file_offsets",
            field=models.JSONField(
                blank=True,
                default=dict,
                editable=False,
                help_text="Inode and byte offset reached, by name of watched file.",
            ),
        ),
        migrations.AlterField(
            model_name="source",
            name="kind",
            field=models.CharField(choices=news.source_kinds.get_choices, default="feed", max_length=10),
        ),
        migrations.AlterField(
            model_name="source",
            name="next_poll_at",
            field=models.DateTimeField(
                db_index=True, default=django.utils.timezone.now, help_text="Time of the next poll."
            ),
        ),
        migrations.AlterField(
            model_name="source",
            name="path",
            field=models.CharField(
                blank=True,
                help_text="Full path of the file or folder that is watched, for kinds without URL.",
                max_length=1000,
            ),
        ),
        migrations.AlterField(
            model_name="source",
            name="url",
            field=models.URLField(
                blank=True,
                help_text="http or https address that is fetched. API keys are set in the environment, not in the URL.",
                max_length=2000,
                validators=[django.core.validators.URLValidator(schemes=["http", "https"])],
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("news", "0002_sources")]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=100)),
                ("external_id", models.CharField(blank=True, max_length=200, null=True)),
                (
                    "story",
                    models.CharField(help_text="As an item's; of the title in this report.", max_length=64),
                ),
                ("url", models.CharField(blank=True, max_length=2000)),
                ("published_at", models.DateTimeField(help_text="When this source published it.")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=models.deletion.CASCADE,
                        related_name="reports",
                        to="news.item",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("story", "source"), name="report_story_once_per_source"),
                    models.UniqueConstraint(
                        fields=("source", "external_id"), name="report_external_id_once_per_source"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="loghead",
            name="reports",
            field=models.PositiveBigIntegerField(default=0, help_text="Reports of stories already told, ever noted."),
        ),
        migrations.AddField(
            model_name="itemticker",
            name="gist",
            field=models.BigIntegerField(help_text="Day of publication and a hash of ticker and facts.", null=True),
        ),
        migrations.AddIndex(
            model_name="itemticker",
            index=models.Index(fields=["gist"], name="itemticker_gist"),
        ),
    ]

"""Let the index on the time of publication give the order of the page's list, also of items of one moment."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0022_shadow_scores"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="item", name="item_published_at"),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["published_at", "id"], name="item_published_at"),
        ),
    ]

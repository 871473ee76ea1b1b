"""Keep the filter of an edge channel as its query parameters, whatever filters there will be."""

from typing import Any

from django.db import migrations, models


def build_queries(apps: Any, schema_editor: Any) -> None:
    """Write `tickers` and `include` of each channel as query parameters."""
    for channel in apps.get_model("streaming", "EdgeChannel").objects.all():
        tickers = {"tickers": ",".join(channel.tickers)} if channel.tickers else {}
        channel.query = tickers | ({"include": channel.include} if channel.include else {})
        channel.save(update_fields=["query"])


def split_queries(apps: Any, schema_editor: Any) -> None:
    """The reverse of `build_queries`."""
    for channel in apps.get_model("streaming", "EdgeChannel").objects.all():
        channel.tickers = [ticker for ticker in channel.query.get("tickers", "").split(",") if ticker]
        channel.include = channel.query.get("include", "")
        channel.save(update_fields=["tickers", "include"])


class Migration(migrations.Migration):
    dependencies = [
        ("streaming", "0003_plain_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="edgechannel",
            name="query",
            field=models.JSONField(default=dict, help_text="The query parameters of the filter."),
        ),
        migrations.RunPython(build_queries, split_queries),
        migrations.RemoveField(model_name="edgechannel", name="tickers"),
        migrations.RemoveField(model_name="edgechannel", name="include"),
    ]

from typing import Any

import django.apps
from django.apps import AppConfig
from django.db.models.signals import post_migrate


def open_log(using: str, apps: Any = django.apps.apps, **options: Any) -> None:
    """Make sure that the log has its head; runs after `migrate` and after a test's flush."""
    # As of the migration reached: after a step back the table lacks what the model has, or is gone altogether.
    if "loghead" in apps.all_models["news"]:
        apps.get_model("news", "LogHead").objects.using(using).get_or_create(pk=1)


class NewsConfig(AppConfig):
    name = "news"

    def ready(self) -> None:
        from news.sources.registry import load_adapters  # needs the models, which are loaded by now

        load_adapters()
        post_migrate.connect(open_log, sender=self)

from typing import Any

import django.apps
from django.apps import AppConfig
from django.db.models.signals import post_migrate


def create_log_head(using: str, apps: Any = django.apps.apps, **options: Any) -> None:
    """Create the head of the log if it is missing. Runs after `migrate` and after a test's flush."""
    # With the models of the migration reached: after a backward migration the table may lack columns or be gone.
    if "loghead" in apps.all_models["news"]:
        apps.get_model("news", "LogHead").objects.using(using).get_or_create(pk=1)


def sync_instruments(using: str, apps: Any = django.apps.apps, plan: Any = None, **options: Any) -> None:
    """Load the shipped instruments if they are not those that were loaded. Runs after `migrate`.

    A flush, which has no plan, leaves their table empty: the shipped ones count then, without being loaded.
    """
    if plan is not None and "instrumentbook" in apps.all_models["news"]:
        from news.instruments.shipping import sync_after_migrate  # only here: it reads files

        sync_after_migrate(apps, using=using, verbosity=options.get("verbosity", 1))


class NewsConfig(AppConfig):
    name = "news"

    def ready(self) -> None:
        from news.sources.registry import load_adapters  # needs the models, which are loaded by now

        load_adapters()
        post_migrate.connect(create_log_head, sender=self)
        post_migrate.connect(sync_instruments, sender=self)

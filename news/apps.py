from typing import Any

import django.apps
from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

MIGRATION_CACHE_KILOBYTES = 256_000  # at most, of SQLite while it migrates


def enlarge_cache(using: str, **options: Any) -> None:
    """Let SQLite keep whole indexes in memory while it copies tables: its usual 2 MB are written again and again."""
    if connections[using].vendor == "sqlite":
        with connections[using].cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = -{MIGRATION_CACHE_KILOBYTES}")


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
        pre_migrate.connect(enlarge_cache, sender=self)
        post_migrate.connect(create_log_head, sender=self)
        post_migrate.connect(sync_instruments, sender=self)

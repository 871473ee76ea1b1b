from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def open_log(using: str, **options: Any) -> None:
    """Make sure that the log has its head; runs after `migrate` and after a test's flush."""
    from news.models import LogHead

    LogHead.objects.using(using).get_or_create(pk=1)


class NewsConfig(AppConfig):
    name = "news"

    def ready(self) -> None:
        post_migrate.connect(open_log, sender=self)

"""The app config of Django's admin with the site of `dashboard.admin_site`.

The modules of the admin are imported with the URLs: a command that serves no page starts without them.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app
from django.core import checks


def check_late_admin(app_configs: Sequence[Any] | None, **options: Any) -> list[checks.CheckMessage]:
    """Check the admin after its modules are imported: by itself, Django may do so before."""
    admin.autodiscover()
    messages: list[checks.CheckMessage] = check_admin_app(app_configs, **options)
    return messages


class SiteAdminConfig(SimpleAdminConfig):
    default_site = "dashboard.admin_site.SiteAdmin"

    def ready(self) -> None:
        super().ready()
        checks.register(check_late_admin, checks.Tags.admin)

"""The admin's site: its name, and its lists in groups, with the internals under Diagnostics."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest

from common.numbers import PLACEHOLDER

DIAGNOSTICS = "Diagnostics"
# Lists in order, as app label and model. What is in none of these groups is under Diagnostics.
GROUPS = {
    "News": (
        "news.Source",
        "news.Item",
        "news.Instrument",
        "news.Label",
        "news.WithdrawnItem",
        "news.ImportRun",
    ),
    "Access": (
        "accounts.Token",
        "auth.User",
        "auth.Group",
        "accounts.Configuration",
        "accounts.AnonymousSession",
    ),
}
# Where the name of the model is not what users know it by.
NAMES = {"accounts.Configuration": "Watchlists", "streaming.ServerProcess": "Open streams"}


class SiteAdmin(AdminSite):
    """Django's admin, grouped by what people do and not by app."""

    empty_value_display = PLACEHOLDER
    site_header = site_title = settings.SITE_NAME
    site_url = f"{settings.SITE_PREFIX}/"
    index_title = "Overview"
    index_template = "dashboard/admin_index.html"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the groups with the lists that the user may see; with a label, the lists of that app."""
        apps: list[Any] = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        models = {f"{app['app_label']}.{model['object_name']}": model for app in apps for model in app["models"]}
        groups = [
            _make_group(name, [_rename(key, models.pop(key)) for key in keys if key in models])
            for name, keys in GROUPS.items()
        ]
        groups.append(_make_group(DIAGNOSTICS, [_rename(key, model) for key, model in models.items()]))
        return [group for group in groups if group["models"]]


def _make_group(name: str, models: list[Any]) -> dict[str, Any]:
    """Return a group in the form of Django's list of apps."""
    return {
        "name": name,
        "app_label": name.lower(),
        "app_url": "",
        "has_module_perms": True,
        "models": models,
        "is_collapsed": name == DIAGNOSTICS,
    }


def _rename(key: str, model: dict[str, Any]) -> dict[str, Any]:
    return model | {"name": NAMES.get(key, model["name"])}

"""The template tag for the summary on the admin's home."""

from typing import Any

from django import template
from django.conf import settings

from common.numbers import PLACEHOLDER, format_share
from common.time import utc_now
from dashboard.admin_summary import (
    BAR_HEIGHT,
    MAX_SOURCES,
    get_intake,
    get_right_answers,
    get_shadow_comparison,
    list_sources,
)
from dashboard.setup_checks import check_setup
from streaming.cluster.registry import get_stats

register = template.Library()


@register.inclusion_tag("dashboard/admin_summary.html", takes_context=True)
def admin_summary(context: dict[str, Any]) -> dict[str, Any]:
    """Return what the user may view."""
    request = context["request"]
    user, now = request.user, utc_now()
    summary: dict[str, Any] = {"bar_height": BAR_HEIGHT, "request": request, "csrf_token": context.get("csrf_token")}
    if user.is_superuser:
        checks = check_setup(now=now)
        summary |= {"checks": checks, "attention": sum(check.state == "attention" for check in checks)}
    if user.has_perm("news.view_source"):
        rows = list_sources(now)
        summary |= {"sources": rows[:MAX_SOURCES], "has_more_sources": len(rows) > MAX_SOURCES}
        summary["can_change_source"] = user.has_perm("news.change_source")
        summary["can_add_source"] = user.has_perm("news.add_source")
    if user.has_perm("news.view_item"):
        summary["intake"] = get_intake(now)
    if user.has_perm("news.view_label"):
        summary["right_answers"] = get_right_answers()
    if user.has_perm("news.view_shadowscore"):
        summary |= {"shadow_analyzer": settings.SHADOW_ANALYZER, "shadow": get_shadow_comparison()}
    if user.has_perm("streaming.view_serverprocess"):
        summary["streams"] = get_stats()
    return summary


@register.filter
def percent_of(part: int, whole: int) -> str:
    """Return what part of a whole a number is, as whole percent."""
    return format_share(part / whole) if whole else PLACEHOLDER

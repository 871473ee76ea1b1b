"""The overview on the admin's first screen, of what its reader may see."""

from typing import Any

from django import template

from common.time import utc_now
from dashboard.admin_summary import BAR_HEIGHT, MAX_TROUBLES, count_sources, find_problems, get_intake
from streaming.cluster.registry import get_stats

register = template.Library()


@register.inclusion_tag("dashboard/overview.html", takes_context=True)
def overview(context: dict[str, Any]) -> dict[str, Any]:
    """Read the figures that the request's user may see."""
    user, now = context["request"].user, utc_now()
    shown: dict[str, Any] = {"bar_height": BAR_HEIGHT}
    if user.has_perm("news.view_item"):
        shown["intake"] = get_intake(now)
    if user.has_perm("news.view_source"):
        troubles = find_problems(now)
        shown |= {"sources": count_sources(), "troubles": troubles[:MAX_TROUBLES]}
        shown["has_more_troubles"] = len(troubles) > MAX_TROUBLES
    if user.has_perm("streaming.view_serverprocess"):
        shown["streams"] = get_stats()
    return shown

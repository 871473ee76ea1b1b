"""The template tag for the summary on the admin's index page."""

from typing import Any

from django import template

from common.time import utc_now
from dashboard.admin_summary import BAR_HEIGHT, MAX_PROBLEMS, count_sources, find_problems, get_intake
from news.labels.quality import count_right
from streaming.cluster.registry import get_stats

register = template.Library()


@register.inclusion_tag("dashboard/admin_summary.html", takes_context=True)
def admin_summary(context: dict[str, Any]) -> dict[str, Any]:
    """Return the statistics that the user may view."""
    user, now = context["request"].user, utc_now()
    summary: dict[str, Any] = {"bar_height": BAR_HEIGHT}
    if user.has_perm("news.view_item"):
        summary["intake"] = get_intake(now)
    if user.has_perm("news.view_source"):
        problems = find_problems(now)
        summary |= {"sources": count_sources(), "problems": problems[:MAX_PROBLEMS]}
        summary["has_more_problems"] = len(problems) > MAX_PROBLEMS
    if user.has_perm("news.view_label"):
        summary["right_answers"] = count_right()
    if user.has_perm("streaming.view_serverprocess"):
        summary["streams"] = get_stats()
    return summary

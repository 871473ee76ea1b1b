"""Template filters of the admin: times for the reader's zone."""

from datetime import datetime

from django import template
from django.utils.safestring import SafeString

from common.admin_columns import render_time

register = template.Library()


@register.filter
def admin_time(time: datetime | None) -> SafeString | str:
    """Return a time as HTML."""
    return render_time(time)

"""Template filters of the admin: times for the reader's zone, shares and sentiments as on the page."""

from datetime import datetime

from django import template
from django.utils.safestring import SafeString

from common.admin_columns import render_time
from common.numbers import format_share
from news.admin.sentiment_cells import render_sentiment

register = template.Library()


@register.filter
def admin_time(time: datetime | None) -> SafeString | str:
    """Return a time as HTML."""
    return render_time(time)


@register.filter
def percent(share: float) -> str:
    """Return a share, 0..1, in percent."""
    return format_share(share)


@register.filter
def sentiment(name: str, score: float | None = None) -> SafeString:
    """Return a sentiment as mark and word, with the confidence if it is given."""
    return render_sentiment(name, score)

"""A row of a headline, which is rendered once and not again with each page: a new headline changes no other row."""

from typing import Any

import orjson
from django.conf import settings
from django.template import Library
from django.template.context import RequestContext
from django.template.loader import get_template
from django.utils.safestring import SafeString

from common.kept_answers import Answer, BoundedCache

KEPT_BYTES = 8_000_000
TEMPLATE = "dashboard/item_row.html"

register = Library()
_kept = BoundedCache[Answer](max_bytes=KEPT_BYTES)


@register.simple_tag(takes_context=True)
def item_row(context: RequestContext, row: dict[str, Any]) -> SafeString:
    """Return the row of a headline. Its values decide it, and the query of the page, which is in its links."""
    request = context["request"]
    values = {name: value for name, value in row.items() if name != "day"}  # which is above the row

    def render() -> Answer:
        return Answer((get_template(TEMPLATE).render({"row": values}, request).encode(),))

    if settings.DEBUG:  # the template may change
        return SafeString(render().parts[0].decode())
    key = (request.META.get("QUERY_STRING", ""), orjson.dumps(values))
    return SafeString(_kept.get(key, render).parts[0].decode())

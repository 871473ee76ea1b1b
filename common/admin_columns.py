"""Columns of the admin: times for the reader's zone, and rounded numbers."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.numbers import PLACEHOLDER, format_number

Column = Any  # a function of a row; the type stubs of the admin know names of fields only


def render_time(time: datetime | None, *, is_relative: bool = False) -> SafeString | str:
    """Return a time as HTML: in UTC, which a script of the admin replaces by the reader's zone.

    is_relative: whether the script shows a time of the last day by its age, such as 5 minutes ago.
    """
    if time is None:
        return PLACEHOLDER
    time = time.astimezone(UTC)
    return format_html(
        '<time datetime="{}"{}>{} UTC</time>',
        time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        SafeString(' data-relative=""' if is_relative else ""),
        time.strftime("%Y-%m-%d %H:%M"),
    )


def time_column(field: str, *, name: str = "", is_relative: bool = False) -> Column:
    """Return a column, or a field that is only shown, with the time that a row has in `field`."""

    @admin.display(description=name or field.removesuffix("_at").replace("_", " "), ordering=field)
    def show(row: Any) -> Any:
        return render_time(getattr(row, field), is_relative=is_relative)

    show.__name__ = field
    return show


def number_column(field: str, *, name: str = "", digits: int = 2) -> Column:
    """Return a column with the number that a row has in `field`, rounded."""

    @admin.display(description=name or field.replace("_", " "), ordering=field)
    def show(row: Any) -> str:
        return format_number(getattr(row, field), digits=digits)

    show.__name__ = field
    return show

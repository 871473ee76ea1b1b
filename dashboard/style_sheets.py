"""Which style sheets and scripts the page loads. Pages with one panel have simple_styles.html."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static

STATIC = Path(__file__).parent / "static" / "dashboard"
NAMES = (
    *("tokens", "base", "controls", "top", "list", "rows", "chips", "detail", "panels", "side_lists", "chart", "menus"),
    *("layout", "widths", "narrow", "phone", "phone_rows", "sheet"),
)
STYLE_SHEETS = [f"dashboard/css/{name}.css" for name in NAMES]  # in the order of the cascade
# Preloaded, so that the browser fetches them in parallel and not one after the other as each is imported.
MODULES = sorted(
    f"dashboard/{path.relative_to(STATIC).as_posix()}"
    for path in (STATIC / "config.js", *(STATIC / "data").glob("*.js"), *(STATIC / "ui").glob("*.js"))
)


def list_style_sheets() -> list[str]:
    """Return the addresses of the style sheets."""
    return _list_addresses(tuple(STYLE_SHEETS), settings.STATIC_URL, settings.DEBUG)


def list_modules() -> list[str]:
    """Return the addresses of the scripts to preload."""
    return _list_addresses(tuple(MODULES), settings.STATIC_URL, settings.DEBUG)


@lru_cache(maxsize=8)
def _list_addresses(names: Sequence[str], static_url: str, is_debug: bool) -> list[str]:
    """Return the addresses of files; they depend on these settings and on the version, which does not change."""
    return [static(name) for name in names]

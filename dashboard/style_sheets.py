"""Which style sheets and scripts the page loads. Pages with one panel have simple_styles.html."""

from pathlib import Path

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

"""Which style sheets and scripts the pages load. Templates take them from here, so that each is named once."""

from pathlib import Path

STATIC = Path(__file__).parent / "static" / "dashboard"
BASE = ("tokens", "base", "controls", "top")
PARTS = (
    *("list", "rows", "chips", "detail", "panels", "side_lists", "chart", "menus"),
    *("layout", "widths", "phone", "phone_rows", "sheet"),
)
STYLE_SHEETS = {
    "page": [f"dashboard/css/{name}.css" for name in (*BASE, *PARTS)],
    "simple": [f"dashboard/css/{name}.css" for name in (*BASE, "simple")],
}
# Preloaded, so that the browser fetches them in parallel and not one after the other as each is imported.
MODULES = sorted(
    f"dashboard/{path.relative_to(STATIC).as_posix()}"
    for path in (STATIC / "config.js", *(STATIC / "data").glob("*.js"), *(STATIC / "ui").glob("*.js"))
)

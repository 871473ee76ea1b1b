"""Take the README's picture of a running site: `.venv/bin/python scripts/screenshot.py [URL]`, by default port 8000.

Waits until the page is connected and shows a full table; refuses a picture larger than a README should load.
"""

import sys
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
PICTURE = Path(__file__).resolve().parent.parent / "docs" / "screenshot.png"
MAX_BYTES = 200_000
WAIT_MS = 60_000


def take(url: str, picture: Path) -> None:
    """Write a PNG of the page at `url` to `picture`."""
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]) as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        page.goto(url)
        expect(page.locator("#status-text")).to_have_text("Connected", timeout=WAIT_MS)
        expect(page.locator("#items-tbody tr")).to_have_count(20, timeout=WAIT_MS)
        page.screenshot(path=picture)


def main() -> None:
    """Take the picture. Errors: exits with 1 when it is too large."""
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000/"
    take(url, PICTURE)
    size = PICTURE.stat().st_size
    if size > MAX_BYTES:
        sys.exit(f"{PICTURE}: {size:,} bytes, more than {MAX_BYTES:,}; make the viewport smaller.")
    print(f"{PICTURE}: {size:,} bytes")


if __name__ == "__main__":
    main()

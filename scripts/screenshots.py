"""Take the pictures of the docs: `.venv/bin/python scripts/screenshots.py` writes docs/screenshots/*.png.

A server of its own shows fictional headlines as if they had come over the last two hours. Refuses a picture larger than
a page of documentation should load.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from unittest import mock

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
MAX_BYTES = 200_000
MINUTES = 118
HASTE = "window.CONFIG = { SSE_RECONNECT_DELAY: 50, METRICS_POLL_INTERVAL: 1000 };"
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def write_past(minutes: int = MINUTES) -> None:
    """Append made-up headlines as if each minute up to now had brought some."""
    import django

    django.setup()
    from common.time import utc_now
    from news.ingest.pipeline import ingest_records
    from news.sources.sample.generator import NAME, sample_headlines

    random = Random(7)
    headlines = sample_headlines(random)
    for minute in range(minutes, -1, -1):
        moment = utc_now() - timedelta(minutes=minute)
        records = [
            {**next(headlines), "published_at": moment.isoformat(), "source": NAME} for _ in range(random.randint(3, 9))
        ]
        with mock.patch("news.ingest.pipeline.utc_now", lambda at=moment: at):
            ingest_records(records, source=NAME)


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve the database in `folder`, and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(port)], cwd=folder)
    try:
        url = f"http://127.0.0.1:{port}/"
        wait_for(url)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(url: str, *, seconds: float = 30) -> None:
    """Return when the server answers. Errors: TimeoutError when it does not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{url}: no answer within {seconds} s; see what the server says above.")


def take(
    browser: Browser,
    url: str,
    name: str,
    *,
    status: str = "Connected",
    size: dict[str, int] = DESK,
    scheme: str = "light",
    has_items: bool = True,
) -> None:
    """Write a picture of the page once it is in the state asked for."""
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    if status == "Polling":
        page.add_init_script(HASTE)
        page.route("**/api/v2/stream?*", lambda route: route.abort())
    page.goto(url)
    expect(page.locator("#status-text")).to_have_text(status, timeout=20_000)
    if has_items:
        expect(page.locator("#items-tbody tr")).to_have_count(20)
        expect(page.locator("#tag-chart .average").first).not_to_be_empty()
    write(page, PICTURES / f"{name}.png")
    context.close()


def write(page: Page, picture: Path) -> None:
    """Write what the page shows. Errors: exits with 1 when that is too large."""
    page.screenshot(path=picture)
    size = picture.stat().st_size
    if size > MAX_BYTES:
        sys.exit(f"{picture}: {size:,} bytes, more than {MAX_BYTES:,}; make its viewport smaller.")
    print(f"{picture.relative_to(ROOT)}: {size:,} bytes")


def main() -> None:
    """Take all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as name,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]) as browser,
    ):
        folder = Path(name)
        os.environ |= {"DATABASE_URL": f"sqlite:///{folder}/site.sqlite3", "SAMPLE_FEED": "0"}
        os.environ |= {"DJANGO_SETTINGS_MODULE": "sentiment_site.settings", "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, str(ROOT / "manage.py"), "migrate", "-v0"], check=True)
        with serve(folder) as url:
            take(browser, url, "empty", has_items=False)
            # In a process of its own: Django refuses to be used beside Playwright's event loop.
            subprocess.run([sys.executable, __file__, "--write-past"], check=True)
            take(browser, url, "light")
            take(browser, url, "dark", scheme="dark")
            take(browser, url, "phone", size=PHONE)
            take(browser, f"{url}?tickers=QUILEN,ZORVA,TESSIQ", "polling", status="Polling")


if __name__ == "__main__":
    if "--write-past" in sys.argv:
        sys.path.insert(0, str(ROOT))
        write_past()
    else:
        main()

"""Take pictures of the admin: `python -m scripts.admin_screenshots` writes docs/screenshots/admin.png.

With a folder, it writes home with the set-up closed and open, sources, a failing one, one with skipped entries, the
check of one, headlines, a headline and labels there, at five sizes in both themes. A server of its own shows fictional
sources and headlines.
"""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from scripts.screenshots import CHROMIUM, PICTURES, ROOT, check_size, serve

SIZES = {"1440x900": (1440, 900), "1280x720": (1280, 720), "2560x1440": (2560, 1440), "768x1024": (768, 1024)}
SIZES["390x844"] = (390, 844)
PAGES = {"home": "", "sources": "news/source/", "headlines": "news/item/", "headline": "news/item/20/change/"}
PAGES |= {"source-failing": "news/source/3/change/", "source-skipped": "news/source/2/change/", "labels": "news/label/"}
USER, PASSWORD = "ann", "correct horse battery"
# The state of fictional sources: what polls of the last day would have left.
SOURCES = f"""
import json
from datetime import timedelta
from random import Random
from django.contrib.auth.models import User
from django.utils import timezone
from news.ingest.pipeline import ingest_records
from news.labels.store import set_label
from news.models import Item, Sentiment, Source
from news.sources.sample.generator import sample_headlines

random, now = Random(7), timezone.now()
User.objects.create_superuser({USER!r}, password={PASSWORD!r})
headlines = sample_headlines(random)
records = [{{**next(headlines), "published_at": (now - timedelta(minutes=21 * n)).isoformat()}} for n in range(120)]
for name, first in (("Harbour Wire", 0), ("Meridian Markets", 40), ("Ledger Daily", 80)):
    ingest_records(records[first : first + 40], source=name)
for item in Item.objects.all()[:20]:
    set_label(item.item_id, item.sentiment if random.random() < 0.8 else Sentiment.NEUTRAL, author={USER!r})
hour = int(now.timestamp()) // 3600 * 3600
hours = lambda most: [[hour - 3600 * ago, random.randint(0, most)] for ago in range(24, -1, -1)]
state = {{"last_polled_at": now - timedelta(minutes=2), "next_poll_at": now + timedelta(minutes=3)}}
skipped = [{{"time": now.isoformat(), "title": "Win a holiday", "reason": "title='': is empty."}}]
url = "http://127.0.0.1:{{port}}/feed.xml"
Source.objects.create(name="Harbour Wire", url=url, items_created=812, items_by_hour=hours(9),
    last_item_at=now - timedelta(minutes=7), **state)
Source.objects.create(name="Meridian Markets", url=url + "?2", items_created=344, entries_skipped=41,
    items_by_hour=hours(3), last_item_at=now - timedelta(hours=2), last_skipped=skipped, **state)
Source.objects.create(name="Ledger Daily", url="https://ledger.example/rss", consecutive_failures=7, items_created=93,
    last_error="ledger.example: 403 Forbidden; ask the publisher, or remove the source.",
    last_item_at=now - timedelta(days=9), **state)
Source.objects.create(name="Quarry Report", url="https://quarry.example/rss", is_enabled=False)
"""
FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Harbour Wire</title>
<item><title>Quilen profit surges to a record</title><link>https://harbour.example/1</link></item>
<item><title>Zorva shares plunge after a fraud probe</title><link>https://harbour.example/2</link></item>
<item><title>Fed keeps rates unchanged</title><link>https://harbour.example/3</link><pubDate>soon</pubDate></item>
<item><description>A text without a title</description></item></channel></rss>"""


@contextmanager
def serve_feed(folder: Path) -> Iterator[int]:
    """Serve a feed on the loopback address, and yield the port."""
    (folder / "feed.xml").write_text(FEED, encoding="utf-8")
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def sign_in(page: Page, url: str) -> None:
    """Sign in, and show the admin's home."""
    page.goto(f"{url}admin/login/?next=/admin/")
    page.fill("#id_username", USER)
    page.fill("#id_password", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_selector(".admin-sources")


def take_all(page: Page, url: str, folder: Path, prefix: str) -> None:
    """Write a picture of each page."""
    for name, path in PAGES.items():
        page.goto(f"{url}admin/{path}")
        page.wait_for_selector("time[title]")
        page.screenshot(path=folder / f"{prefix}-{name}.png", full_page=name != "headlines")
    page.goto(f"{url}admin/")
    page.click(".setup:not([open]) > summary")
    page.screenshot(path=folder / f"{prefix}-setup.png", full_page=True)
    page.get_by_role("button", name="Check Harbour Wire").click()
    page.wait_for_selector("#source-check")
    page.screenshot(path=folder / f"{prefix}-check.png", full_page=True)


def main() -> None:
    """Take the picture of the docs, or all pictures into a folder."""
    pictures = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None
    with (
        tempfile.TemporaryDirectory() as name,
        serve_feed(Path(name)) as feed_port,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]) as browser,
    ):
        os.environ |= {"DATABASE_URL": f"sqlite:///{name}/site.sqlite3", "SAMPLE_FEED": "0"}
        os.environ |= {"SOURCE_ALLOWED_NETWORKS": "127.0.0.0/8", "PYTHONPATH": str(ROOT)}
        manage = [sys.executable, str(ROOT / "manage.py")]
        subprocess.run([*manage, "migrate", "-v0"], check=True)
        subprocess.run([*manage, "shell", "-v0", "-c", SOURCES.replace("{port}", str(feed_port))], check=True)
        with serve(Path(name)) as url:
            if pictures is None:
                page = browser.new_page(viewport={"width": 1280, "height": 720}, locale="en-GB")
                sign_in(page, url)
                page.screenshot(path=PICTURES / "admin.png")
                check_size(PICTURES / "admin.png")
                return
            pictures.mkdir(parents=True, exist_ok=True)
            for size, (width, height) in SIZES.items():
                for scheme in ("light", "dark"):
                    page = browser.new_page(
                        viewport={"width": width, "height": height}, color_scheme=scheme, locale="en-GB"
                    )
                    sign_in(page, url)
                    take_all(page, url, pictures, f"{size}-{scheme}")
                    page.context.close()


if __name__ == "__main__":
    main()

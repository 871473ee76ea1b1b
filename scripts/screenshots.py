"""Take pictures of the page: `.venv/bin/python scripts/screenshots.py` writes those of the docs to docs/screenshots/.

`--all FOLDER` writes every state at every size, light and dark, to look at after a change of the layout; `--states a,b`
and `--sizes 1440,390` choose some of them. A server of its own shows fictional headlines as if they had come over the
last ten days. Rejects a picture for the docs that is larger than a page of documentation should load.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from unittest import mock

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
MAX_BYTES = 300_000
DAYS = 10
HEADLINES = 1_200
SOURCES = ("Wire Desk", "Morning Ledger", "Harbour Post", "PR Circuit", "Commodity Day", "Bank Watch", "Chip Letter")
HASTE = "window.CONFIG = { SSE_RECONNECT_DELAY: 50, METRICS_POLL_INTERVAL: 1000 };"
USER = "editor"
PASSWORD = "a password for pictures"  # noqa: S105 - of a database that is deleted
SIZES = {1440: 900, 1280: 720, 2560: 1440, 768: 1024, 390: 844}
ROWS = "#items-tbody tr[data-item-id]"
STEP_TIMEOUT = 15_000  # ms, for any one step in the browser: a run has some 200 pictures

Prepare = Callable[[Page], None]


@dataclass(frozen=True)
class State:
    """What a picture shows: the address, what is done there, the status, and who is signed in."""

    name: str
    path: str = ""
    prepare: Prepare = lambda page: None
    status: str | None = "Connected"
    is_staff: bool = False
    has_items: bool = True


# --- What stands in the database


def write_history() -> None:
    """Append made-up headlines as if they had come over the last days, fewer at night."""
    import django

    django.setup()
    from common.time import utc_now
    from news.ingest.pipeline import ingest_records
    from news.sources.sample.generator import sample_headlines

    random = Random(7)
    headlines = sample_headlines(random)
    moments = sorted((random.uniform(0, DAYS * 86_400) for _ in range(HEADLINES)), reverse=True)
    for seconds in moments:
        published = utc_now() - timedelta(seconds=seconds)
        if 1 <= published.hour <= 4 and random.random() < 0.9:
            continue
        delay = timedelta(seconds=random.randint(3, 50), minutes=100 if random.random() < 0.02 else 0)
        arrival = min(published + delay, utc_now())
        record = {"title": next(headlines)["title"], "published_at": published.isoformat()}
        with mock.patch("news.ingest.locking.utc_now", lambda at=arrival: at):
            ingest_records([record], source=random.choice(SOURCES))


def write_samples() -> None:
    """Append sample headlines of the last two hours, and name the companies in them."""
    import django

    django.setup()
    from common.time import utc_now
    from news.dedup.headline import Headline
    from news.ingest.pipeline import ingest
    from news.models import Instrument
    from news.sources.sample import generator

    existing = set(Instrument.objects.values_list("symbol", flat=True))
    Instrument.objects.bulk_create(
        Instrument(symbol=company.ticker, name=company.name, kind="company")
        for company in generator.COMPANIES
        if company.ticker not in existing
    )
    random = Random(5)
    headlines = generator.sample_headlines(random)
    for minute in range(118, -1, -2):
        moment = utc_now() - timedelta(minutes=minute)
        with mock.patch("news.ingest.locking.utc_now", lambda at=moment: at):
            record = next(headlines)
            tickers = tuple(record["tickers"])
            ingest([Headline(record["title"], tickers, generator.NAME, moment, is_sample=True)])


def write_sources() -> None:
    """Add the sources whose headlines are shown, as if each had been polled just now; the next polls are far away."""
    import django

    django.setup()
    from common.time import utc_now
    from news.models import Item, Source

    now = utc_now()
    for name in SOURCES:
        own = Item.objects.filter(source=name)
        newest = own.order_by("-published_at").first()
        Source.objects.create(
            name=name,
            url=f"https://{name.lower().replace(' ', '-')}.example/feed.xml",
            last_polled_at=now,
            next_poll_at=now + timedelta(days=1),
            last_item_at=newest.first_appended_at if newest else None,
            items_created=own.count(),
        )


def write_user() -> None:
    """Add a member of staff who may do everything."""
    import django

    django.setup()
    from django.contrib.auth.models import User

    User.objects.create_superuser(USER, password=PASSWORD)


# --- States of the page


def open_detail(page: Page) -> None:
    """Open the first headline that is about several instruments."""
    row = page.locator(f"{ROWS}:is(:has(.who .chip + .chip), :has(.more:not([hidden])))").first
    row.locator(".title").click()
    expect(page.locator(".detail .evidence li").first).to_be_visible()


def load_older(page: Page) -> None:
    """Scroll down until headlines of an earlier day have been loaded."""
    for _ in range(12):
        page.locator(ROWS).last.scroll_into_view_if_needed()
        page.wait_for_timeout(200)


def create_watchlist(page: Page) -> None:
    """Save a watchlist of the instruments that are mentioned most, seen last a while ago."""
    tickers = page.locator("#tag-chart li").evaluate_all("rows => rows.slice(0, 4).map(row => row.dataset.ticker)")
    page.locator("#new-watchlist").click()
    page.locator("#watchlist-name").fill("Portfolio")
    page.locator("#watchlist-tickers").fill(", ".join(tickers))
    page.locator("#watchlist-form [type=submit]").click()
    expect(page.locator("#members-title")).to_have_text("Portfolio")
    page.evaluate(
        """() => {
            for (const key of Object.keys(localStorage).filter((name) => name.startsWith("sentiment-visit:")))
                localStorage[key] = String(Date.now() - 6 * 3600e3);
        }"""
    )
    page.reload()
    expect(page.locator("#members-title")).to_have_text("Portfolio")


def show_watchlists(page: Page) -> None:
    """Return from a watchlist to all news, where wide screens have a panel of all watchlists."""
    create_watchlist(page)
    page.locator("#all-news").click()
    expect(page.locator("#members")).to_be_hidden()


def compare(page: Page) -> None:
    """Add lines of two instruments to the chart."""
    for row in (0, 1):
        button = page.locator("#tag-chart .compare").nth(row)
        if button.is_visible():
            button.click()


def open_more(page: Page) -> None:
    """Open what phones have behind More."""
    button = page.locator(".dock [popovertarget=more]")
    if button.is_visible():
        button.click()


def check_address(page: Page) -> None:
    """Check an address that is rejected, beside one that is none."""
    page.get_by_label("Any other feed").fill("http://127.0.0.1/feed.xml example")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#result .problem").first).to_be_visible()


def go_offline(page: Page) -> None:
    """Take the network away."""
    page.context.set_offline(True)
    expect(page.locator("#status-text")).to_have_text("Offline")


def open_sheet(page: Page) -> None:
    """Open the filters, which are a sheet on phones."""
    button = page.locator(".dock [data-action=filter]")
    if button.is_visible():
        button.click()


def search_instrument(page: Page) -> None:
    """Type the beginning of a name."""
    button = page.locator(".dock [data-action=find]")
    if button.is_visible():
        button.click()
    page.locator("#filter-tickers").press_sequentially("solv")
    expect(page.locator("[role=option]").first).to_be_visible()


def show_first_source(page: Page) -> None:
    """Open the first source in the admin."""
    page.locator("#result_list tbody a").first.click()


def show_first_item(page: Page) -> None:
    """Open the first headline in the admin."""
    page.locator("#result_list tbody a").first.click()


BEFORE = [State("first-visit", has_items=False)]
SAMPLES = [State("samples"), State("add-news", "sources/add", status=None, is_staff=True, has_items=False)]
LIVE = [
    State("news"),
    State("week", "?period=7d"),
    State("detail", prepare=open_detail),
    State("detail-staff", prepare=open_detail, is_staff=True),
    State("filtered", "?sentiment=negative&source=Wire+Desk&period=7d", open_sheet),
    State("search", prepare=search_instrument),
    State("older", "?period=30d", load_older),
    State("watchlist", prepare=create_watchlist),
    State("watchlists", prepare=show_watchlists),
    State("compare", prepare=compare),
    State("more", prepare=open_more),
    State("add-news-check", "sources/add", check_address, status=None, is_staff=True, has_items=False),
    State("offline", prepare=go_offline, status=None),
    State("polling", "?tickers=QUILEN,ZORVA,TESSIQ", status="Polling"),
    State("empty", "?q=nothing", has_items=False),
    State("unknown", "?tickers=SOLVANTIQ", has_items=False),
    State("about", "about-scores", status=None, has_items=False),
    State("404", "no-such-page", status=None, has_items=False),
    State("sign-in", "accounts/login/", status=None, has_items=False),
    State("admin", "admin/", status=None, is_staff=True, has_items=False),
    State("admin-sources", "admin/news/source/", status=None, is_staff=True, has_items=False),
    State("admin-source", "admin/news/source/", show_first_source, status=None, is_staff=True, has_items=False),
    State("admin-item", "admin/news/item/", show_first_item, status=None, is_staff=True, has_items=False),
]
# The pictures of the docs: the state, its size and theme.
DOCS = {
    "light": ("news", 1440, "light"),
    "dark": ("detail", 1440, "dark"),
    "watchlist": ("watchlist", 1440, "light"),
    "polling": ("polling", 1280, "light"),
    "phone": ("news", 390, "light"),
    "empty": ("first-visit", 1280, "light"),
    "admin": ("admin", 1280, "light"),
}


class Camera:
    """Takes pictures of the pages of a server with a browser."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url

    def take(self, state: State, path: Path, *, width: int, scheme: str) -> None:
        """Write a picture of a state."""
        context = self.browser.new_context(
            viewport={"width": width, "height": SIZES[width]},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(STEP_TIMEOUT)
        try:
            page = self._open(context, state)
            state.prepare(page)
            page.wait_for_timeout(600)  # until what was loaded is drawn
            page.screenshot(path=path)
        finally:
            context.close()

    def _open(self, context: BrowserContext, state: State) -> Page:
        if state.is_staff:
            self._sign_in(context)
        page = context.new_page()
        if state.status == "Polling":
            page.add_init_script(HASTE)
            page.route("**/api/v2/stream?*", lambda route: route.abort())
        page.goto(self.url + state.path)
        if state.status:
            expect(page.locator("#status-text")).to_have_text(state.status, timeout=20_000)
        if state.has_items:
            expect(page.locator(ROWS).first).to_be_visible(timeout=20_000)
            expect(page.locator("#tag-chart .average").first).not_to_be_empty(timeout=20_000)
        return page

    def _sign_in(self, context: BrowserContext) -> None:
        page = context.new_page()
        page.goto(f"{self.url}accounts/login/")
        page.fill("[name=username]", USER)
        page.fill("[name=password]", PASSWORD)
        page.click("[type=submit]")
        page.close()


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


def run_step(name: str) -> None:
    """Run one of STEPS in a process of its own: Django can't be used beside Playwright's event loop."""
    subprocess.run([sys.executable, __file__, "--step", name], check=True)


def take_all(camera: Camera, states: Sequence[State], options: argparse.Namespace) -> None:
    """Write the pictures that the options ask for of some states."""
    for state in states:
        for name, (of_state, width, scheme) in DOCS.items():
            if options.all is None and of_state == state.name:
                take_for_docs(camera, state, PICTURES / f"{name}.png", width, scheme)
        if options.all is not None and (not options.states or state.name in options.states.split(",")):
            for width in map(int, options.sizes.split(",")):
                for scheme in options.schemes.split(","):
                    path = options.all / f"{state.name}-{width}-{scheme}.png"
                    try:
                        camera.take(state, path, width=width, scheme=scheme)
                    except Exception as error:  # the others are worth having
                        print(f"{path.name}: {str(error)[:300]}")


def take_for_docs(camera: Camera, state: State, path: Path, width: int, scheme: str) -> None:
    """Write a picture of the docs. Errors: exits with 1 when it is too large."""
    camera.take(state, path, width=width, scheme=scheme)
    check_size(path)


def check_size(path: Path) -> None:
    """Print the size of a picture of the docs. Errors: exits with 1 when it is too large."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        sys.exit(f"{path}: {size:,} bytes, more than {MAX_BYTES:,}; make its viewport smaller.")
    print(f"{path.relative_to(ROOT)}: {size:,} bytes")


STEPS = {"samples": write_samples, "history": write_history, "sources": write_sources, "user": write_user}


def parse_options() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--all", type=Path, help="folder for all states, sizes and themes")
    parser.add_argument("--states", default="", help="names of states, with --all")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="widths, with --all")
    parser.add_argument("--schemes", default="light,dark", help="themes, with --all")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Take the pictures."""
    options = parse_options()
    if options.step:
        sys.path.insert(0, str(ROOT))
        STEPS[options.step]()
        return
    (options.all or PICTURES).mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as name,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]) as browser,
    ):
        folder = Path(name)
        os.environ |= {"DATABASE_URL": f"sqlite:///{folder}/site.sqlite3", "SAMPLE_FEED": "0"}
        os.environ |= {"DJANGO_SETTINGS_MODULE": "sentiment_site.settings", "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, str(ROOT / "manage.py"), "migrate", "-v0"], check=True)
        run_step("user")
        with serve(folder) as url:
            camera = Camera(browser, url)
            take_all(camera, BEFORE, options)
            run_step("samples")
            take_all(camera, SAMPLES, options)
            subprocess.run([sys.executable, str(ROOT / "manage.py"), "prune", "--samples"], check=True)
            run_step("history")
            run_step("sources")
            take_all(camera, LIVE, options)


if __name__ == "__main__":
    main()

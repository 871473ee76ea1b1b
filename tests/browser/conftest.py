"""Fixtures for tests in a real browser: the system's Chromium, nothing is downloaded."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.helpers.dashboard import CHROMIUM, CHROMIUM_ARGUMENTS, RECORD_STATUSES, Dashboard, open_tab
from tests.helpers.server import Server

expect.set_options(timeout=60_000)  # ms; a busy machine needs more than Playwright's 5 s


# Package scope: while Playwright runs, its event loop prevents others from running in the same thread.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return a running Chromium."""
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS) as chromium,
    ):
        yield chromium


@pytest.fixture
def open_dashboard(browser: Browser) -> Iterator[Callable[..., Dashboard]]:
    """Return a function that opens a server's page with `config` as its `CONFIG`; other options are Playwright's."""
    contexts: list[BrowserContext] = []

    def open_page(
        server: Server,
        path: str = "/",
        *,
        config: dict[str, int] | None = None,
        host: str = "127.0.0.1",
        **options: Any,
    ) -> Dashboard:
        context = browser.new_context(**options)
        contexts.append(context)
        context.add_init_script(f"window.CONFIG = {json.dumps(config or {})};")
        context.add_init_script(RECORD_STATUSES)
        return open_tab(context, server, path, host=host)

    yield open_page
    for context in contexts:
        context.close()

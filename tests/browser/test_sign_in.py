"""The page that users sign in with, at the sizes of a phone and a desk."""

from collections.abc import Callable

from playwright.sync_api import Browser

from tests.conftest import Server

SIZES = ({"width": 390, "height": 844}, {"width": 1280, "height": 900}, {"width": 2560, "height": 1440})
# How far what stands in the panel reaches beyond its edges.
OVERFLOW = """() => {
  const panel = document.querySelector("main").getBoundingClientRect();
  const parts = [...document.querySelectorAll("main *:not([type=hidden])")].map((part) => part.getBoundingClientRect());
  return Math.max(...parts.flatMap((part) => [panel.left - part.left, part.right - panel.right, panel.top - part.top]));
}"""


def test_the_form_lies_in_its_panel_at_every_size(browser: Browser, start_server: Callable[..., Server]) -> None:
    server = start_server()
    page = browser.new_page()
    page.goto(f"{server.url}/accounts/login/")
    for step in ("empty", "refused"):
        if step == "refused":
            page.fill("#id_username", "nobody")
            page.fill("#id_password", "nothing")
            page.click("[type=submit]")
        for size in SIZES:
            page.set_viewport_size(size)

            assert page.evaluate(OVERFLOW) <= 0, (step, size)
    page.close()

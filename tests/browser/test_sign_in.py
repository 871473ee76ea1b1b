"""The sign-in page at phone and desktop sizes."""

from collections.abc import Callable

from playwright.sync_api import Browser

from tests.helpers.server import Server

SIZES = ({"width": 390, "height": 844}, {"width": 1280, "height": 900}, {"width": 2560, "height": 1440})
# Return how many pixels the panel's contents extend beyond its edges.
OVERFLOW = """() => {
  const panel = document.querySelector("main").getBoundingClientRect();
  const parts = [...document.querySelectorAll("main *:not([type=hidden])")].map((part) => part.getBoundingClientRect());
  return Math.max(...parts.flatMap((part) => [panel.left - part.left, part.right - panel.right, panel.top - part.top]));
}"""


def test_sign_in_any_screen_size_keeps_form_inside_panel(browser: Browser, start_server: Callable[..., Server]) -> None:
    server = start_server()
    page = browser.new_page()
    page.goto(f"{server.url}/accounts/login/")
    for state in ("empty", "rejected"):
        if state == "rejected":
            page.fill("#id_username", "unknown")
            page.fill("#id_password", "wrong")
            page.click("[type=submit]")
        for size in SIZES:
            page.set_viewport_size(size)

            assert page.evaluate(OVERFLOW) <= 0, (state, size)
    page.close()

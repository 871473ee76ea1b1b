"""Check a page in a browser by the rules of axe-core."""

import pytest
from playwright.sync_api import Page

from tests.helpers.paths import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,
}

# Controls with a smaller area than asked, in px. Links in sentences, and what answers on a larger area, are left out.
SMALL_TARGETS = """smallest => [...document.querySelectorAll("a, button, summary, select, .seg label, input:not(.sr)")]
    .filter((element) => element.checkVisibility() && !element.closest("p, .skip, .detail-in, .end, .field"))
    .filter((element) => element.matches("label") || !element.closest("label"))
    .filter((element) => element.offsetHeight < smallest || element.getBoundingClientRect().width < smallest)
    .filter((element) => !element.matches(".title, .pill, .logo"))
    .map((element) => `${element.outerHTML.slice(0, 90)}: ${element.offsetWidth} x ${element.offsetHeight}`)"""


def find_violations(page: Page) -> list[str]:
    """Return the violations that axe finds in the page's current state."""
    page.evaluate(AXE.read_text(encoding="utf-8") if AXE.exists() else pytest.fail("run `npm install` first"))
    violations = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in violations for node in rule["nodes"]]


def find_small_targets(page: Page, smallest: int) -> list[str]:
    """Return the controls that are smaller than so many pixels."""
    return list(page.evaluate(SMALL_TARGETS, smallest))

"""Check a page in a browser by the rules of axe-core."""

import pytest
from playwright.sync_api import Page

from tests.helpers.paths import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}


def find_violations(page: Page) -> list[str]:
    """Return the violations that axe finds in the page's current state."""
    page.evaluate(AXE.read_text(encoding="utf-8") if AXE.exists() else pytest.fail("run `npm install` first"))
    violations = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in violations for node in rule["nodes"]]

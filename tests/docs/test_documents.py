"""Files, headings, commands, settings and log events that the documents mention exist."""

import ast
import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from sentiment_site.env.registry import get_settings
from tests.helpers.paths import ROOT

PACKAGES = ("common", "sentiment_site", "news", "accounts", "streaming", "dashboard")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"^```\w*\n(.*?)^```$|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
FROM_DJANGO = {"migrate", "createsuperuser", "changepassword", "shell", "check", "runserver"}


DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]


def extract_code(path: Path) -> str:
    """Return the code of a document, in blocks and in lines."""
    return "\n".join(block or span for block, span in CODE.findall(path.read_text()))


def extract_anchors(path: Path) -> set[str]:
    """Return the anchors of the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_relative_links_lead_to_files_and_headings(path: Path) -> None:
    links = [link for link in LINK.findall(FENCE.sub("", path.read_text())) if "://" not in link]

    for link in links:
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        assert not anchor or anchor in extract_anchors(target), link


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_commands_in_documents_exist(path: Path) -> None:
    code = extract_code(path)
    ours = {name for name, app in get_commands().items() if app in PACKAGES}
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"manage\.py ([a-z_]+)", code)) <= ours | FROM_DJANGO
    assert set(re.findall(r"\bmake ([\w-]+)", code)) <= targets
    for module in re.findall(r"python -m (benchmarks\.\w+)", code):
        assert (ROOT / module.replace(".", "/")).with_suffix(".py").exists(), module


def test_readme_settings_table_names_only_registered_settings() -> None:
    table = (ROOT / "README.md").read_text().partition("## Settings")[2].partition("\n## ")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| `")]

    names = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row[1])}

    assert names
    assert names <= {setting.name for setting in get_settings()}


def test_runbook_lists_exactly_the_logged_events() -> None:
    table = (ROOT / "docs" / "operations.md").read_text().partition("## Log lines")[2].partition("\n## ")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| `")]

    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row[1])}

    logged = {
        name
        for package in [*PACKAGES, "deploy"]
        for path in (ROOT / package).rglob("*.py")
        for name in find_log_events(path)
    }
    assert documented == logged


def find_log_events(path: Path) -> set[str]:
    """Return the events that a module logs."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "logger"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }

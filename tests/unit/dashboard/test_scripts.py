import gzip
import re
import subprocess
from pathlib import Path

import pytest
from rjsmin import jsmin

from dashboard.style_sheets import MODULES
from streaming.broker.filters import StreamFilter
from streaming.grip.channel_registry import PERMANENT_FILTERS

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE.parents[2] / "dashboard" / "static" / "dashboard"


@pytest.mark.browser
def test_scripts_pass_their_unit_tests_in_node():
    files = sorted(str(path) for path in HERE.glob("*.test.mjs"))

    completed = subprocess.run(["node", "--test", *files], capture_output=True, text=True, timeout=120, check=False)

    assert completed.returncode == 0, completed.stdout + completed.stderr


def test_scripts_total_size_is_within_budget():
    """All scripts as the page loads them are at most 200 KB, 70 KB compressed."""
    contents = [jsmin(path.read_text()).encode() for path in SCRIPTS.rglob("*.js")]

    assert sum(map(len, contents)) <= 200 * 1024
    assert sum(len(gzip.compress(content)) for content in contents) <= 70 * 1024


def test_scripts_keep_the_spaces_of_their_texts_as_the_page_loads_them():
    """rjsmin takes a template literal inside another for code, and drops its spaces."""
    nested = re.compile(r"`[^`\n]*\$\{[^`}\n]*`.*")

    literals = {path.name: nested.findall(path.read_text(encoding="utf-8")) for path in SCRIPTS.rglob("*.js")}

    assert {name: texts for name, texts in literals.items() if texts} == {}


def test_preloaded_modules_equal_those_that_app_js_imports():
    imported, unvisited = set(), [SCRIPTS / "app.js"]
    while unvisited:
        module = unvisited.pop()
        for path in re.findall(r'from "(\.[^"]+)"', module.read_text()):
            dependency = (module.parent / path).resolve()
            if dependency not in imported:
                imported.add(dependency)
                unvisited.append(dependency)

    assert {SCRIPTS.parent / name for name in MODULES} == imported


def test_data_modules_use_neither_document_nor_window():
    modules = sorted((SCRIPTS / "data").glob("*.js"))

    assert modules
    for module in modules:
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", module.read_text(), flags=re.DOTALL)
        assert not re.search(r"\b(document|window)\b|/ui/", code), module


def test_scripts_take_addresses_of_the_site_from_the_page():
    """A site under a path has other addresses (SITE_PREFIX)."""
    address = re.compile(r"""["'`]/(?:api|accounts|admin|events|health|metrics|snapshot|static)\b.*""")

    assert {path.name: address.findall(path.read_text()) for path in SCRIPTS.rglob("*.js")} == {
        path.name: [] for path in SCRIPTS.rglob("*.js")
    }


def test_stream_of_the_page_is_always_published_at_the_edge():
    """So that the first page after a start of the relay misses nothing until it is resynced."""
    include = re.search(r'INCLUDE = "include=([a-z,]+)"', (SCRIPTS / "data" / "stream_targets.js").read_text())[1]

    assert StreamFilter.from_query({"include": include}) in PERMANENT_FILTERS

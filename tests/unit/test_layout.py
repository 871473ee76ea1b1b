"""Test modules and conftest files are imported by pytest alone; what several of them use is in tests/helpers."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.paths import ROOT

FOLDERS = ["tests", "benchmarks", "scripts", "common", "sentiment_site", "news", "accounts", "streaming", "dashboard"]
MODULES = sorted(path.relative_to(ROOT) for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
CONFTESTS = [path for path in MODULES if path.name == "conftest.py"]


def parse(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def find_imports(module: ast.Module) -> Iterator[str]:
    """Yield the full name of each module, or member of a module, that is imported."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_test_module(name: str) -> bool:
    return name.startswith("tests.") and any(part == "conftest" or part.startswith("test_") for part in name.split("."))


def test_modules_import_neither_test_modules_nor_conftest_files() -> None:
    imports = {str(path): [name for name in find_imports(parse(path)) if is_test_module(name)] for path in MODULES}

    assert {path: names for path, names in imports.items() if names} == {}


@pytest.mark.parametrize("path", CONFTESTS, ids=str)
def test_conftest_files_define_fixtures_and_hooks_only(path: Path) -> None:
    others = [
        node.name
        for node in parse(path).body
        if isinstance(node, ast.ClassDef)
        or (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and not node.name.startswith("pytest_")
            and not any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)
        )
    ]

    assert others == []

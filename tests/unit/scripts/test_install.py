"""The installation says how far it is, and why it failed."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from scripts.install import COLLECTED, PACKAGE
from tests.helpers.paths import ROOT


def install(lock: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    command = [sys.executable, "-m", "scripts.install", str(lock)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Collecting anyio==4.16.0 (from -r requirements.lock (line 5))", "anyio"),
        ("Collecting channels-redis==4.3.0 (from -r requirements.lock (line 9))", "channels-redis"),
        ("Collecting psycopg[binary]==3.3.9 (from -r requirements.lock (line 9))", "psycopg"),
        (
            "Processing /srv/wheels/annotated_types-0.8.0-py3-none-any.whl (from -r requirements.lock)",
            "annotated_types",
        ),
        ("Requirement already satisfied: asgiref==3.13.0 in /srv/.venv", "asgiref"),
    ],
)
def test_install_line_of_pip_names_its_package(line: str, name: str) -> None:
    match = COLLECTED.match(line)

    assert match is not None
    assert match[1] == name


def test_install_counts_each_line_of_the_lock() -> None:
    text = (ROOT / "requirements.lock").read_text()

    assert len(PACKAGE.findall(text)) == sum("==" in line.split(" ")[0] for line in text.splitlines())
    assert len(PACKAGE.findall(text)) > 50


def test_install_failure_shows_the_lines_of_pip_and_the_cure(tmp_path: Path) -> None:
    lock = tmp_path / "broken.lock"
    lock.write_text(f"no-such-package-of-the-tests==1.0 --hash=sha256:{'0' * 64}\n")

    done = install(lock)

    assert done.returncode == 1
    assert "No matching distribution found" in done.stderr
    assert "Run the command again." in done.stderr


def test_install_success_says_how_many_and_how_long(tmp_path: Path) -> None:
    lock = tmp_path / "own.lock"
    lock.write_text(f"asgiref=={version('asgiref')} --hash=sha256:{'0' * 64}\n")

    done = install(lock)

    assert done.returncode == 0, done.stderr
    assert "1 packages installed in " in done.stdout

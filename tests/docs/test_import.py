"""The example of docs/import.md: the file that it shows gives the output that it shows, and its options exist."""

import re
import shlex

import pytest
from django.core.management import load_command_class

from tests.helpers.code_blocks import FENCE
from tests.helpers.imports import run_import
from tests.helpers.paths import ROOT

BLOCKS = FENCE.findall((ROOT / "docs/import.md").read_text())


@pytest.mark.django_db
def test_import_of_the_documented_file_prints_the_documented_output(tmp_path):
    (_, file), (_, console) = BLOCKS[:2]
    path = tmp_path / "kaggle.csv"
    path.write_text(file)

    out, err, error = run_import(path)

    assert error is None
    documented, printed = (
        re.sub(r"(seconds=|import |--undo )[\d.]+", r"\1*", text).splitlines() for text in (console, out + err)
    )
    documented = documented[1:]
    assert sorted(printed) == sorted(documented)
    assert [line for line in documented if line in printed[: len(out.splitlines())]] == printed[: len(out.splitlines())]


@pytest.mark.parametrize("command", [text for language, text in BLOCKS if language == "bash"])
def test_documented_options_are_known(command):
    _, _, _, *arguments = shlex.split(command)

    parser = load_command_class("news", "import_items").create_parser("manage.py", "import_items")

    assert parser.parse_args(arguments).file.suffix == ".csv"

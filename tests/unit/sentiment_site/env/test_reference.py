"""docs/settings.md matches the declarations."""

import re

import pytest

from sentiment_site.env.reference import build_reference
from sentiment_site.env.registry import get_settings
from tests.helpers.paths import ROOT
from tests.helpers.python_process import run_python

REFERENCE = ROOT / "docs" / "settings.md"


def test_settings_reference_committed_file_equals_the_registry() -> None:
    message = "docs/settings.md is out of date; run `python -m sentiment_site.env > docs/settings.md`."

    assert REFERENCE.read_text() == build_reference(), message


def test_settings_reference_has_one_documented_row_for_each_setting() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| [^|]+ \| [^|]+ \| [^|]+\. \|$", build_reference(), re.MULTILINE)

    assert rows == [setting.name for setting in get_settings()]


@pytest.mark.live
def test_settings_reference_printed_under_other_values_is_the_same() -> None:
    printed = run_python("-m", "sentiment_site.env", STREAM_MAX_CONNECTIONS="31", PORT="9000", DATABASE_URL="")

    assert printed.stdout == REFERENCE.read_text(), printed.stderr


@pytest.mark.live
def test_settings_reference_example_prints_the_error_shown() -> None:
    done = run_python("manage.py", "check", STREAM_RING_FRAMES="0")

    assert done.stderr in REFERENCE.read_text()
    assert done.stderr.startswith("error: ")

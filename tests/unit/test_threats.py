"""What the documents name is there."""

import re
from pathlib import Path

import pytest

from tests.helpers.paths import ROOT

THREATS = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")


def test_threat_model_rows_refer_to_existing_tests() -> None:
    rows = [row for row in THREATS.splitlines() if row.startswith("| ") and not row.startswith(("| Threat", "|---"))]
    references = [re.findall(r"`(tests/\S+\.py)::(test_\w+)`", row.rpartition(" | ")[2]) for row in rows]

    assert len(rows) >= 25
    for row, tests in zip(rows, references, strict=True):
        assert tests, row
        for path, name in tests:
            assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), name


@pytest.mark.parametrize("document", ["SECURITY.md", "docs/threat-model.md", "docs/monitoring.md"])
def test_links_lead_to_existing_files(document: str) -> None:
    path = ROOT / document

    for target in re.findall(r"\]\(([^)#:]+)[)#]", path.read_text(encoding="utf-8")):
        assert Path(path.parent, target).exists(), target

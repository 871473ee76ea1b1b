"""Sections of docs/performance.md that benchmarks write."""

from pathlib import Path

import pytest

from benchmarks.report import PAGE, write_section

TEXT = "before\n<!-- quick -->\nold\n\nrow\n<!-- end of quick -->\n\n<!-- fanout -->\nkept\n<!-- end of fanout -->\n"


def test_section_is_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(TEXT)

    write_section("quick", "\nnew \\1\n", page=page)

    assert page.read_text() == TEXT.replace("old\n\nrow\n", "\nnew \\1\n")


def test_section_that_the_page_lacks_is_an_error(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(TEXT)

    with pytest.raises(AssertionError, match="has 0 sections 'volume'"):
        write_section("volume", "new", page=page)

    assert page.read_text() == TEXT


def test_sections_that_benchmarks_write_are_on_the_page() -> None:
    for name in ("quick", "fanout"):
        assert PAGE.read_text().count(f"<!-- {name} -->\n") == 1
        assert PAGE.read_text().count(f"<!-- end of {name} -->\n") == 1

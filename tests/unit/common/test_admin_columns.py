"""Times and numbers in the admin."""

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

from common.admin_columns import number_column, render_time, time_column

TIME = datetime(2026, 1, 31, 9, 30, 20, 123456, tzinfo=UTC)


def test_render_time_is_utc_with_its_name_for_browsers_without_scripts() -> None:
    elsewhere = TIME.astimezone(timezone(timedelta(hours=9)))

    assert render_time(elsewhere) == '<time datetime="2026-01-31T09:30:20.123Z">2026-01-31 09:30 UTC</time>'
    assert 'data-relative=""' in render_time(TIME, is_relative=True)
    assert render_time(None) == "\u2013"


def test_columns_show_times_and_rounded_numbers_of_a_row() -> None:
    row = SimpleNamespace(created_at=TIME, total=-1234.5678)

    assert "09:30 UTC" in time_column("created_at")(row)
    assert time_column("created_at").__name__ == "created_at"
    assert number_column("total")(row) == "\N{MINUS SIGN}1,234.57"
    assert number_column("total", digits=0)(row) == "\N{MINUS SIGN}1,235"

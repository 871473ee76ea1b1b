"""The command `export`: formats by name, the filters of the REST call, and files that are complete or not there."""

import csv
import gzip
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from tests.helpers.api_client import BASE, append

pytestmark = pytest.mark.django_db


def export(file: Path, *arguments: str) -> str:
    """Run the command, and return the last line that it prints."""
    out = io.StringIO()
    call_command("export", str(file), *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue().splitlines()[-1]


def load_titles(path: Path) -> list[str]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if ".parquet" in path.name:
        return [str(title) for title in pq.read_table(path)["title"].to_pylist()]
    if ".csv" in path.name:
        return [row["title"] for row in csv.DictReader(io.StringIO(data.decode(), newline=""))]
    return [json.loads(line)["title"] for line in data.splitlines()]


@pytest.mark.parametrize("name", ["a.ndjson", "a.jsonl", "a.csv", "a.parquet", "a.ndjson.gz", "a.csv.gz", "A.CSV"])
def test_export_format_follows_the_name_of_the_file(tmp_path: Path, name: str) -> None:
    append("Apple rises", "Apple falls")

    last_line = export(tmp_path / name)

    assert load_titles((tmp_path / name).rename(tmp_path / name.lower())) == ["Apple rises", "Apple falls"]
    assert last_line.startswith("exported=2 seconds=")
    assert [path.name for path in tmp_path.iterdir()] == [name.lower()]


def test_export_filters_are_those_of_the_call(tmp_path: Path) -> None:
    append("Apple rises", "Apple falls", published_at=BASE + timedelta(days=1))
    append("Ford rises", tickers=["F"])
    path = tmp_path / "a.ndjson"

    export(path, "--ticker", "nasdaq:aapl", "--q", "rises")
    assert load_titles(path) == ["Apple rises"]
    export(path, "--published-to", "2026-02-01", "--format", "ndjson")
    assert load_titles(path) == ["Ford rises"]
    export(path, "--limit", "1")
    assert load_titles(path) == ["Apple rises"]


def test_export_after_the_printed_cursor_has_what_was_added(tmp_path: Path) -> None:
    append("Apple rises")
    cursor = export(tmp_path / "a.csv").rpartition("after=")[2]
    append("Apple falls")

    export(tmp_path / "b.csv", "--after", cursor)

    assert load_titles(tmp_path / "b.csv") == ["Apple falls"]


def test_export_series_has_a_row_per_ticker_and_bucket(tmp_path: Path) -> None:
    append("Apple rises", tickers=["AAPL", "MSFT"])
    path = tmp_path / "a.csv"

    last_line = export(path, "--series", "1h", "--start", "2026-01-31")

    rows = list(csv.DictReader(io.StringIO(path.read_text(), newline="")))
    assert [(row["ticker"], row["start"]) for row in rows] == [
        (ticker, "2026-01-31T09:00:00.000Z") for ticker in ("*", "AAPL", "MSFT")
    ]
    assert last_line.startswith("exported=3 ")
    assert "after=" not in last_line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.txt"], "a.txt: has none of the endings .ndjson, .jsonl, .csv, .parquet"),
        (["a.parquet.gz"], "has a compression of its own"),
        (["missing/a.csv"], r"can't be written \(No such file or directory\)"),
        (["a.csv", "--published-from", "2024"], "--published-from='2024': must be ISO-8601"),
        (["a.csv", "--limit", "0"], "--limit='0': Input should be greater"),
        (["a.csv", "--tz", "UTC"], "--tz: is not an option of this export; leave it out, or add --series"),
        (["a.csv", "--series", "1h", "--q", "a"], "--q: is not an option of this export; .* leave out --series"),
        (["a.csv", "--series", "1h", "--tz", "Asia/Tokyo"], "give tz with resolution=24h only"),
        (["a.csv", "--after", "evt_ffffff-1"], "is of another log"),
    ],
)
def test_export_wrong_argument_is_rejected_with_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(CommandError, match=message):
        call_command("export", *arguments)
    assert [*tmp_path.iterdir()] == []


def test_export_database_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    append("Apple rises")
    path = tmp_path / "a.csv"
    path.write_text("old")

    def fail(execute: Any, sql: str, *arguments: Any) -> Any:
        if "news_item" in sql:
            raise OperationalError("disk I/O error")
        return execute(sql, *arguments)

    with connection.execute_wrapper(fail), pytest.raises(CommandError, match="not written: disk I/O error; run again"):
        call_command("export", str(path))
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_export_to_standard_output_is_the_data_alone(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    append("Apple rises")

    call_command("export", "-", stderr=io.StringIO())

    (line,) = capfdbinary.readouterr().out.splitlines()
    assert json.loads(line)["title"] == "Apple rises"

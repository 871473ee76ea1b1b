"""CSV and JSON Lines: complete, and safe in spreadsheets."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.export.tables import ITEM_COLUMNS, Row
from news.export.text_formats import CsvWriter, NdjsonWriter, neutralize
from tests.helpers.export_rows import make_row

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


def parse_csv(*rows: Row) -> list[dict[str, str]]:
    writer = CsvWriter(ITEM_COLUMNS)
    text = (writer.write([*rows]) + writer.end()).decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", " =1", "\u00a0=1", "\uff1d1", "\uff0b1", "\uff20x"]
)
def test_csv_cell_that_a_spreadsheet_would_evaluate_begins_with_apostrophe(text: str) -> None:
    for field in ("title", "summary", "source", "url", "external_id"):
        (cells,) = parse_csv(make_row(**{field: text}))
        assert cells[field] == f"'{text}"


@pytest.mark.parametrize("text", ["Profit -5%", "a=b", "it's @ noon", "", "'quoted'", "5+5"])
def test_csv_other_cell_is_kept(text: str) -> None:
    assert neutralize(text) == text


def test_csv_numbers_times_lists_and_missing_values_are_plain() -> None:
    (cells,) = parse_csv(make_row(title='He said: "no",\nand left'))

    assert cells["title"] == 'He said: "no",\nand left'
    assert (cells["value"], cells["probability_negative"], cells["seq"]) == ("-0.5", "0.625", "1")
    assert cells["published_at"] == "2026-01-31T09:30:00.000Z"
    assert (cells["tickers"], cells["external_id"]) == ("AAPL,BRK.B", "")
    assert (cells["ticker_sentiments"], cells["ticker_values"]) == ("negative,positive", "-0.5,0.25")
    assert (cells["undated"], cells["historical"]) == ("false", "true")


def test_csv_without_rows_is_a_header_with_crlf() -> None:
    writer = CsvWriter(ITEM_COLUMNS)

    assert writer.end() == ",".join(column.name for column in ITEM_COLUMNS).encode() + b"\r\n"
    assert writer.end() == b""


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_csv_any_texts_come_back_as_they_were(texts: list[str]) -> None:
    cells = parse_csv(*(make_row(title=text) for text in texts))

    assert [cell["title"] for cell in cells] == [neutralize(text) for text in texts]


@given(st.lists(TEXTS, max_size=5))
def test_ndjson_any_texts_are_one_object_per_line(texts: list[str]) -> None:
    writer = NdjsonWriter(ITEM_COLUMNS)
    rows = [make_row(title=text, summary=text) for text in texts]

    lines = (writer.write(rows) + writer.end()).decode().split("\n")

    assert lines.pop() == ""
    parsed = [json.loads(line) for line in lines]
    times = dict.fromkeys(["published_at", "timestamp", "first_appended_at"], "2026-01-31T09:30:00.000Z")
    assert parsed == [row | times for row in rows]

"""Parquet: typed columns, row groups of bounded size, and a clear error without pyarrow."""

import io
import sys
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from news.export.formats import FORMATS, MissingExtraError
from news.export.parquet import ROW_GROUP_ROWS, ParquetWriter
from news.export.tables import ITEM_COLUMNS, Row
from tests.helpers.api_client import BASE
from tests.helpers.export_rows import make_row


def write(*pages: list[Row]) -> pq.ParquetFile:
    writer = ParquetWriter(ITEM_COLUMNS)
    parts = [writer.write(page) for page in pages]
    return pq.ParquetFile(io.BytesIO(b"".join([*parts, writer.end()])))


def test_parquet_columns_are_typed() -> None:
    published_at = BASE + timedelta(microseconds=123_456)
    (row,) = write([make_row(title="Café \U0001f600", published_at=published_at)]).read().to_pylist()

    expected = make_row(title="Café \U0001f600", published_at=BASE + timedelta(milliseconds=123))
    for sentiment, probability in expected.pop("probabilities").items():
        expected[f"probability_{sentiment}"] = probability
    entities = expected.pop("entities")
    for name in ("sentiment", "score", "value"):
        expected[f"ticker_{name}s"] = [entity[name] for entity in entities]
    assert row == expected


def test_parquet_schema_has_utc_times_and_lists_also_without_rows() -> None:
    file = write()

    assert file.metadata.num_rows == 0
    types = dict(zip(file.schema_arrow.names, file.schema_arrow.types, strict=True))
    assert types["published_at"] == pa.timestamp("ms", tz="UTC")
    assert types["tickers"].value_type == pa.string()
    assert (types["seq"], types["value"], types["historical"]) == (pa.int64(), pa.float64(), pa.bool_())


def test_parquet_row_groups_are_bounded_and_written_on_the_way() -> None:
    writer = ParquetWriter(ITEM_COLUMNS)
    pages = [[make_row(seq=page * 1_000 + number) for number in range(1_000)] for page in range(25)]

    sizes = [len(writer.write(page)) for page in pages]
    end = writer.end()

    assert sum(size > 10 for size in sizes) == 25_000 // ROW_GROUP_ROWS
    assert end.endswith(b"PAR1")
    groups = write(*pages).metadata
    assert [groups.row_group(index).num_rows for index in range(groups.num_row_groups)] == [10_000, 10_000, 5_000]


def test_parquet_long_summary_is_kept() -> None:
    summary = "long " * 500_000

    assert write([make_row(summary=summary)]).read()["summary"].to_pylist() == [summary]


def test_parquet_without_pyarrow_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "news.export.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(MissingExtraError, match=r"the extra `export`.*pip install '\.\[export\]'"):
        FORMATS["parquet"].make_writer(ITEM_COLUMNS)

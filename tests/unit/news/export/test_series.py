"""Rows of exported time series: those of the REST call, of all tickers, in pages."""

from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from django.test import Client

from common.time import format_time, utc_now
from news.export.series import SeriesTable
from news.export.tables import Row
from news.metrics.grid import Grid
from news.models import Axis
from tests.helpers.api_client import BASE, append, get

pytestmark = pytest.mark.django_db


def select_rows(grid: Grid, **options: Any) -> list[Row]:
    table = SeriesTable(grid, **options)
    pages = list(iter(table.select_page, None))
    assert table.row_count == sum(map(len, pages))
    return list(chain.from_iterable(pages))


def append_hours(*tickers: str, count: int = 5) -> None:
    for number in range(count):
        title = f"{tickers[0]} profit rises {number} percent" if number % 2 else f"{tickers[0]} losses widen {number}"
        append(title, tickers=tickers, published_at=BASE + timedelta(hours=3 * number))


def test_series_table_rows_equal_buckets_of_the_rest_call(client: Client) -> None:
    append_hours("AAPL", "MSFT")
    append_hours("F", count=3)
    start, end = BASE, BASE + timedelta(hours=7, minutes=10)
    answer = get(client, "timeseries", tickers="*,AAPL,F", resolution="1h", start=BASE.isoformat(), end=end.isoformat())

    rows = select_rows(
        Grid(3600), tickers=["*", "AAPL", "F"], start=start.timestamp(), end=end.timestamp(), page_buckets=2
    )

    expected = [
        {"ticker": ticker, **bucket, "partial": is_partial, "complete": True}
        for ticker, series in answer["series"].items()
        for is_partial, buckets in ((False, series["buckets"]), (True, filter(None, [series["partial_bucket"]])))
        for bucket in buckets
    ]
    assert len(expected) > 6
    assert [row | {"start": format_time(row["start"]).replace(".000", "")} for row in rows] == expected


def test_series_table_without_bounds_reads_every_ticker_from_its_first_bucket() -> None:
    append_hours("MSFT", "AAPL", count=2)
    append("Ford recalls", tickers=["F"], published_at=datetime(1971, 5, 1, tzinfo=UTC))

    rows = select_rows(Grid(86_400))

    assert [(row["ticker"], row["start"].date().isoformat(), row["count"]) for row in rows] == [
        ("*", "1971-05-01", 1),
        ("*", "2026-01-31", 2),
        ("AAPL", "2026-01-31", 2),
        ("F", "1971-05-01", 1),
        ("MSFT", "2026-01-31", 2),
    ]


def test_series_table_by_arrival_ends_with_the_current_bucket() -> None:
    append_hours("AAPL", count=3)

    rows = select_rows(Grid(86_400), axis=Axis.APPENDED, tickers=["AAPL", "NEW"])

    assert sum(row["count"] for row in rows) == 3
    assert rows[-1]["partial"] == (rows[-1]["start"].date() == utc_now().date())


def test_series_table_empty_log_returns_no_rows() -> None:
    assert select_rows(Grid(3600)) == []

"""The REST calls of exports: formats, compression, errors, limits, and slots that are given back."""

import csv
import gc
import gzip
import io
import json
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import pytest
from asgiref.sync import async_to_sync
from django.db import OperationalError
from django.test import AsyncClient

from news.export.slots import ExportLimit, ExportSlot, count_open
from news.export.stream import ExportStream
from tests.helpers.api_client import append, detail_of

pytestmark = pytest.mark.django_db(transaction=True)
EXPORT = "/api/v2/export"
SERIES = f"{EXPORT}/timeseries"


@pytest.fixture(autouse=True)
def _slots_are_free_before_and_after() -> Iterator[None]:
    assert count_open() == 0
    yield
    gc.collect()
    assert count_open() == 0


def call(path: str, method: str = "GET", headers: dict[str, str] | None = None, **query: Any) -> SimpleNamespace:
    """Return response and body of a request that is answered as by an ASGI server."""

    async def request() -> SimpleNamespace:
        response = await AsyncClient().generic(method, path, query_params=query, headers=headers or {})
        parts = [part async for part in response] if response.streaming else [response.content]
        response.close()
        return SimpleNamespace(response=response, body=b"".join(parts), status=response.status_code)

    return async_to_sync(request)()


def test_export_ndjson_has_a_line_per_item_and_is_an_attachment() -> None:
    append(*[f"Apple headline {number}" for number in range(3)])

    answer = call(EXPORT)

    assert answer.response["Content-Type"] == "application/x-ndjson"
    assert answer.response["Content-Disposition"] == 'attachment; filename="items.ndjson"'
    assert [json.loads(line)["title"][-1] for line in answer.body.splitlines()] == ["0", "1", "2"]


def test_export_csv_and_parquet_have_the_same_rows() -> None:
    append("=Apple rises", "Apple falls")

    lines = csv.DictReader(io.StringIO(call(EXPORT, format="csv").body.decode(), newline=""))
    table = pq.read_table(io.BytesIO(call(EXPORT, format="parquet").body))

    assert [line["title"] for line in lines] == ["'=Apple rises", "Apple falls"]
    assert table["title"].to_pylist() == ["=Apple rises", "Apple falls"]


def test_export_gzip_accepted_is_compressed_except_parquet() -> None:
    append(*[f"Apple headline {number}" for number in range(3)])

    plain, zipped = call(EXPORT), call(EXPORT, headers={"Accept-Encoding": "br, gzip"})
    parquet = call(EXPORT, headers={"Accept-Encoding": "gzip"}, format="parquet")

    assert zipped.response["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body
    assert "Content-Encoding" not in plain.response
    assert "Accept-Encoding" in plain.response["Vary"]
    assert parquet.body.endswith(b"PAR1")
    assert "Content-Encoding" not in parquet.response


def test_export_more_than_a_page_is_complete_and_resumes_anywhere() -> None:
    for start in range(0, 2_500, 500):
        append(*[f"Apple headline {number}" for number in range(start, start + 500)])

    whole = call(EXPORT).body
    cut = whole[: len(whole) * 2 // 3]
    lines = cut.splitlines()[:-1]
    rest = call(EXPORT, after=json.loads(lines[-1])["cursor"]).body

    assert whole.count(b"\n") == 2_500
    assert b"".join(line + b"\n" for line in lines) + rest == whole
    assert call(EXPORT, after=json.loads(lines[-1])["seq"], limit=5).body.count(b"\n") == 5


def test_export_timeseries_has_a_row_per_bucket() -> None:
    append("Apple profit rises", tickers=["AAPL", "MSFT"])

    answer = call(SERIES, ticker="aapl,*", resolution="24h")
    one = call(SERIES, tickers="*,AAPL", resolution="24h", format="csv")

    assert detail_of(answer.response, 422)
    assert one.response["Content-Disposition"] == 'attachment; filename="timeseries.csv"'
    rows = list(csv.DictReader(io.StringIO(one.body.decode(), newline="")))
    assert [(row["ticker"], row["start"], row["count"]) for row in rows] == [
        ("*", "2026-01-31T00:00:00.000Z", "1"),
        ("AAPL", "2026-01-31T00:00:00.000Z", "1"),
    ]


@pytest.mark.parametrize(
    ("path", "query", "status", "message"),
    [
        (EXPORT, {"format": "xlsx"}, 422, "'ndjson', 'csv' or 'parquet'"),
        (EXPORT, {"order": "newest"}, 400, "'order': unknown parameter"),
        (EXPORT, {"symbols": "AAPL"}, 400, "did you mean tickers?"),
        (EXPORT, {"sentiment": "happy"}, 422, "sentiment='happy'"),
        (EXPORT, {"published_from": "2024"}, 422, "published_from='2024'"),
        (EXPORT, {"published_from": "2026-02-01", "published_to": "2026-02-01"}, 422, "published_from is not before"),
        (EXPORT, {"limit": "0"}, 422, "limit='0'"),
        (EXPORT, {"after": "x"}, 422, "after='x': must be the `cursor` of a row"),
        (EXPORT, {"after": "evt_ffffff-1"}, 400, "is of another log"),
        (EXPORT, {"after": "900"}, 400, "is after the end of the log"),
        (SERIES, {"q": "apple"}, 400, "'q': unknown parameter"),
        (SERIES, {"resolution": "2h"}, 422, "resolution='2h'"),
        (SERIES, {"tz": "Europe/Berlin"}, 400, "give tz with resolution=24h only"),
        (SERIES, {"start": "2026-02-01", "end": "2026-02-01"}, 422, "start is not before end"),
    ],
)
def test_export_bad_parameter_is_rejected_with_cure(
    path: str, query: dict[str, str], status: int, message: str
) -> None:
    assert message in detail_of(call(path, **query).response, status)


def test_export_parquet_without_pyarrow_returns_400_with_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "news.export.parquet", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    assert "format='parquet': Parquet needs the extra `export`" in detail_of(
        call(EXPORT, format="parquet").response, 400
    )


def test_export_head_sends_headers_and_takes_no_slot() -> None:
    slot = ExportSlot("127.0.0.1")
    answer = call(EXPORT, "HEAD", format="csv")
    slot.release()

    assert (answer.status, answer.body) == (200, b"")
    assert answer.response["Content-Type"].startswith("text/csv")


def test_export_slots_taken_returns_429_or_503_with_retry_after(settings: Any) -> None:
    settings.EXPORTS_AT_ONCE = 2
    own = ExportSlot("127.0.0.1")
    same_address = call(EXPORT)
    own.release()
    others = [ExportSlot("192.0.2.1"), ExportSlot("192.0.2.2")]
    full = call(EXPORT)
    for slot in others:
        slot.release()

    assert "IP address" in detail_of(same_address.response, 429)
    assert "Other exports" in detail_of(full.response, 503)
    assert int(same_address.response["Retry-After"]) == int(full.response["Retry-After"]) > 0
    assert call(EXPORT).status == 200


def test_export_search_above_rate_returns_429(settings: Any) -> None:
    settings.TEXT_SEARCHES_PER_MINUTE = 1

    statuses = [call(EXPORT, q="apple").status for _ in range(3)]  # at least two of these are within one minute

    assert 429 in statuses
    assert call(EXPORT).status == 200


def test_slot_released_twice_is_given_back_once() -> None:
    first, second = ExportSlot("a"), ExportSlot("b")
    first.release()
    first.release()

    assert count_open() == 1
    with pytest.raises(ExportLimit):
        ExportSlot("b")
    second.release()


def test_export_stream_dropped_before_it_begins_gives_its_slot_back() -> None:
    stream = ExportStream(iter([b"never"]), ExportSlot("a"), path=EXPORT)
    assert count_open() == 1

    del stream
    gc.collect()

    assert count_open() == 0


def test_export_stream_slot_is_free_before_the_end_is_sent() -> None:
    async def consume() -> list[int]:
        stream = ExportStream(iter([b"a", b"", b"b"]), ExportSlot("a"), path=EXPORT)
        counts = [count_open() async for _ in stream]
        return [*counts, count_open()]

    assert async_to_sync(consume)() == [1, 1, 0]


def test_export_stream_error_is_raised_so_that_the_response_is_cut() -> None:
    def fail() -> Iterator[bytes]:
        yield b"a"
        raise OperationalError("disk I/O error")

    async def consume() -> None:
        stream = ExportStream(fail(), ExportSlot("a"), path=EXPORT)
        assert await anext(stream) == b"a"
        try:
            await anext(stream)
        finally:
            stream.close()

    with pytest.raises(OperationalError):
        async_to_sync(consume)()


def test_export_response_not_consumed_gives_its_slot_back() -> None:
    async def request() -> None:
        response = await AsyncClient().get(EXPORT)
        assert count_open() == 1
        response.close()

    append("Apple rises")
    async_to_sync(request)()

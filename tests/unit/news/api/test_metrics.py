"""Metrics and time series."""

from datetime import UTC, datetime, timedelta

import pytest

from news.metrics.buckets import add_to_buckets
from news.models import Bucket, Item, LogHead
from tests.helpers.api_client import BASE, append, detail_of, get

pytestmark = pytest.mark.django_db


def test_metrics_returns_counts_recent_items_and_cursor(client):
    append("Apple profit surges to record")
    append("Ford plunges after fraud lawsuit", tickers=["F", "GM"])

    metrics = get(client, "metrics")

    counts = {"total": 2, "positive": 1, "neutral": 0, "negative": 1, "rate_last_hour": 2, "rate_last_24h": 2}
    assert metrics.items() >= counts.items()
    assert metrics["by_tag"] == {"AAPL": 1, "F": 1, "GM": 1}
    assert [item["ticker"] for item in metrics["recent_items"]] == ["F", "AAPL"]
    assert metrics["cursor"] == f"evt_{LogHead.objects.get().generation}-2"
    assert metrics["timestamp"].endswith("Z")


def test_metrics_tickers_counts_their_mentions_only(client):
    append("Ford headline", tickers=["F", "GM"])
    append("Apple headline")

    metrics = get(client, "metrics", ticker="f,gm", hours=24)

    assert metrics["total"] == 2
    assert metrics["by_tag"] == {"F": 1, "GM": 1}
    assert [item["title"] for item in metrics["recent_items"]] == ["Ford headline"]
    assert get(client, "metrics", ticker="NEW")["total"] == 0


def test_metrics_many_items_lists_newest_twenty(client):
    created = append(*[f"Apple headline {number}" for number in range(25)])

    for query in ({}, {"hours": 1}, {"ticker": "AAPL"}, {"ticker": "AAPL", "hours": 1}):
        recent = [item["item_id"] for item in get(client, "metrics", **query)["recent_items"]]
        assert recent == created[:4:-1], query


def test_metrics_hours_omits_older_items(client):
    append("Apple headline")
    Item.objects.update(first_appended_at=datetime.now(UTC) - timedelta(hours=3))
    Bucket.objects.all().delete()
    add_to_buckets(list(Item.objects.all()))

    assert get(client, "metrics", hours=2)["recent_items"] == []
    assert len(get(client, "metrics", hours=4)["recent_items"]) == 1


@pytest.mark.parametrize(
    "query", [{"hours": "0"}, {"hours": "8761"}, {"ticker": "A,,B"}, {"ticker": ",".join(map(str, range(101)))}]
)
def test_metrics_invalid_parameter_returns_422(client, query):
    (name,) = query
    assert f"{name}=" in detail_of(client.get("/api/v2/metrics", query), 422)


def test_timeseries_returns_complete_buckets_oldest_first_by_publication(client):
    append("Apple profit surges to record", published_at=BASE)
    append("Apple plunges after fraud lawsuit", published_at=BASE + timedelta(minutes=20))
    append("Apple headline", published_at=BASE + timedelta(hours=2))

    series = get(client, "timeseries/aapl", start="2026-01-31", end="2026-02-01T00:00:00Z")

    assert series["ticker"] == "AAPL"
    assert series["resolution"] == "1h"
    assert series["partial_bucket"] is None
    assert series["next_cursor"] is None
    first, second = series["buckets"]
    assert first["start"] == "2026-01-31T09:00:00Z"
    assert second["start"] == "2026-01-31T11:00:00Z"
    counts = {"count": 2, "positive": 1, "neutral": 0, "negative": 1}
    assert first.items() >= counts.items()
    assert first["sum"] == pytest.approx(first["open"] + first["close"])
    assert first["avg"] == pytest.approx(first["sum"] / 2)
    assert first["high"] == first["open"] > 0 > first["close"] == first["low"]


@pytest.mark.parametrize("resolution", ["1m", "5m", "15m", "30m", "1h", "24h"])
def test_timeseries_resolution_sets_width_of_buckets(client, resolution):
    for minutes in range(0, 120, 10):
        append(f"Apple headline {minutes}", published_at=BASE + timedelta(minutes=minutes))

    series = get(client, "timeseries/AAPL", resolution=resolution, start=BASE.isoformat(), end="2026-02-01")

    width = {"1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "24h": 86_400}[resolution]
    starts = [int(datetime.fromisoformat(bucket["start"]).timestamp()) for bucket in series["buckets"]]
    assert starts == sorted({int(BASE.timestamp() + minutes * 60) // width * width for minutes in range(0, 120, 10)})
    assert sum(bucket["count"] for bucket in series["buckets"]) == 12


def test_timeseries_pages_return_all_buckets_once(client):
    for hours in range(5):
        append(f"Apple headline {hours}", published_at=BASE + timedelta(hours=hours))
    query = {"start": "2026-01-31", "end": "2026-02-01", "limit": 2}
    all_buckets = get(client, "timeseries/AAPL", **query | {"limit": 5})["buckets"]

    buckets, cursor = [], {}
    while True:
        page = get(client, "timeseries/AAPL", **query, **cursor)
        buckets += page["buckets"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}

    assert len(all_buckets) == 5
    assert buckets == all_buckets


def test_timeseries_current_bucket_is_partial_bucket(client):
    append("Apple headline", published_at=datetime.now(UTC))
    append("Apple headline before", published_at=datetime.now(UTC) - timedelta(days=2))

    series = get(client, "timeseries/AAPL", resolution="24h")

    assert series["partial_bucket"]["count"] == 1
    assert [bucket["count"] for bucket in series["buckets"]] == [1]
    assert get(client, "timeseries/AAPL", resolution="24h", end="2026-01-01")["partial_bucket"] is None


def test_timeseries_several_tickers_returns_series_of_each(client):
    append("Ford headline", tickers=["F", "GM"])

    response = get(client, "timeseries", tickers="f,NEW", start="2026-01-31", end="2026-02-01")

    assert response["resolution"] == "1h"
    assert {ticker: len(series["buckets"]) for ticker, series in response["series"].items()} == {"F": 1, "NEW": 0}


def test_timeseries_star_returns_series_of_all_items(client):
    append("Ford headline", tickers=["F", "GM"])
    append("Apple headline")

    response = get(client, "timeseries", tickers="*,F", start="2026-01-31", end="2026-02-01")

    counts = {key: [bucket["count"] for bucket in series["buckets"]] for key, series in response["series"].items()}
    assert counts == {"*": [2], "F": [1]}
    alone = get(client, "timeseries", tickers="*", start="2026-01-31", end="2026-02-01")
    assert alone["series"] == {"*": response["series"]["*"]}


@pytest.mark.parametrize(
    "start",
    ["2026-01-31T10:30:00+01:00", "2026-01-31T09:30:00Z", "2026-01-31T09:30:00", "2026-01-31 09:30", "1769851800"],
)
def test_timeseries_time_without_offset_is_utc(client, start):
    append("Apple headline", published_at=BASE - timedelta(minutes=1))
    append("Apple headline later", published_at=BASE)

    # Written raw: an unescaped + arrives as a space.
    response = client.get(f"/api/v2/timeseries/AAPL?resolution=1m&end=2026-02-01&start={start}").json()

    assert [bucket["start"] for bucket in response["buckets"]] == ["2026-01-31T09:30:00Z"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("timeseries/AAPL?resolution=2h", "'1m', '5m'"),
        ("timeseries/AAPL?start=yesterday", "start='yesterday'"),
        ("timeseries/AAPL?start=99999999999999999999", "ISO-8601"),
        ("timeseries/AAPL?end=0001-01-01T00:00:00%2B14:00", "ISO-8601"),
        ("timeseries/AAPL?start=2026-02-01&end=2026-01-01", "before end"),
        ("timeseries/AAPL?start=2026-02-01&end=2026-02-01", "before end"),
        ("timeseries/AAPL?limit=1001", "1000"),
        ("timeseries/AAPL?cursor=x", "next_cursor"),
        ("timeseries/AAPL?cursor=999999999999", "next_cursor"),
        ("timeseries/AAPL?resolution=24h&tz=Mars/Base", "tz='Mars/Base': must be the name of an IANA time zone"),
        ("timeseries/AAPL?resolution=24h&tz=America", "tz='America'"),
        ("timeseries/AAPL?resolution=24h&tz=../etc/passwd", "tz='../etc/passwd'"),
        ("timeseries/AAPL?by=scored", "by='scored'"),
        ("timeseries/AAPL?fill=null", "fill='null'"),
        ("timeseries?ticker=A!", "ticker='A!'"),
        ("timeseries/AAPL%00", "ticker="),
        ("timeseries/-", "ticker='-'"),
        ("timeseries", "tickers is missing"),
        ("timeseries?tickers=", "tickers=''"),
        ("timeseries?tickers=F,*", "tickers='F,*'"),
        ("timeseries?tickers=" + ",".join(map(str, range(21))), "21 tickers"),
    ],
)
def test_timeseries_invalid_parameter_returns_422(client, path, message):
    assert message in detail_of(client.get(f"/api/v2/{path}"), 422)


@pytest.mark.parametrize("ticker", ["brk.b", "BRK-B", "BRK%2FB", "BRK/B", "NYSE:BRK%2FB"])
def test_timeseries_path_takes_all_forms_of_a_symbol(client, ticker):
    series = client.get(f"/api/v2/timeseries/{ticker}")

    assert series.status_code == 200
    assert series.json()["ticker"] == "BRK.B"

"""Periods, days and pages of metrics and time series, as the API answers them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from tests.helpers.api_client import BASE, detail_of, get

pytestmark = pytest.mark.django_db
LATER = "2026-02-01"


def publish(*minutes: float, tickers: tuple[str, ...] = ("AAPL",), is_historical: bool = False) -> None:
    """Ingest a headline for each of `minutes` after BASE, which is 2026-01-31T09:30Z."""
    for minute in minutes:
        at = BASE + timedelta(minutes=minute)
        headline = Headline(f"Story of {tickers} at {at}", tickers, "test", at, is_historical=is_historical)
        assert ingest([headline]).created


def counts(series: dict[str, Any]) -> dict[str, int]:
    return {bucket["start"][8:16]: bucket["count"] for bucket in series["buckets"]}


def fetch_all(client: Client, path: str, **query: Any) -> list[dict[str, Any]]:
    """Return all pages, each as the API answers it."""
    pages = [get(client, path, **query)]
    while pages[-1]["next_cursor"]:
        pages.append(get(client, path, **query, cursor=pages[-1]["next_cursor"]))
    return pages


@pytest.mark.parametrize(
    ("resolution", "end", "whole", "partial"),
    [
        ("1h", "2026-01-31T10:20:00Z", {"31T09:00": 2}, 2),
        ("1h", "2026-01-31T10:20:30.250Z", {"31T09:00": 2}, 3),
        ("1h", "2026-01-31T10:00:00Z", {"31T09:00": 2}, None),
        ("1h", "2026-01-31T11:00:00Z", {"31T09:00": 2, "31T10:00": 4}, None),
        ("24h", "2026-01-31T10:20:31Z", {}, 6),
        ("15m", "2026-01-31T10:20:31Z", {"31T09:30": 1, "31T09:45": 1, "31T10:00": 1}, 3),
        ("1m", "2026-01-31T10:20:31Z", {"31T09:30": 1, "31T09:59": 1, "31T10:00": 1, "31T10:19": 1}, 2),
    ],
)
def test_timeseries_end_inside_bucket_counts_up_to_end(client, resolution, end, whole, partial):
    publish(0, 29.9, 30, 49, 50 + 30 / 60, 50 + 30.5 / 60)  # 9:30:00 9:59:54 10:00:00 10:19:00 10:20:30 10:20:30.5

    series = get(client, "timeseries/AAPL", resolution=resolution, start="2026-01-31", end=end)

    assert counts(series) == whole
    assert (series["partial_bucket"] and series["partial_bucket"]["count"]) == partial


def test_timeseries_start_and_end_inside_one_bucket_counts_between_them(client):
    publish(0, 10, 20, 20.5)

    series = get(client, "timeseries/AAPL", start="2026-01-31T09:40:00Z", end="2026-01-31T09:50:10Z")

    assert series["buckets"] == []
    assert series["partial_bucket"]["start"] == "2026-01-31T09:00:00Z"
    assert series["partial_bucket"]["count"] == 2
    one_minute = get(client, "timeseries/AAPL", start="2026-01-31T09:50:10Z", end="2026-01-31T09:50:40Z")
    assert one_minute["partial_bucket"]["count"] == 1


def test_timeseries_start_inside_bucket_includes_the_bucket_in_full(client):
    publish(0, 10, 40)

    assert counts(get(client, "timeseries/AAPL", start="2026-01-31T09:35:00Z", end=LATER)) == {
        "31T09:00": 2,
        "31T10:00": 1,
    }


@pytest.mark.parametrize("path", ["timeseries/AAPL", "timeseries"])
def test_timeseries_partial_bucket_is_on_the_last_page_only(client, path):
    publish(0, 60, 120, 150)
    query = {"start": "2026-01-31T09:00:00Z", "end": "2026-01-31T12:10:00Z", "limit": 2}
    if path == "timeseries":
        query["tickers"] = "AAPL,MSFT"

    first = get(client, path, **query)
    last = get(client, path, **query, cursor=first["next_cursor"])

    partials = [page["series"]["AAPL"] if path == "timeseries" else page for page in (first, last)]
    assert [len(series["buckets"]) for series in partials] == [2, 1]
    assert partials[0]["partial_bucket"] is None
    assert partials[1]["partial_bucket"]["start"] == "2026-01-31T12:00:00Z"
    assert partials[1]["partial_bucket"]["count"] == 1
    assert last["next_cursor"] is None


def test_timeseries_end_before_all_minutes_were_trimmed_says_complete_from(client):
    publish(0, 10, 70)
    call_command("prune", "--keep", "1")

    minutes = get(client, "timeseries/AAPL", resolution="5m", start="2026-01-31", end=LATER)
    hours = get(client, "timeseries/AAPL", resolution="1h", start="2026-01-31", end=LATER)
    cut = get(client, "timeseries/AAPL", resolution="1h", start="2026-01-31", end="2026-01-31T09:35:00Z")

    assert counts(minutes) == {"31T10:40": 1}
    assert minutes["complete_from"] == "2026-01-31T10:00:00Z"
    assert (counts(hours), hours["complete_from"]) == ({"31T09:00": 2, "31T10:00": 1}, None)
    assert cut["complete_from"] == "2026-01-31T10:00:00Z"
    late = get(client, "timeseries/AAPL", resolution="5m", start="2026-01-31T10:00", end=LATER)
    assert late["complete_from"] is None


def test_timeseries_by_appended_counts_arrivals_without_historical(client):
    publish(0)
    publish(1, is_historical=True)

    arrived = get(client, "timeseries/AAPL", by="appended", resolution="24h")
    published = get(client, "timeseries/AAPL", start="2026-01-31", end=LATER)

    assert arrived["partial_bucket"]["count"] == 1
    assert arrived["buckets"] == []
    assert counts(published) == {"31T09:00": 2}


@pytest.mark.parametrize(
    ("zone", "times", "expected"),
    [
        # The days on which clocks change, of 23 and 25 hours: the last moment of one day and the first of the next.
        (
            "America/New_York",
            ["2026-03-08T04:59:59Z", "2026-03-08T05:00:00Z", "2026-03-09T03:59:59Z", "2026-03-09T04:00:00Z"],
            {"2026-03-07T05:00:00Z": 1, "2026-03-08T05:00:00Z": 2, "2026-03-09T04:00:00Z": 1},
        ),
        (
            "Europe/Berlin",
            ["2025-10-25T21:59:59Z", "2025-10-25T22:00:00Z", "2025-10-26T22:59:59Z", "2025-10-26T23:00:00Z"],
            {"2025-10-24T22:00:00Z": 1, "2025-10-25T22:00:00Z": 2, "2025-10-26T23:00:00Z": 1},
        ),
        (
            "Asia/Kolkata",
            ["2026-01-30T18:29:59Z", "2026-01-30T18:30:00Z", "2026-01-31T18:29:59Z", "2026-01-31T18:30:00Z"],
            {"2026-01-29T18:30:00Z": 1, "2026-01-30T18:30:00Z": 2, "2026-01-31T18:30:00Z": 1},
        ),
        (
            "Asia/Kathmandu",
            ["2026-01-30T18:14:59Z", "2026-01-30T18:15:00Z"],
            {"2026-01-29T18:15:00Z": 1, "2026-01-30T18:15:00Z": 1},
        ),
        # Clocks skip midnight: the day begins at 1:00.
        (
            "Asia/Beirut",
            ["2026-03-28T21:59:59Z", "2026-03-28T22:00:00Z", "2026-03-29T20:59:59Z", "2026-03-29T21:00:00Z"],
            {"2026-03-27T22:00:00Z": 1, "2026-03-28T22:00:00Z": 2, "2026-03-29T21:00:00Z": 1},
        ),
        # Crossed the date line: there was no 30 December 2011.
        (
            "Pacific/Apia",
            ["2011-12-30T09:59:59Z", "2011-12-30T10:00:00Z"],
            {"2011-12-29T10:00:00Z": 1, "2011-12-30T10:00:00Z": 1},
        ),
        (
            "UTC",
            ["2026-01-30T23:59:59Z", "2026-01-31T00:00:00Z"],
            {"2026-01-30T00:00:00Z": 1, "2026-01-31T00:00:00Z": 1},
        ),
    ],
)
def test_timeseries_tz_days_begin_at_local_midnight(client, zone, times, expected):
    for n, time in enumerate(times):
        ingest([Headline(f"Zoned {n}", ("TZ",), "test", datetime.fromisoformat(time))])

    series = get(client, "timeseries/TZ", resolution="24h", tz=zone, start="2011-01-01", end="2026-06-01", limit=1000)

    assert {bucket["start"]: bucket["count"] for bucket in series["buckets"]} == expected
    pages = fetch_all(client, "timeseries/TZ", resolution="24h", tz=zone, start="2011-01-01", end="2026-06-01", limit=1)
    assert [page["buckets"][0]["start"] for page in pages] == [*expected]


def test_timeseries_tz_fill_zero_has_each_day_once(client):
    publish(0)

    series = get(
        client,
        "timeseries/AAPL",
        resolution="24h",
        tz="Europe/Berlin",
        fill="zero",
        start="2026-03-27T23:00:00Z",
        end="2026-03-30T22:00:00Z",
    )

    assert [bucket["start"] for bucket in series["buckets"]] == [
        "2026-03-27T23:00:00Z",
        "2026-03-28T23:00:00Z",
        "2026-03-29T22:00:00Z",
    ]


def test_timeseries_tz_of_hours_returns_400(client):
    assert "resolution=24h" in detail_of(client.get("/api/v2/timeseries/AAPL?resolution=1h&tz=Asia/Tokyo"), 400)


def test_timeseries_fill_zero_includes_empty_buckets_on_all_pages(client):
    publish(0, 120)
    query = {"start": "2026-01-31T08:00:00Z", "end": "2026-01-31T13:00:00Z", "fill": "zero"}

    series = get(client, "timeseries/AAPL", **query)

    assert [bucket["count"] for bucket in series["buckets"]] == [0, 1, 0, 1, 0]
    empty = series["buckets"][0]
    assert empty == dict.fromkeys(empty, 0) | {"start": "2026-01-31T08:00:00Z"}
    pages = fetch_all(client, "timeseries/AAPL", **query, limit=2)
    assert [[bucket["count"] for bucket in page["buckets"]] for page in pages] == [[0, 1], [0, 1], [0]]
    cut = get(client, "timeseries/AAPL", **query | {"end": "2026-01-31T12:30:00Z"})
    assert cut["partial_bucket"]["count"] == 0


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_timeseries_several_tickers_one_cursor_continues_all(client, limit):
    publish(0, 60, 120, 180, tickers=("A",))
    publish(90, 600, tickers=("B",))
    publish(180, 240, 300, tickers=("C", "B"))
    query = {"start": "2026-01-31", "end": LATER}

    pages = fetch_all(client, "timeseries", tickers="*,A,B,C,NONE", **query, limit=limit)

    for name in ("*", "A", "B", "C", "NONE"):
        whole = get(client, "timeseries", ticker=name, **query)["series"][name]
        assert [bucket for page in pages for bucket in page["series"][name]["buckets"]] == whole["buckets"]
        assert all(len(page["series"][name]["buckets"]) <= limit for page in pages)
        assert "next_cursor" not in whole


@pytest.mark.parametrize("name", ["ticker", "tickers"])
def test_metrics_and_series_take_either_name_of_the_tickers(client, name):
    publish(0, tickers=("F", "GM"))
    publish(0, tickers=("AAPL",))

    assert get(client, "metrics", **{name: "f,gm"})["by_tag"] == {"F": 1, "GM": 1}
    assert get(client, "metrics", **{name: "gm"})["total"] == 1
    assert [*get(client, "timeseries", **{name: "f,GM"})["series"]] == ["F", "GM"]


def test_metrics_period_counts_by_publication_to_the_moment(client):
    publish(0, 29.9, 30, 50.5, tickers=("AAPL", "F"))
    publish(10, tickers=("MSFT",))

    period = {"by": "published", "start": "2026-01-31T09:40:00Z", "end": "2026-01-31T10:20:30.5Z"}
    metrics = get(client, "metrics", **period)

    assert metrics["total"] == 4
    assert metrics["by_tag"] == {"AAPL": 3, "F": 3, "MSFT": 1}
    assert metrics["rate_last_hour"] == 5  # whatever the period
    assert [item["published_at"][11:19] for item in metrics["recent_items"]] == [
        "10:20:30",
        "10:00:00",
        "09:59:54",
        "09:40:00",
    ]
    assert "complete_from" not in metrics
    assert get(client, "metrics", **period, tickers="AAPL,F")["total"] == 6
    assert len(get(client, "metrics", **period, tickers="AAPL,F")["recent_items"]) == 3
    assert get(client, "metrics", **period | {"end": "2026-01-31T10:20:30Z"})["total"] == 3
    assert get(client, "metrics", by="published", start="2026-01-31T10:00:00Z")["total"] == 2
    assert get(client, "metrics", by="published", end="2026-01-31T09:30:00Z")["total"] == 0


def test_metrics_period_by_arrival_is_the_default_and_leaves_historical_out(client):
    publish(0)
    publish(1, is_historical=True)
    start = (datetime.now(UTC) - timedelta(minutes=10)).isoformat()

    period = get(client, "metrics", start=start)

    assert get(client, "metrics")["total"] == 2
    assert (period["total"], period["rate_last_hour"], len(period["recent_items"])) == (1, 1, 1)
    assert get(client, "metrics", hours=1)["total"] == len(get(client, "metrics", hours=1)["recent_items"]) == 1
    assert get(client, "metrics", end=start)["total"] == 0
    assert len(get(client, "metrics")["recent_items"]) == 2


def test_metrics_period_that_cuts_deleted_minutes_says_complete_from(client):
    publish(0, 10, 70)
    call_command("prune", "--keep", "1")

    cut = get(client, "metrics", by="published", start="2026-01-31T09:35:00Z")
    whole = get(client, "metrics", by="published", start="2026-01-31T09:00:00Z")

    assert cut["complete_from"] == "2026-01-31T10:00:00Z"
    assert whole["total"] == 3
    assert "complete_from" not in whole


def test_metrics_hours_by_publication_counts_what_was_published_lately(client):
    now = datetime.now(UTC)
    ingest([Headline(f"Published {age}", ("AAPL",), "test", now - timedelta(minutes=age)) for age in (1, 90)])
    ingest([Headline("Published 2", ("AAPL",), "test", now - timedelta(minutes=2), is_historical=True)])

    assert get(client, "metrics", hours=1, by="published")["total"] == 2
    assert get(client, "metrics", hours=2, by="published")["total"] == 3
    assert get(client, "metrics", hours=1)["total"] == 2


@pytest.mark.parametrize(
    "path",
    [
        "metrics?end=9999-12-31T23:59:59Z",
        "metrics?start=9999-12-31T23:59:59Z&by=published",
        "metrics?start=9999-12-31T23:59:58Z&end=9999-12-31T23:59:59Z&by=published",
        "timeseries/AAPL?start=9999-12-31T23:59:58Z&end=9999-12-31T23:59:59Z&resolution=24h&tz=Pacific/Kiritimati",
        "timeseries/AAPL?end=9999-12-31T23:59:59Z&resolution=24h&tz=Pacific/Kiritimati",
        "timeseries/AAPL?cursor=253402300799&resolution=24h&tz=Pacific/Kiritimati&fill=zero",
        "timeseries/AAPL?start=1970-01-01&end=1970-01-01T00:00:01Z&resolution=24h&tz=America/Los_Angeles&fill=zero",
        "timeseries/AAPL?start=1970-01-01&limit=1000&resolution=24h&tz=Africa/Monrovia&fill=zero",
    ],
)
def test_metrics_and_series_take_any_time_of_four_digit_years(client, path):
    publish(0)

    assert client.get(f"/api/v2/{path}").status_code == 200


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("hours=2&start=2026-01-31", 400, "hours=2 together with start or end"),
        ("hours=2&end=2026-01-31", 400, "hours=2 together with start or end"),
        ("start=2026-02-01&end=2026-01-31", 422, "before end"),
        ("start=2026-02-01&end=2026-02-01", 422, "before end"),
        ("start=yesterday", 422, "start='yesterday'"),
        ("by=scored", 422, "by='scored'"),
    ],
)
def test_metrics_invalid_period_is_rejected_with_its_value(client, query, status, message):
    assert message in detail_of(client.get(f"/api/v2/metrics?{query}"), status)

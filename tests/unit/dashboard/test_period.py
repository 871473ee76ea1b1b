"""Numbers of a period, as the buckets and the items have them."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest
from django.test import Client

from common.time import format_time, utc_now
from dashboard.formatting import compute_percentages
from dashboard.query import PageQuery, TimeRange
from dashboard.sources import count_sources
from news.metrics.bucket_value import ALL_TIME
from news.models import Bucket, Item
from tests.helpers.items import (
    PUBLISHED_AT,
    append_samples,
    append_scored,
    draw_entities,
    make_headline,
    make_scored_item,
    store_items,
)

pytestmark = pytest.mark.django_db
TICKERS = ("AAPL", "BA", "MARKET")


def fill(count: int = 40) -> None:
    random = Random(3)
    items = []
    for number in range(count):
        tickers = random.sample(TICKERS, random.randint(1, 2))
        item = make_scored_item(make_headline(f"Headline number {number}", *tickers), draw_entities(random, tickers))
        item.published_at = PUBLISHED_AT + timedelta(seconds=random.randrange(5 * 3600))
        item.source = f"wire{number % 3}"
        items.append(item)
    store_items(items)


def get_period(**query: str) -> dict[str, object]:
    payload = Client(SERVER_NAME="127.0.0.1").get("/snapshot", query).json()
    return dict(payload["period"])


@pytest.mark.parametrize("tickers", ["", "AAPL", "AAPL,MARKET"])
def test_period_of_a_custom_time_equals_the_items_in_it(tickers: str):
    fill()
    start = PUBLISHED_AT + timedelta(minutes=130, seconds=13)
    end = PUBLISHED_AT + timedelta(minutes=250, seconds=41)

    period = get_period(start=format_time(start), end=format_time(end), tickers=tickers)

    def expect(first: datetime, last: datetime) -> dict[str, object]:
        items = Item.objects.filter(published_at__gte=first, published_at__lt=last)
        entities = [entity for item in items for entity in item.list_entities()]
        chosen = [entity for entity in entities if entity.ticker in tickers.split(",")] if tickers else [*items]
        values = [score.value for score in chosen]
        mentioned = {entity.ticker for entity in (chosen if tickers else entities)}
        counts = {
            name: sum(score.sentiment == name for score in chosen) for name in ("positive", "neutral", "negative")
        }
        return {
            "total": len(chosen),
            **counts,
            "average": pytest.approx(sum(values) / len(values)) if values else None,
            "instruments": len(mentioned - {"MARKET"}),
        }

    before = expect(start - (end - start), start)
    now = expect(start, end)
    assert now["total"]
    assert before["total"]
    assert {name: period[name] for name in now} == now
    assert period["previous"] == before


def test_period_of_all_time_has_none_before_it_and_of_nothing_no_average():
    append_scored("Ford gains", {"F": "positive"})

    everything, today = get_period(period="all"), get_period()

    assert (everything["total"], everything["instruments"], everything["previous"]) == (1, 1, None)
    assert everything["by_tag"] == {"F": 1}
    assert (today["total"], today["average"], today["by_tag"]) == (0, None, {})
    assert today["end"] is None


@pytest.mark.parametrize("tickers", ["", "AAPL,MARKET"])
def test_period_of_all_time_counts_what_the_page_does_also_after_retention(tickers: str):
    append_samples(0)
    fill(20)
    append_scored("Apple gains", {"AAPL": "positive", "F": "negative"}, is_historical=True)
    values = [
        each.value
        for item in Item.objects.filter(is_sample=False)
        for each in (item.list_entities() if tickers else [item])
        if not tickers or each.ticker in tickers.split(",")
    ]
    Bucket.objects.filter(seconds__gt=ALL_TIME).delete()

    snapshot = Client(SERVER_NAME="127.0.0.1").get("/snapshot", {"period": "all", "tickers": tickers}).json()

    names = ("total", "positive", "neutral", "negative", "by_tag")
    assert {name: snapshot["period"][name] for name in names} == {name: snapshot[name] for name in names}
    assert snapshot["total"] == len(values)
    assert snapshot["period"]["average"] == pytest.approx(sum(values) / len(values))


@pytest.mark.parametrize(
    "times", [{"start": "1000-01-01", "end": "2026-03-01"}, {"start": "0001-01-01T00:00:00Z", "end": "9999-12-31"}]
)
def test_period_of_more_time_than_there_was_before_it_has_none_before(times: dict[str, str]):
    append_scored("Ford gains", {"F": "positive"})

    period = get_period(**times)

    assert (period["total"], period["previous"]) == (1, None)
    assert Client(SERVER_NAME="127.0.0.1").get("/", times).status_code == 200


def test_period_is_compared_only_where_news_reaches_back_to_the_beginning_of_the_one_before():
    fill()
    middle = PUBLISHED_AT + timedelta(minutes=150)

    def has_previous(length: timedelta, **query: str) -> bool:
        period = get_period(start=format_time(middle), end=format_time(middle + length), **query)
        return period["previous"] is not None

    assert has_previous(timedelta(hours=2))
    assert not has_previous(timedelta(hours=4))
    assert has_previous(timedelta(hours=2), tickers="NVDA")  # of which there is none: news was read all the time
    page = Client(SERVER_NAME="127.0.0.1").get("/", {"start": format_time(middle), "end": format_time(utc_now())})
    assert "against the same time before" not in page.content.decode()


def test_count_sources_of_tickers_counts_what_mentions_one():
    fill()
    tickers = ("AAPL", "BA")

    sources = count_sources(TimeRange(None, None), ("AAPL",))

    wanted = [item for item in Item.objects.all() if "AAPL" in item.tickers]
    assert 0 < len(wanted) < Item.objects.count()
    assert {each["name"]: each["count"] for each in sources} == Counter(item.source for item in wanted)
    url = "/sources?period=all&tickers=" + ",".join(tickers)
    assert Client(SERVER_NAME="127.0.0.1").get(url).json() == count_sources(TimeRange(None, None), tickers)


def test_count_sources_lists_the_largest_first_with_the_last_headline():
    append_samples(0)
    fill()
    start, end = PUBLISHED_AT + timedelta(hours=1), PUBLISHED_AT + timedelta(hours=4)

    sources = count_sources(TimeRange(start, end))

    items = Item.objects.filter(published_at__gte=start, published_at__lt=end, is_sample=False).order_by("published_at")
    assert {row["name"]: (row["count"], row["last_item_at"]) for row in sources} == {
        name: (
            items.filter(source=name).count(),
            format_time(items.filter(source=name).last().published_at),  # type: ignore[union-attr]
        )
        for name in ("wire0", "wire1", "wire2")
    }
    assert [row["count"] for row in sources] == sorted((row["count"] for row in sources), reverse=True)
    assert not any("is_partial" in row for row in sources)
    assert Client(SERVER_NAME="127.0.0.1").get("/sources?period=all").json() == count_sources(
        PageQuery(period="all").get_range()
    )


def test_count_sources_of_more_items_than_it_reads_says_so():
    fill(10)

    sources = count_sources(TimeRange(None, None), max_items=4)

    assert sum(row["count"] for row in sources) == 4
    assert all(row["is_partial"] for row in sources)


def test_percentages_of_nothing_are_zero():
    assert compute_percentages({"positive": 0, "neutral": 0}) == {"positive": 0.0, "neutral": 0.0}

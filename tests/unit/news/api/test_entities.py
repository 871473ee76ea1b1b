"""What headlines say of each of their tickers: in lists, details, histories, metrics, series and exports."""

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client

from news.export.formats import FORMATS, FormatName, encode_table
from news.export.params import ItemExportParams
from news.models import ChangeKind, Item
from tests.helpers.api_client import append, get
from tests.helpers.changes import change_item
from tests.helpers.items import append_scored

pytestmark = pytest.mark.django_db
SCORE_NAMES = ("ticker", "sentiment", "score", "value", "probabilities")


@pytest.fixture
def gains(db: None) -> Item:
    """A neutral headline that is positive for Ford, and negative for GM, which is less relevant."""
    return append_scored("Ford gains as GM slumps", {"F": "positive", "GM": "negative"}, sentiment="neutral")


def get_scores(item: dict[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in SCORE_NAMES}


def export(format_name: FormatName, query: dict[str, str]) -> str:
    params = ItemExportParams.model_validate({name: value for name, value in query.items() if name != "order"})
    table = params.make_table()
    return b"".join(encode_table(table, FORMATS[format_name].make_writer(table.columns))).decode()


def list_scores(client: Client, **query: str) -> list[tuple[str, str]]:
    return [(item["ticker"], item["sentiment"]) for item in get(client, "items", **query)["items"]]


def test_item_has_its_entities_with_their_evidence(client: Client, gains: Item) -> None:
    item = get(client, f"items/{gains.item_id}")

    assert (item["ticker"], item["sentiment"], item["evidence"], item["language"]) == ("F", "neutral", ["word"], "")
    assert item["entities"] == [
        {
            "ticker": entity.ticker,
            "sentiment": sentiment,
            "score": entity.score,
            "value": entity.value,
            "relevance": relevance,
            "names": [entity.ticker.title()],
            "evidence": ["word"],
        }
        for entity, sentiment, relevance in zip(
            gains.list_entities(), ("positive", "negative"), (1.0, 0.5), strict=True
        )
    ]


def test_item_in_another_language_names_it(client: Client, gains: Item) -> None:
    Item.objects.update(language="de")

    assert get(client, f"items/{gains.item_id}")["language"] == "de"


@pytest.mark.usefixtures("gains")
def test_list_without_tickers_has_the_headline_and_its_entities(client: Client) -> None:
    (item,) = get(client, "items")["items"]

    assert (item["ticker"], item["sentiment"], item["score"]) == ("F", "neutral", 0.8)
    assert [(entity["ticker"], entity["sentiment"]) for entity in item["entities"]] == [
        ("F", "positive"),
        ("GM", "negative"),
    ]
    assert {*item["entities"][0]} == {"ticker", "sentiment", "score", "value", "relevance"}
    assert list_scores(client, sentiment="positive") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"ticker": "GM"}, [("GM", "negative")]),
        ({"ticker": "GM", "sentiment": "negative"}, [("GM", "negative")]),
        ({"ticker": "GM", "sentiment": "positive"}, []),
        ({"ticker": "GM", "sentiment": "neutral"}, []),
        ({"tickers": "GM,F"}, [("F", "positive")]),
        ({"tickers": "GM,F", "sentiment": "negative"}, [("GM", "negative")]),
        ({"tickers": "GM,F", "min_score": "0.785"}, [("F", "positive")]),
        ({"tickers": "GM,F", "min_score": "0.785", "sentiment": "negative"}, []),
        ({"tickers": "GM,AAPL", "q": "gains"}, [("GM", "negative")]),
        ({"tickers": "GM", "source": "test", "order": "oldest", "sentiment": "negative"}, [("GM", "negative")]),
    ],
)
@pytest.mark.usefixtures("gains")
def test_list_of_tickers_has_the_most_relevant_mention_that_passes(
    client: Client, query: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert list_scores(client, **query) == expected
    if "q" not in query:
        cursor = get(client, "metrics")["cursor"]
        assert list_scores(client, **query, as_of=cursor) == expected
    rows = [json.loads(line) for line in export("ndjson", query).splitlines()]
    assert [(row["ticker"], row["sentiment"]) for row in rows] == expected
    listed = get(client, "items", **query)["items"]
    assert [get_scores(row) for row in rows] == [get_scores(item) for item in listed]
    assert [row["entities"] for row in rows] == [item["entities"] for item in listed]


def test_list_of_a_ticker_has_probabilities_of_its_value(client: Client, gains: Item) -> None:
    (item,) = get(client, "items", ticker="GM")["items"]

    entity = gains.get_entity("GM")
    assert (item["score"], item["value"]) == (entity.score, entity.value)
    assert item["probabilities"]["negative"] == entity.score
    assert item["probabilities"]["positive"] - item["probabilities"]["negative"] == pytest.approx(entity.value)
    assert sum(item["probabilities"].values()) == pytest.approx(1)


def test_items_without_stored_entities_say_of_each_ticker_what_the_headline_says(client: Client) -> None:
    append("Ford plunges after fraud lawsuit", tickers=["F", "GM"])
    Item.objects.update(entities=None)

    (item,) = get(client, "items")["items"]
    (of_ticker,) = get(client, "items", ticker="GM")["items"]

    assert [(entity["ticker"], entity["relevance"]) for entity in item["entities"]] == [("F", 1), ("GM", 0.5)]
    assert all(entity[name] == item[name] for entity in item["entities"] for name in ("sentiment", "score", "value"))
    assert get_scores(of_ticker) == get_scores(item) | {
        "ticker": "GM",
        "probabilities": pytest.approx(item["probabilities"]),
    }


def test_history_has_the_entities_of_each_state(client: Client, gains: Item) -> None:
    change_item(gains.item_id, own={"F": "positive", "GM": "positive"})
    change_item(gains.item_id, tickers=["GM"], own={"GM": "neutral"})

    change_item(gains.item_id, ChangeKind.RETAGGED, tickers=["GM", "F"])

    retagged, *states = get(client, f"items/{gains.item_id}/history")["states"]

    assert (retagged["kind"], [each["sentiment"] for each in retagged["entities"]]) == ("retagged", ["neutral"] * 2)
    assert [[(each["ticker"], each["sentiment"]) for each in state["entities"]] for state in states] == [
        [("GM", "neutral")],
        [("F", "positive"), ("GM", "positive")],
        [("F", "positive"), ("GM", "negative")],
    ]


@pytest.mark.parametrize("is_of_then", [False, True])
@pytest.mark.parametrize("period", [{}, {"hours": "1"}, {"start": "2026-01-01", "by": "published"}])
@pytest.mark.usefixtures("gains")
def test_metrics_of_tickers_count_mentions_by_their_own_sentiment(
    client: Client, period: dict[str, str], is_of_then: bool
) -> None:
    append_scored("Board meets", {"GM": "neutral"}, sentiment="positive")
    as_of = {}
    if is_of_then:
        as_of = {"as_of": get(client, "metrics")["cursor"]}
        change_item(Item.objects.order_by("seq")[0].item_id, own={"F": "neutral", "GM": "neutral"})
        append_scored("Board meets again", {"GM": "negative"})

    def count(**query: str) -> tuple[list[int], list[tuple[str, str]]]:
        metrics = get(client, "metrics", **query, **period, **as_of)
        recent = [(item["ticker"], item["sentiment"]) for item in metrics["recent_items"]]
        assert metrics["total"] == sum(metrics[name] for name in ("positive", "neutral", "negative"))
        if query:
            assert metrics["total"] == sum(metrics["by_tag"].values()) == metrics["rate_last_hour"]
        return [metrics[name] for name in ("positive", "neutral", "negative")], recent

    assert count() == ([1, 1, 0], [("GM", "positive"), ("F", "neutral")])
    assert count(ticker="F") == ([1, 0, 0], [("F", "positive")])
    assert count(ticker="GM") == ([0, 1, 1], [("GM", "neutral"), ("GM", "negative")])
    assert count(tickers="F,GM") == ([1, 1, 1], [("GM", "neutral"), ("F", "positive")])


def test_series_of_a_ticker_have_its_own_values(client: Client, gains: Item) -> None:
    query = {"start": "2026-01-31T09:00:00Z", "end": "2026-01-31T10:00:00Z", "resolution": "1m"}
    series = get(client, "timeseries", tickers="*,F,GM", **query)["series"]

    for key, value in (("*", gains.value), ("F", gains.get_entity("F").value), ("GM", gains.get_entity("GM").value)):
        (bucket,) = series[key]["buckets"]
        names = ("sum", "avg", "open", "high", "low", "close")
        assert [bucket[name] for name in names] == [pytest.approx(value)] * len(names), key
    assert [
        series[key]["buckets"][0][name] for key, name in (("*", "neutral"), ("F", "positive"), ("GM", "negative"))
    ] == [
        1,
        1,
        1,
    ]


@pytest.mark.usefixtures("gains")
def test_csv_export_of_a_ticker_has_its_own_score() -> None:
    def load(**query: str) -> dict[str, str]:
        (row,) = csv.DictReader(io.StringIO(export("csv", query)))
        return row

    assert (load()["ticker"], load()["sentiment"]) == ("F", "neutral")
    row = load(ticker="GM")
    assert (row["ticker"], row["tickers"], row["sentiment"]) == ("GM", "F,GM", "negative")
    assert float(row["probability_negative"]) == float(row["score"])
    assert row["ticker_sentiments"] == "positive,negative"
    assert row["ticker_values"].split(",")[1] == row["value"]

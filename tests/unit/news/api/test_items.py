"""Listing items: pages and filters."""

from datetime import timedelta
from itertools import chain

import pytest

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from tests.helpers.api_client import BASE, ITEMS, append, detail_of, get

pytestmark = pytest.mark.django_db


def test_list_items_pages_newest_first_without_gaps(client):
    created = append(*[f"Apple headline {number}" for number in range(7)])

    pages, cursor = [], {}
    while True:
        page = get(client, "items", limit=3, **cursor)
        pages.append([item["item_id"] for item in page["items"]])
        if page["next_cursor"] is None:
            break
        cursor = {"after": page["next_cursor"]}

    assert [len(page) for page in pages] == [3, 3, 1]
    assert list(chain.from_iterable(pages)) == created[::-1]


def test_list_items_of_ticker_pages_newest_first_without_gaps(client):
    expected = append(*[f"Apple headline {number}" for number in range(5)], tickers=["MSFT", "AAPL"])
    append("Ford headline", tickers=["F"])

    first = get(client, "items", ticker="aapl", limit=3)
    second = get(client, "items", ticker="AAPL", limit=3, after=first["next_cursor"])

    assert [item["item_id"] for item in first["items"] + second["items"]] == expected[::-1]
    assert second["next_cursor"] is None


def test_list_items_several_filters_returns_items_that_match_all(client):
    (rise,) = append("Apple profit surges to 100% record")
    (fall,) = append("Ford plunges after fraud lawsuit", tickers=["F"])

    def ids(**query):
        return [item["item_id"] for item in get(client, "items", **query)["items"]]

    assert ids() == [fall, rise]
    assert ids(sentiment="positive") == [rise]
    assert ids(sentiment="negative", ticker="AAPL") == []
    assert ids(q="PROFIT") == [rise]
    assert ids(q="%") == [rise]
    assert ids(q="_ord") == []
    assert ids(source="test") == [fall, rise]
    assert ids(source="other") == []
    assert ids(ticker="NEW") == []
    assert ids(ticker="f,aapl") == ids(tickers="NYSE:F,$AAPL") == [fall, rise]
    assert ids(order="oldest") == [rise, fall]
    assert ids(min_score="1") == []


def test_list_items_times_are_from_inclusive_to_exclusive(client):
    first, second = append("Apple one") + append("Apple two", published_at=BASE + timedelta(days=1))
    second_time = int((BASE + timedelta(days=1)).timestamp())

    def ids(**query):
        return [item["item_id"] for item in get(client, "items", **query)["items"]]

    assert ids(published_from=second_time) == ids(published_from=second_time * 1000) == [second]
    assert ids(published_to="2026-02-01T09:30:00Z") == [first]
    assert ids(published_from="2026-01-31T09:30:00Z", published_to="2026-02-01T10:30:00+01:00") == [first]
    assert ids(appended_from="2026-01-01") == [second, first]
    assert ids(appended_to="2026-01-01") == []


def test_list_items_external_id_finds_it_in_every_source(client):
    (one,) = append("Apple one", external_id="x1")
    append("Apple two", external_id="x2")
    (other,) = ingest([Headline("Ford", ("F",), "other", BASE, external_id="x1")]).created

    assert {item["item_id"] for item in get(client, "items", external_id="x1")["items"]} == {one, other}
    assert [item["item_id"] for item in get(client, "items", external_id="x1", source="other")["items"]] == [other]
    assert get(client, "items", external_id="x3")["items"] == []


@pytest.mark.parametrize("q", ["nestle", "NESTLÉ", "\uff2eestle", "straße", "STRASSE", "Nestle\u0301"])
def test_list_items_text_matches_whatever_case_and_accents(client, q):
    (item_id,) = append("Nestlé in der Bahnhofstraße")
    append("Apple rises")

    assert [item["item_id"] for item in get(client, "items", q=q)["items"]] == [item_id]


def test_list_items_carry_scores_and_times(client):
    append("Apple profit surges to record", is_historical=True)

    (item,) = get(client, "items")["items"]

    assert item["score"] == item["probabilities"]["positive"] == max(item["probabilities"].values())
    assert item["value"] == pytest.approx(item["probabilities"]["positive"] - item["probabilities"]["negative"])
    assert item["published_at"] == "2026-01-31T09:30:00Z"
    assert item["first_appended_at"] == item["timestamp"] > item["published_at"]
    assert (item["revision"], item["undated"], item["historical"]) == (0, False, True)
    assert item["analyzer"]
    assert item["analyzer_version"]


def test_list_items_search_above_rate_returns_429(client, settings):
    settings.TEXT_SEARCHES_PER_MINUTE = 1

    responses = [client.get(ITEMS, {"q": "apple"}) for _ in range(3)]  # at least two of these are within one minute

    throttled = [response for response in responses if response.status_code == 429]
    assert "Retry-After" in detail_of(throttled[0], 429)
    assert throttled[0]["Retry-After"]
    assert client.get(ITEMS).status_code == client.get(ITEMS, {"q": ""}).status_code == 200


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"tickers": "AAPL,A$"}, "tickers='AAPL,A$'"),
        ({"tickers": "FOO:AAPL"}, "names no market here"),
        ({"min_score": "1.5"}, "less than or equal to 1"),
        ({"min_score": "nan"}, "min_score='nan'"),
        ({"order": "up"}, "'newest' or 'oldest'"),
        ({"external_id": "a\0"}, "NUL"),
        ({"published_from": "2024"}, "published_from='2024': must be ISO-8601"),
        ({"appended_to": "20240310"}, "10 digits (seconds) or 13 (milliseconds)"),
        ({"published_from": "2026-02-01", "published_to": "2026-02-01"}, "published_from is not before published_to"),
        ({"limit": "0"}, "limit='0'"),
        ({"limit": "-1"}, "limit='-1'"),
        ({"limit": "1000000000"}, "less than or equal to 1000"),
        ({"limit": "many"}, "limit='many'"),
        ({"limit": "9" * 5000}, "…"),
        ({"ticker": "AAPL;"}, "ticker='AAPL;'"),
        ({"ticker": ""}, "ticker=''"),
        ({"ticker": "AAPL\n"}, "ticker="),
        ({"ticker": "A\0"}, "ticker="),
        ({"sentiment": "happy"}, "'positive', 'neutral' or 'negative'"),
        ({"source": "a\0"}, "NUL"),
        ({"q": "a\0"}, "NUL"),
        ({"q": "x" * 201}, "at most 200 characters"),
        ({"after": "evt_abcdef-1"}, "next_cursor"),
        ({"after": str(2**63)}, "next_cursor"),
        ({"after": "-1"}, "next_cursor"),
        ({"after": "\N{ARABIC-INDIC DIGIT ONE}"}, "next_cursor"),
    ],
)
def test_list_items_invalid_filter_returns_422_with_value(client, query, message):
    assert message in detail_of(client.get(ITEMS, query), 422)


def test_get_item_unknown_id_returns_404_with_id(client):
    missing = "01890000-0000-7000-8000-000000000000"

    assert missing in detail_of(client.get(f"{ITEMS}/{missing}"), 404)
    assert "…" not in detail_of(client.get(f"{ITEMS}/%00"), 404)
    assert len(detail_of(client.get(f"{ITEMS}/{'x' * 5000}"), 404)) < 200

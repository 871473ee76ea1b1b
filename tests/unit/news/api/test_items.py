"""Listing items: pages and filters."""

from itertools import chain

import pytest

from tests.helpers.api_client import ITEMS, append, detail_of, get

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


@pytest.mark.parametrize(
    ("query", "message"),
    [
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

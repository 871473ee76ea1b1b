"""GET /api/v2/instruments: suggestions by symbol and name, and the list of all."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from common.time import utc_now
from news.ingest.corrections import withdraw_item
from news.ingest.pipeline import ingest
from news.models import Instrument, Item
from tests.helpers.instruments import add_instrument
from tests.helpers.items import append_samples, make_headline

pytestmark = pytest.mark.django_db
PATH = "/api/v2/instruments"
CLIENT = Client()


def get(**query: object) -> dict[str, Any]:
    response = CLIENT.get(PATH, query)
    assert response.status_code == 200, response.content
    return response.json()


def symbols(**query: object) -> list[str]:
    return [each["symbol"] for each in get(**query)["instruments"]]


def post(title: str, *tickers: str, **options: bool) -> str:
    return ingest([make_headline(title, *tickers, **options)]).created[0]


@pytest.mark.parametrize("text", ["apple", "APPLE", " Apple ", "aapl", "$AAPL", "NASDAQ:AAPL", "AAPL US", "Apple Inc"])
def test_search_by_name_or_symbol_lists_the_best_match_first(text: str) -> None:
    first = get(q=text)["instruments"][0]

    assert first == {"symbol": "AAPL", "name": "Apple Inc.", "kind": "company", "count": 0, "last_seen": None}


def test_search_ranks_symbols_then_names_then_news() -> None:
    add_instrument("ZQ", "Aaa Holdings")
    add_instrument("ZQX", "Bbb Holdings")
    add_instrument("YA", "Zq Limited", "Zqmething")
    add_instrument("YB", "Zqmbo")
    add_instrument("YC", "Zqmba")
    add_instrument("YD", "The Great Zqmbie")
    post("Zqmba rises", "YC")

    assert symbols(q="zq") == ["ZQ", "ZQX", "YC", "YB", "YA", "YD"]
    assert symbols(q="zqmething") == ["YA"]
    assert symbols(q="great zqm") == ["YD"]


def test_search_ignores_case_and_accents() -> None:
    add_instrument("ZAE", "Société Zélée", "東京ザ")

    assert symbols(q="societe zelee") == symbols(q="ZÉLÉE") == symbols(q="東京ザ") == ["ZAE"]


@pytest.mark.parametrize("text", ["?", "zzzzzz", "apple zzz", "%", "_", "\\", "$"])
def test_search_without_match_is_empty(text: str) -> None:
    assert get(q=text) == {"instruments": [], "next_cursor": None}


def test_instrument_has_count_and_time_of_all_its_news() -> None:
    start = utc_now()
    post("Apple rises", "AAPL", "MSFT")
    withdrawn = post("Apple falls", "AAPL")
    post("Apple rose in 1999", "AAPL", is_historical=True)
    withdraw_item(withdrawn, reason="wrong", author="ann")

    apple = get(q="AAPL")["instruments"][0]

    assert apple["count"] == 2
    assert start <= datetime.fromisoformat(apple["last_seen"]) <= utc_now()
    assert apple["last_seen"].endswith("Z")


def test_samples_count_until_real_news_comes() -> None:
    append_samples(1, 3, tickers=["AAPL"])
    assert get(q="AAPL")["instruments"][0]["count"] == 3

    post("Apple rises", "AAPL")
    assert get(q="AAPL")["instruments"][0]["count"] == 1


def test_symbol_of_a_sender_is_listed_without_name_and_kind() -> None:
    post("Zorblax rises", "ZRBX.L")

    (zorblax,) = get(q="zrb")["instruments"]

    assert (zorblax["symbol"], zorblax["name"], zorblax["kind"], zorblax["count"]) == ("ZRBX.L", "", None, 1)
    assert symbols(q="zrb", kind="company") == []
    assert symbols(after="ZRBW", limit=1) == ["ZRBX.L"]


def test_list_has_all_in_pages_by_symbol() -> None:
    post("Zorblax rises", "ZRBX.L")
    listed, after = [], {}
    while True:
        page = get(limit=1000, **after)
        listed += [each["symbol"] for each in page["instruments"]]
        if page["next_cursor"] is None:
            break
        after = {"after": page["next_cursor"]}

    assert listed == sorted([*Instrument.objects.values_list("symbol", flat=True), "ZRBX.L"])


def test_list_of_a_kind_has_no_other() -> None:
    page = get(kind="central_bank", limit=1000)["instruments"]

    assert {each["kind"] for each in page} == {"central_bank"}
    assert "Federal Reserve" in {each["name"] for each in page}


@pytest.mark.parametrize(
    ("query", "status", "text"),
    [
        ("q=apple&after=AAPL", 400, "together with q"),
        ("kind=stock", 422, "stock"),
        ("limit=0", 422, "limit"),
        ("limit=1001", 422, "limit"),
        ("query=apple", 400, "did you mean q?"),
        ("q=%00", 422, "NUL"),
        (f"q={'x' * 201}", 422, "q"),
        ("after=%2F%2F", 422, "after"),
    ],
)
def test_bad_parameters_are_rejected(query: str, status: int, text: str) -> None:
    response = CLIENT.get(f"{PATH}?{query}")

    assert response.status_code == status
    assert text in response.json()["detail"]


def test_etag_holds_until_news_or_instruments_change() -> None:
    def etag() -> str:
        return CLIENT.get(f"{PATH}?q=zorblax")["ETag"]

    first = etag()
    assert CLIENT.get(f"{PATH}?q=zorblax", headers={"If-None-Match": first}).status_code == 304

    add_instrument()
    second = etag()
    post("Zorblax rises", "ZRBX")
    third = etag()

    assert len({first, second, third}) == 3


def test_searches_are_limited_apart_from_searches_of_headlines(settings) -> None:
    settings.RATELIMIT_ENABLE, settings.TEXT_SEARCHES_PER_MINUTE = True, 2

    statuses = [CLIENT.get(f"{PATH}?q=apple", REMOTE_ADDR="192.0.2.7").status_code for _ in range(3)]

    assert statuses == [200, 200, 429]
    assert CLIENT.get(PATH, REMOTE_ADDR="192.0.2.7").status_code == 200
    assert CLIENT.get("/api/v2/items?q=apple", REMOTE_ADDR="192.0.2.7").status_code == 200
    assert Item.objects.count() == 0

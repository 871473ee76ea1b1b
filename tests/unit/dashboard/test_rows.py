"""The list of headlines: pages as JSON, and rows as the server renders them."""

import re

import pytest
from django.conf import LazySettings
from django.test import Client

from news.models import Item, Sentiment
from tests.helpers.items import append_scored

pytestmark = pytest.mark.django_db
CLIENT = {"SERVER_NAME": "127.0.0.1"}


def test_rows_view_returns_pages_of_40_by_cursor():
    for number in range(45):
        append_scored(f"Headline number {number}", {"AAPL": "positive", "BA": "negative"})
    client = Client(**CLIENT)

    first = client.get("/rows?period=all&tickers=BA").json()
    second = client.get(f"/rows?period=all&tickers=BA&after={first['cursor']}").json()

    titles = [item["title"] for item in (*first["items"], *second["items"])]
    assert titles == [f"Headline number {number}" for number in range(44, -1, -1)]
    assert (len(first["items"]), second["cursor"]) == (40, None)
    assert (first["items"][0]["ticker"], first["items"][0]["sentiment"]) == ("BA", "negative")
    assert {"seq", "item_id", "entities", "published_at", "received_at", "corrected_at", "undated"} < {
        *first["items"][0]
    }
    assert "summary" not in first["items"][0]
    assert first["names"] == {"AAPL": "Apple", "BA": "Boeing"}
    assert client.get("/rows").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/rows", "/snapshot"])
def test_searches_above_the_rate_are_429_and_the_page_is_still_rendered(path: str, settings: LazySettings):
    settings.TEXT_SEARCHES_PER_MINUTE = 1
    client = Client(**CLIENT)

    responses = [client.get(path, {"q": "apple"}) for _ in range(3)]  # at least two of these are within one minute

    throttled = [response for response in responses if response.status_code == 429]
    assert "Retry-After" in throttled[0].json()["detail"]
    assert 0 < int(throttled[0]["Retry-After"]) <= 60
    assert client.get("/", {"q": "apple"}).status_code == client.get(path).status_code == 200


@pytest.mark.parametrize("kind", ["company", "market"])
def test_page_export_of_a_kind_says_that_it_has_all(kind: str):
    html = Client(**CLIENT).get(f"/?kind={kind}").content.decode()

    assert 'title="Export as CSV, without the filter by kind"' in html


def test_page_rows_have_a_chip_for_each_instrument_with_its_name_and_value():
    append_scored(
        "Two gain as one slumps", {"AAPL": "positive", "BA": "negative", "F": "positive", "MARKET": "neutral"}
    )

    html = Client(**CLIENT).get("/?period=all").content.decode()

    chips = re.findall(r'<a class="chip ([\w -]+)"[^>]+data-ticker="(\w+)"\s+title="([^"]+)"', html)
    assert [(ticker, classes) for classes, ticker, _ in chips] == [
        ("AAPL", "positive strong-v"),
        ("BA", "negative strong-v"),
        ("F", "positive strong-v"),
        ("MARKET", "neutral"),
    ]
    assert [title for _, _, title in chips[:2]] == ["Apple +0.64", "Boeing \u22120.67"]
    assert re.search(r"<b>Market</b>", html)
    assert ">2 more</summary>" in html
    assert re.search(r'title="Published 31 Jan 2026, 09:30:00, received [^"]+ \(UTC\)">09:30</time>', html)
    assert re.search(r'<span class="date">Saturday 31 January[ 0-9]*\(UTC\)</span>', html)


@pytest.mark.parametrize("filters", ["confidence=77", "sentiment=negative"])
def test_page_row_shows_the_ticker_of_the_filter_by_which_it_passes(filters: str):
    append_scored("Apple gains as GM slumps", {"F": "neutral", "AAPL": "positive", "GM": "negative"})
    address = f"?period=all&tickers=AAPL,GM&{filters}"

    html = Client(**CLIENT).get(f"/{address}").content.decode()
    (row,) = Client(**CLIENT).get(f"/rows{address}").json()["items"]

    assert re.findall(r'data-ticker="(\w+)"\s+title=', html) == ["GM", "AAPL", "F"]
    assert re.search(r'<tr[^>]+data-sentiment="(\w+)"', html)[1] == row["sentiment"] == "negative"
    assert re.findall(r'class="mark (\w+)"\s+role="img"\s+aria-label="(\w+)"', html) == [("negative", "negative")]
    assert re.search(r'class="conf">78%<', html)
    assert (row["ticker"], row["score"]) == ("GM", 0.78)


@pytest.mark.parametrize("sentiment", ["neutral", "negative"])
def test_page_row_mark_is_the_label_by_which_the_filter_finds_it(sentiment: str):
    """The label of the headline, also where that of its only instrument, or the sign of its value, is another one."""
    append_scored("Ford pauses a plant", {"F": "positive"}, sentiment=sentiment)

    client = Client(**CLIENT)
    pages = {name: client.get(f"/?period=all&sentiment={name}").content.decode() for name in Sentiment.values}
    of_ticker = client.get("/?period=all&tickers=F&sentiment=positive").content.decode()

    labels = {name: re.findall(r'class="mark (\w+)"\s+role="img"', html) for name, html in pages.items()}
    assert labels == {name: [name] if name == sentiment else [] for name in Sentiment.values}
    assert client.get("/snapshot?period=all").json()["period"][sentiment] == 1
    assert re.findall(r'class="mark (\w+)"\s+role="img"', of_ticker) == ["positive"]
    assert re.findall(r'<a class="chip (\w+)', pages[sentiment]) == ["positive"]


def test_page_with_an_open_item_shows_its_times_and_source_without_scripts():
    item = append_scored("Ford gains", {"F": "positive"})
    Item.objects.update(url="https://news.example.org/a")

    html = Client(**CLIENT).get(f"/?item={item.item_id}").content.decode()  # older than the period

    assert 'aria-expanded="true"' in html
    assert re.search(
        r'<a href="https://news.example.org/a"\s+target="_blank"\s+rel="noopener noreferrer">test</a>', html
    )
    assert "Words that decided: word." in html


def test_page_of_an_unknown_ticker_suggests_instruments_and_nothing_else():
    append_scored("Ford gains", {"F": "positive"})
    client = Client(**CLIENT)

    html = client.get("/?tickers=AAPLE&period=all").content.decode()
    snapshot = client.get("/snapshot?tickers=AAPLE").json()

    assert "Nothing yet about AAPLE" in html
    assert re.search(r'href="/\?tickers=AAPL&amp;period=all">AAPL, Apple[^<]*</a>', html)
    assert snapshot["unknown"][0]["ticker"] == "AAPLE"
    assert {"symbol": "AAPL", "name": "Apple"} in snapshot["unknown"][0]["suggestions"]
    for element in ("empty-state", "no-match"):
        assert re.search(rf'id="{element}"\s+class="empty" hidden', html), element
    assert client.get("/snapshot?tickers=F").json()["unknown"] == []


def test_page_of_a_watchlist_shows_no_news_of_others():
    append_scored("Ford gains", {"F": "positive"})

    html = Client(**CLIENT).get("/?configuration=01a22b8d-f044-77c7-acba-cb33d5943ad5&period=all").content.decode()

    assert "Ford gains" not in html
    assert '<span id="period-total">0</span>' in html

"""Each vendor's documents, in the shape of its public documentation, from a real server."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.models import Item, Source
from news.sources.adapters.finnhub import VENDOR as FINNHUB
from news.sources.adapters.json_fields import (
    EntryError,
    parse_each,
    parse_name,
    parse_symbols,
    parse_time_text,
    parse_title,
)
from news.sources.adapters.newsapi import VENDOR as NEWSAPI
from news.sources.adapters.tiingo import VENDOR as TIINGO
from news.sources.http.client import SourceError
from news.sources.poll_state import record_success
from news.sources.registry import fetch_source

KEY = "k3y-that-nobody-may-see"
FINNHUB_NEWS = [
    {
        "category": "company",
        "datetime": 1767225600,
        "headline": "Apple &amp; partners <b>raise</b> outlook",
        "id": 25286,
        "image": "https://img.example/1.png",
        "related": "AAPL",
        "source": "Wire",
        "summary": "<p>Sales are up.</p>",
        "url": "https://news.example/1",
    },
    {
        "category": "top news",
        "datetime": 0,
        "headline": "Ford (NYSE: F) recalls vans",
        "id": 2,
        "related": "",
        "url": "",
    },
]
TIINGO_NEWS = [
    {
        "id": 1421,
        "title": "Microsoft wins contract",
        "url": "https://news.example/2",
        "description": "A cloud deal.",
        "publishedDate": "2026-01-01T10:00:00+02:00",
        "crawlDate": "2026-01-01T08:05:00.123456Z",
        "source": "news.example",
        "tickers": ["msft", "brk.b", "not a ticker", 7],
        "tags": ["Stock", "Technology"],
    }
]
NEWSAPI_NEWS = {
    "status": "ok",
    "totalResults": 2,
    "articles": [
        {
            "source": {"id": "wire", "name": "Wire"},
            "author": None,
            "title": "Tesla (NASDAQ: TSLA) cuts prices",
            "description": None,
            "url": "https://news.example/3",
            "urlToImage": None,
            "publishedAt": "2026-01-01T08:00:00Z",
            "content": "Prices fall again… [+900 chars]",
        },
        {"source": {"id": None, "name": "[Removed]"}, "title": "[Removed]", "url": "https://removed.example"},
    ],
}


@pytest.fixture(autouse=True)
def keys(settings):
    settings.FINNHUB_TOKEN = settings.TIINGO_TOKEN = settings.NEWSAPI_KEY = KEY


def serve(server, answer, *, path, **options):
    return server.serve(json.dumps(answer), path=path, Content_Type="application/json", **options)


def harvest(client, kind, url):
    return fetch_source(Source(name=kind, kind=kind, url=url), client)


@pytest.mark.parametrize(
    ("kind", "header", "value", "answer"),
    [
        ("finnhub", "X-Finnhub-Token", KEY, []),
        ("tiingo", "Authorization", f"Token {KEY}", []),
        ("newsapi", "X-Api-Key", KEY, {"status": "ok", "articles": []}),
    ],
)
def test_the_key_goes_in_a_header_and_not_in_the_url(server, client, kind, header, value, answer):
    assert harvest(client, kind, serve(server, answer, path="/news")).records == []

    [(path, headers)] = server.requests
    assert headers[header] == value
    assert headers["Accept"] == "application/json"
    assert KEY not in path


def test_finnhub_news_become_records(server, client):
    url = serve(server, FINNHUB_NEWS, path="/api/v1/news?category=general")

    first, second = harvest(client, "finnhub", url).records

    assert first == {
        "title": "Apple & partners raise outlook",
        "summary": "Sales are up.",
        "url": "https://news.example/1",
        "tickers": ["AAPL"],
        "external_id": "25286",
        "published_at": "2026-01-01T00:00:00.000Z",
    }
    assert (second["tickers"], second["published_at"]) == ([], None)


def test_finnhub_company_news_are_asked_for_the_last_days_and_carry_their_symbol(server, client):
    today = datetime.now(UTC).date()
    path = f"/api/v1/company-news?symbol=F&from={today - timedelta(days=2)}&to={today}"
    serve(server, FINNHUB_NEWS, path=path)

    records = harvest(client, "finnhub", server.url("/api/v1/company-news?symbol=F")).records

    assert [record["tickers"] for record in records] == [["AAPL"], ["F"]]


def test_tiingo_news_become_records(server, client):
    [record] = harvest(client, "tiingo", serve(server, TIINGO_NEWS, path="/tiingo/news?tickers=msft")).records

    assert record == {
        "title": "Microsoft wins contract",
        "summary": "A cloud deal.",
        "url": "https://news.example/2",
        "tickers": ["MSFT", "BRK.B"],
        "external_id": "1421",
        "published_at": "2026-01-01T08:00:00.000Z",
    }


def test_newsapi_articles_become_records_and_removed_ones_are_skipped(server, client):
    found = harvest(client, "newsapi", serve(server, NEWSAPI_NEWS, path="/v2/top-headlines?category=business"))

    assert found.records == [
        {
            "title": "Tesla (NASDAQ: TSLA) cuts prices",
            "summary": "Prices fall again… [+900 chars]",
            "url": "https://news.example/3",
            "external_id": "https://news.example/3",
            "published_at": "2026-01-01T08:00:00.000Z",
        }
    ]
    assert found.skipped == 1


@pytest.mark.django_db
def test_vendors_news_become_items_once(server, client):
    url = serve(server, FINNHUB_NEWS, path="/news", ETag='"v1"')
    source = Source.objects.create(name="finnhub", kind="finnhub", url=url)

    first = record_success(source, fetch_source(source, client))
    source.refresh_from_db()
    second = record_success(source, fetch_source(source, client))

    assert (first.created, second.created, second.is_unchanged) == (2, 0, True)
    assert sorted(item.tickers[0] for item in Item.objects.all()) == ["AAPL", "F"]


@pytest.mark.parametrize(
    ("kind", "url", "setting"),
    [
        ("finnhub", "https://finnhub.io/api/v1/news", "FINNHUB_TOKEN"),
        ("tiingo", "https://api.tiingo.com/tiingo/news", "TIINGO_TOKEN"),
        ("newsapi", "https://newsapi.org/v2/everything?q=x", "NEWSAPI_KEY"),
    ],
)
def test_a_missing_key_is_an_error_with_the_cure(client, settings, kind, url, setting):
    setattr(settings, setting, "")

    with pytest.raises(SourceError, match=f"needs a key of .*; set {setting} in the environment"):
        harvest(client, kind, url)


@pytest.mark.parametrize("vendor", [FINNHUB, TIINGO, NEWSAPI])
def test_a_key_goes_to_its_vendor_alone(vendor, settings):
    settings.SOURCE_ALLOWED_NETWORKS = []
    host = vendor.host

    assert KEY in str(vendor.credentials_for(f"https://{host}/x"))
    assert KEY in str(vendor.credentials_for(f"https://api.{host}/x"))
    for url in (
        f"https://{host}.example/",
        f"https://not{host}/",
        "https://127.0.0.1/",
        f"https://{host}@example.org/",
    ):
        assert vendor.credentials_for(url) == {}
    with pytest.raises(SourceError, match="unencrypted; give an https:// URL"):
        vendor.credentials_for(f"http://{host}/x")


@pytest.mark.parametrize("kind", ["finnhub", "tiingo", "newsapi"])
@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (None, "sent nothing where"),
        ({"error": f"Please use a key, not {KEY}"}, "says 'Please use a key, not …' where"),
        ({"detail": "Not found."}, "says 'Not found.' where"),
        ({"status": "error", "code": "rateLimited", "message": "<b>Slow</b> down"}, "says 'Slow down' where"),
        ("soon", "sent str where"),
    ],
)
def test_answers_that_are_no_news_are_errors_in_the_vendors_words(server, client, kind, answer, problem):
    with pytest.raises(SourceError) as caught:
        harvest(client, kind, serve(server, answer, path="/news"))

    assert problem in str(caught.value)
    assert "check the source's URL and kind" in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"<html>", "is no JSON"),
        (b"", "is no JSON"),
        (b"[" * 2_000, "is no JSON"),
        (b"[" + b"[]," * 600_000 + b"[]]", "more than 300,000 values"),
    ],
)
def test_answers_that_are_no_json_are_errors(server, client, body, problem):
    with pytest.raises(SourceError, match=problem):
        harvest(client, "tiingo", server.serve(body, path="/news"))


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_an_error_that_names_its_setting(server, client, status):
    with pytest.raises(SourceError, match=f"answered {status}; check FINNHUB_TOKEN in the environment"):
        harvest(client, "finnhub", server.serve(status=status, path="/news"))


def test_broken_entries_are_skipped_and_counted(server, client):
    news = [*TIINGO_NEWS, None, 7, {}, {"title": ""}, {"title": ["x"]}, {"title": "<script>x</script>"}]

    found = harvest(client, "tiingo", serve(server, news, path="/news"))

    assert (len(found.records), found.skipped) == (1, 6)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(JSON)
def test_any_value_is_read_or_skipped(value):
    with suppress(SourceError):
        parse_each([{"title": value}], lambda entry: {"title": parse_title(entry["title"])}, host="x")
        parse_each(value, lambda entry: {"title": parse_title(entry.get("title"))}, host="x")
    with suppress(EntryError):
        assert parse_title(value)
    assert parse_name(value, value) is None or len(parse_name(value, value)) <= 200
    assert parse_time_text(value) is None or parse_time_text(value).endswith("Z")
    assert all(symbol.isascii() for symbol in parse_symbols([value]))

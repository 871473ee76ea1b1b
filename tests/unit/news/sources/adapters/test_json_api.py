"""Responses in the format of each provider's documentation, from a real server."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.secret import Secret
from news.models import Item, Source
from news.sources.adapters.finnhub import API_KEY as FINNHUB
from news.sources.adapters.json_api import UnexpectedJSONError, get_api_credentials
from news.sources.adapters.json_fields import (
    ArticleError,
    parse_articles,
    parse_id,
    parse_symbols,
    parse_title,
)
from news.sources.adapters.newsapi import API_KEY as NEWSAPI
from news.sources.adapters.tiingo import API_KEY as TIINGO
from news.sources.entries import Entry
from news.sources.http.client import SourceError
from news.sources.poll_state import record_success
from news.sources.registry import fetch_source

KEY = "k3y-that-must-stay-hidden"
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
    settings.FINNHUB_TOKEN = settings.TIINGO_TOKEN = settings.NEWSAPI_KEY = Secret(KEY)


def serve_json(server, value, *, path, **options):
    return server.serve(json.dumps(value), path=path, Content_Type="application/json", **options)


def fetch_kind(client, kind, url):
    return fetch_source(Source(name=kind, kind=kind, url=url), client)


@pytest.mark.parametrize(
    ("kind", "header", "value", "news"),
    [
        ("finnhub", "X-Finnhub-Token", KEY, []),
        ("tiingo", "Authorization", f"Token {KEY}", []),
        ("newsapi", "X-Api-Key", KEY, {"status": "ok", "articles": []}),
    ],
)
def test_api_key_is_sent_in_the_header_and_not_in_the_url(server, client, kind, header, value, news):
    assert fetch_kind(client, kind, serve_json(server, news, path="/news")).records == []

    [(path, headers)] = server.requests
    assert headers[header] == value
    assert headers["Accept"] == "application/json"
    assert KEY not in path


def test_finnhub_news_are_parsed_into_records(server, client):
    url = serve_json(server, FINNHUB_NEWS, path="/api/v1/news?category=general")

    result = fetch_kind(client, "finnhub", url)

    first, second = result.records
    assert first == {
        "title": "Apple & partners raise outlook",
        "summary": "Sales are up.",
        "url": "https://news.example/1",
        "tickers": ["AAPL"],
        "external_id": "25286",
        "published_at": "2026-01-01T00:00:00.000Z",
    }
    assert (second["tickers"], second["published_at"]) == ([], None)
    assert [*result.undated] == [1]
    assert result.undated[1].startswith("date '0' is neither Unix seconds")


def test_finnhub_company_news_are_requested_for_two_days_and_default_to_their_symbol(server, client):
    today = datetime.now(UTC).date()
    path = f"/api/v1/company-news?symbol=F&from={today - timedelta(days=2)}&to={today}"
    serve_json(server, FINNHUB_NEWS, path=path)

    records = fetch_kind(client, "finnhub", server.url("/api/v1/company-news?symbol=F")).records

    assert [record["tickers"] for record in records] == [["AAPL"], ["F"]]


def test_tiingo_news_are_parsed_into_records(server, client):
    result = fetch_kind(client, "tiingo", serve_json(server, TIINGO_NEWS, path="/tiingo/news?tickers=msft"))

    [record] = result.records
    assert record == {
        "title": "Microsoft wins contract",
        "summary": "A cloud deal.",
        "url": "https://news.example/2",
        "tickers": ["MSFT", "BRK.B"],
        "external_id": "1421",
        "published_at": "2026-01-01T08:00:00.000Z",
    }
    assert [warning.title for warning in result.warnings] == ["Microsoft wins contract"] * 2
    assert result.warnings[0].reason.startswith("symbol 'not a ticker' ends in 'TICKER', which names no market")
    assert result.warnings[1].reason.startswith("symbol '7' must be")


def test_newsapi_articles_are_parsed_into_records_without_removed_ones(server, client):
    result = fetch_kind(client, "newsapi", serve_json(server, NEWSAPI_NEWS, path="/v2/top-headlines?category=business"))

    assert result.records == [
        {
            "title": "Tesla (NASDAQ: TSLA) cuts prices",
            "summary": "Prices fall again… [+900 chars]",
            "url": "https://news.example/3",
            "external_id": "https://news.example/3",
            "published_at": "2026-01-01T08:00:00.000Z",
        }
    ]
    assert [(entry.title, entry.reason[:14]) for entry in result.skipped] == [("[Removed]", "was taken down")]


@pytest.mark.django_db
def test_poll_of_unchanged_news_creates_no_items(server, client):
    url = serve_json(server, FINNHUB_NEWS, path="/news", ETag='"v1"')
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
def test_fetch_without_api_key_raises_error_with_the_cure(client, settings, kind, url, setting):
    setattr(settings, setting, Secret(""))

    with pytest.raises(SourceError, match=f"needs an API key of .*; set {setting} in the environment"):
        fetch_kind(client, kind, url)


@pytest.mark.parametrize("api_key", [FINNHUB, TIINGO, NEWSAPI])
def test_get_credentials_for_another_host_returns_none(api_key, settings):
    settings.SOURCE_ALLOWED_NETWORKS = []
    host = api_key.host

    assert get_api_credentials(api_key, f"https://{host}/x").secret.reveal() == KEY
    assert get_api_credentials(api_key, f"https://api.{host}/x").header == api_key.header
    for url in (
        f"https://{host}.example/",
        f"https://not{host}/",
        "https://127.0.0.1/",
        f"https://{host}@example.org/",
    ):
        assert get_api_credentials(api_key, url) is None
    with pytest.raises(SourceError, match="unencrypted; give an https:// URL"):
        get_api_credentials(api_key, f"http://{host}/x")


@pytest.mark.parametrize("kind", ["finnhub", "tiingo", "newsapi"])
@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "sent nothing instead of"),
        ({"error": f"Please use a key, not {KEY}"}, "sent the error 'Please use a key, not …' instead of"),
        ({"error": "x" * 190 + KEY}, "sent the error '" + "x" * 190 + "…' instead of"),
        ({"detail": "Not found."}, "sent the error 'Not found.' instead of"),
        ({"totalResults": 0}, "sent an object instead of"),
        (
            {"status": "error", "code": "rateLimited", "message": "<b>Slow</b> down"},
            "sent the error 'Slow down' instead of",
        ),
        ("soon", "sent str instead of"),
    ],
)
def test_response_without_news_raises_error_with_the_provider_text_redacted(server, client, kind, value, problem):
    with pytest.raises(SourceError) as caught:
        fetch_kind(client, kind, serve_json(server, value, path="/news"))

    assert problem in str(caught.value)
    assert "check the source's URL and kind" in str(caught.value)
    assert KEY[:3] not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"<html>", "is not JSON"),
        (b"", "is not JSON"),
        (b"[" * 2_000, "is not JSON"),
        (b"[" + b"[]," * 600_000 + b"[]]", "more than 300,000 values"),
    ],
)
def test_response_that_is_not_json_raises_error(server, client, body, problem):
    with pytest.raises(SourceError, match=problem):
        fetch_kind(client, "tiingo", server.serve(body, path="/news"))


@pytest.mark.parametrize("status", [401, 403])
def test_rejected_api_key_raises_error_that_names_its_setting(server, client, status):
    with pytest.raises(SourceError, match=f"answered {status}; check FINNHUB_TOKEN in the environment"):
        fetch_kind(client, "finnhub", server.serve(status=status, path="/news"))


def test_unusable_articles_are_skipped_and_counted(server, client):
    news = [*TIINGO_NEWS, None, 7, {}, {"title": ""}, {"title": ["x"]}, {"title": "<script>x</script>"}]

    result = fetch_kind(client, "tiingo", serve_json(server, news, path="/news"))

    assert len(result.records) == 1
    assert [entry.reason for entry in result.skipped] == [
        "is not an object with the fields of an article; it is skipped.",
        "is not an object with the fields of an article; it is skipped.",
        "title='None': is no text; articles without a title are skipped.",
        "title='': is no text; articles without a title are skipped.",
        "title=\"['x']\": is no text; articles without a title are skipped.",
        "title='<script>x</script>': is no text; articles without a title are skipped.",
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(JSON)
def test_parse_any_value_raises_no_unexpected_error(value):
    with suppress(UnexpectedJSONError):
        parse_articles([{"title": value}], lambda article: Entry(parse_title(article["title"])))
        parse_articles(value, lambda article: Entry(parse_title(article.get("title"))))
    with suppress(ArticleError):
        assert parse_title(value)
    assert all(isinstance(text, str) for text in parse_id(value, value))
    for symbols in (value, [value]):
        tickers, problems = parse_symbols(symbols)
        assert all(ticker.isascii() for ticker in tickers)
        assert all(problem.isprintable() or not str(value).isprintable() for problem in problems)
    [record] = parse_articles([{}], lambda article: Entry("A", ids=parse_id(value), dates=(value,))).records
    assert record["published_at"] is None or record["published_at"].endswith("Z")

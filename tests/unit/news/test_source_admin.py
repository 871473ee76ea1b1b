import json
import re
import threading

import pytest
from django.contrib.admin import site

from news.ingest.pipeline import ingest_records
from news.models import Item, Source
from news.sources.suggested_feeds import SUGGESTED
from tests.helpers.feed_server import FeedServer, item, rss
from tests.helpers.networks import LOOPBACK

pytestmark = pytest.mark.django_db

LIST, ADD = "/admin/news/source/", "/admin/news/source/add/"


@pytest.fixture
def feed_server():
    server = FeedServer()
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def add(admin_client, **values):
    form = {"name": "Wire", "kind": "feed", "url": "", "path": "", "interval_seconds": 300, "is_enabled": "on"}
    return admin_client.post(ADD, form | values)


def test_source_list_links_the_page_that_adds_real_news(admin_client):
    assert 'href="/sources/add">Add real news</a>' in admin_client.get(LIST).text


def test_suggested_feeds_are_https():
    assert all(feed.url.startswith("https://") for feed in SUGGESTED)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "feed", "url": "https://example.org/rss"},
        {"kind": "finnhub", "url": "https://finnhub.io/api/v1/news?category=general"},
        {"kind": "watched", "path": "/srv/news"},
    ],
)
def test_add_source_of_each_kind_succeeds(admin_client, values):
    assert add(admin_client, **values).status_code == 302

    assert Source.objects.get().kind == values["kind"]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"kind": "feed"}, "RSS, Atom or JSON feed: needs a URL, such as https://"),
        ({"kind": "feed", "url": "file:///etc/passwd"}, "Enter a valid URL"),
        ({"kind": "feed", "url": "ftp://example.org/rss"}, "Enter a valid URL"),
        ({"kind": "tiingo", "url": "https://[bad?token=x"}, "Enter a valid URL"),
        (
            {"kind": "feed", "url": "https://example.org/rss", "path": "/etc/passwd"},
            "RSS, Atom or JSON feed: has a URL, no path",
        ),
        ({"kind": "odd", "url": "https://example.org/rss"}, "odd is not one of the available choices"),
        ({"kind": "watched", "path": "news.jsonl"}, "must be a full path, such as /srv/news"),
        (
            {"kind": "watched", "path": "/srv/news", "url": "https://example.org/"},
            "Watched file or folder of JSONL: has a path, no URL",
        ),
        (
            {"kind": "finnhub", "url": "https://finnhub.io/api/v1/news?token=abc"},
            "token= holds an API key: leave it out, and set FINNHUB_TOKEN",
        ),
        (
            {"kind": "newsapi", "url": "https://newsapi.org/v2/everything?q=x&apiKey=abc"},
            "apiKey= holds an API key: leave it out, and set NEWSAPI_KEY",
        ),
    ],
)
def test_add_unusable_source_shows_the_error(admin_client, values, problem):
    assert problem in add(admin_client, **values).text

    assert not Source.objects.exists()


def test_change_of_url_clears_the_validators(admin_client):
    add(admin_client, url="https://example.org/rss")
    source = Source.objects.get()
    Source.objects.update(etag='"v1"', last_modified="yesterday", file_offsets={"a": [1, 2]}, last_skipped=[{}])

    form = {"name": "Wire", "kind": "feed", "path": "", "interval_seconds": 300, "is_enabled": "on"}
    form |= {"url": "https://example.org/atom"}
    admin_client.post(f"{LIST}{source.pk}/change/", form)

    source.refresh_from_db()
    assert (source.url, source.etag, source.last_modified, source.file_offsets, source.last_skipped) == (
        "https://example.org/atom",
        "",
        "",
        {},
        [],
    )


def test_source_page_shows_skipped_entries_and_counts(admin_client):
    rows = [
        {
            "time": "2026-11-29T15:05:00.000Z",
            "title": "<b>A</b>",
            "reason": "date 'soon' holds 'soon'",
            "is_kept": True,
            "count": 3,
        },
        {"time": "2026-11-29T15:00:00.000Z", "title": "B", "reason": "is a list", "file": "news.jsonl", "line": 7},
        {"time": "2026-11-29T14:00:00.000Z", "title": "", "reason": "older", "count": 1200},
    ]
    source = Source.objects.create(name="Wire", url="https://example.org/rss", last_skipped=rows, entries_undated=31)

    page = admin_client.get(f"{LIST}{source.pk}/change/").text

    time = '<time datetime="2026-11-29T15:05:00.000Z">2026-11-29 15:05 UTC</time>'
    cells = f"<td>{time}</td><td>&lt;b&gt;A&lt;/b&gt; and 2 more</td><td></td><td>kept</td>"
    assert f"<tr>{cells}<td>date &#x27;soon&#x27; holds &#x27;soon&#x27;</td></tr>" in page
    assert "<td>1,200 entries</td>" in page
    assert "<td>B</td><td>news.jsonl 7</td><td>skipped</td><td>is a list</td>" in page
    assert re.search(r'field-entries_undated">.*?<div class="readonly">31</div>', page, re.DOTALL)
    listed = admin_client.get(LIST).text
    assert "<li>is a list<span>B</span></li>" in listed
    assert "&lt;b&gt;A" not in listed  # it was kept


@pytest.mark.parametrize(
    ("url", "validators"), [("https://example.org/rss", ('"v2"', {"a": [1, 2]})), ("https://x.example/", ("", {}))]
)
def test_save_keeps_what_a_poll_stored_meanwhile(rf, admin_user, url, validators):
    source = Source.objects.create(name="Wire", url="https://example.org/rss", etag='"v1"')
    request = rf.post("/")
    request.user = admin_user
    model_admin = site.get_model_admin(Source)
    fields = {"name": "Reuters", "kind": "feed", "path": "", "interval_seconds": 300, "is_enabled": "on"}
    fields |= {"url": url}
    form = model_admin.get_form(request, source, change=True)(fields, instance=source)
    assert form.is_valid(), form.errors
    Source.objects.update(etag='"v2"', file_offsets={"a": [1, 2]}, items_created=5, consecutive_failures=3)

    model_admin.save_model(request, form.save(commit=False), form, change=True)

    stored = Source.objects.get()
    assert (stored.name, stored.url, stored.items_created, stored.consecutive_failures) == ("Reuters", url, 5, 3)
    assert (stored.etag, stored.file_offsets) == validators


def test_source_tickers_are_kept_in_their_canonical_form(admin_client):
    page = add(
        admin_client,
        url="https://example.org/rss",
        default_ticker="nasdaq:aapl",
        allowed_tickers="AAPL, brk/b; $MSFT, nan, aapl",
    )

    source = Source.objects.get()
    assert page.status_code == 302
    assert (source.default_ticker, source.allowed_tickers) == ("AAPL", ["AAPL", "BRK.B", "MSFT"])

    form = admin_client.get(f"{LIST}{source.pk}/change/").text
    assert 'value="AAPL, BRK.B, MSFT"' in form


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"default_ticker": "MOON:AAPL"}, "&#x27;MOON:AAPL&#x27;: has the exchange"),
        ({"allowed_tickers": "AAPL, APPLE INC"}, "&#x27;APPLE INC&#x27;: "),
        (
            {"default_ticker": "TSLA", "allowed_tickers": "AAPL"},
            "&#x27;TSLA&#x27;: is not among the allowed tickers, AAPL",
        ),
    ],
)
def test_source_tickers_that_are_wrong_are_rejected(admin_client, values, problem):
    page = add(admin_client, url="https://example.org/rss", **values)

    assert problem in page.text
    assert not Source.objects.exists()


def test_source_tickers_that_are_no_instruments_are_reported(admin_client):
    add(admin_client, url="https://example.org/rss", default_ticker="ZRBX.L", allowed_tickers="")

    assert "ZRBX.L: not among the instruments" in admin_client.get(LIST).text
    assert Source.objects.get().default_ticker == "ZRBX.L"


def test_check_source_shows_what_entries_would_become_and_stores_nothing(admin_client, settings, feed_server):
    titles = [f"Apple profit surges to record {number}" for number in range(6)]
    items = [item(titles[n], link=f"https://example.org/{n}", date=f"31 Jan 2026 09:{n:02} GMT") for n in range(6)]
    settings.SOURCE_ALLOWED_NETWORKS = LOOPBACK
    url = feed_server.serve(rss(*items, item("Boeing shares plunge", link="https://example.org/b", date="soon")))
    source = Source.objects.create(name="Wire", url=url, etag="old")

    page = admin_client.post(f"{LIST}{source.pk}/check/").text

    assert re.search(r"7 entries,\s+7 new headlines\.\s+Nothing was stored\.", page)
    assert titles[5] in page
    assert titles[1] not in page  # the newest five
    assert "date &#x27;soon&#x27;" in page
    assert "<p>Nothing.</p>" in page
    assert re.search(r"sentiment positive.*?AAPL", page)
    assert Item.objects.count() == 0
    source.refresh_from_db()
    assert (source.last_polled_at, source.etag) == (None, "old")


def test_check_source_of_files_shows_corrections_that_a_feed_can_not_make(admin_client, tmp_path):
    source = Source.objects.create(name="inbox", kind="watched", path=str(tmp_path))
    record = {"id": "1", "title": "Apple profit soars", "ticker": "AAPL"}
    ingest_records([record | {"published_at": "2026-01-31T09:00:00Z"}], source="inbox")
    (tmp_path / "a.jsonl").write_text(json.dumps(record | {"published_at": "2026-01-31T10:00:00Z"}) + "\n")

    page = admin_client.post(f"{LIST}{source.pk}/check/").text

    assert "would correct the headline that is here from inbox." in page


def test_check_source_that_can_not_be_fetched_shows_the_cure(admin_client):
    source = Source.objects.create(name="Wire", url="http://127.0.0.1:9/rss")

    page = admin_client.post(f"{LIST}{source.pk}/check/").text

    assert "127.0.0.1" in page
    assert "errornote" in page


def test_check_source_needs_a_post_and_the_permission(admin_client, client, django_user_model):
    source = Source.objects.create(name="Wire", url="https://example.org/rss")
    client.force_login(django_user_model.objects.create_user("reader", is_staff=True))

    assert client.post(f"{LIST}{source.pk}/check/").status_code == 403
    assert admin_client.get(f"{LIST}{source.pk}/check/").status_code == 302
    assert admin_client.post(f"{LIST}99/check/").status_code == 404


def test_source_list_that_is_empty_links_add_real_news(admin_client):
    page = admin_client.get("/admin/news/source/").text

    assert "No source yet." in page
    assert "0 sources" not in page

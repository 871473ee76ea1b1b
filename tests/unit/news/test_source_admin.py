import pytest
from django.contrib.admin import site

from news.models import Source
from news.sources import suggested_feeds

pytestmark = pytest.mark.django_db

LIST, ADD, STARTER = "/admin/news/source/", "/admin/news/source/add/", "/admin/news/source/starter/"


def add(admin_client, **values):
    form = {"name": "Wire", "kind": "feed", "url": "", "path": "", "interval_seconds": 300, "is_enabled": "on"}
    return admin_client.post(ADD, form | {"next_poll_at_0": "2026-01-01", "next_poll_at_1": "00:00:00"} | values)


def test_suggested_feeds_are_listed_and_not_added(admin_client):
    page = admin_client.get(LIST).text

    assert len(suggested_feeds.FEEDS) >= 10
    assert all(name in page for name in suggested_feeds.FEEDS)
    assert not Source.objects.exists()


def test_add_feed_suggested_feed_is_enabled(admin_client):
    name, url = next(iter(suggested_feeds.FEEDS.items()))

    page = admin_client.post(STARTER, {"name": name}, follow=True).text

    source = Source.objects.get()
    assert (source.name, source.url, source.is_enabled, source.kind) == (name, url, True, "feed")
    assert f"{name} is enabled" in page
    assert f'value="{name}"' not in page


@pytest.mark.parametrize("name", ["", "Unknown", "x" * 5_000])
def test_add_feed_unknown_name_is_rejected(admin_client, name):
    assert "is not a suggested feed" in admin_client.post(STARTER, {"name": name}, follow=True).text

    assert not Source.objects.exists()


def test_add_feed_without_permission_returns_403(admin_client, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("viewer", is_staff=True))

    assert client.post(STARTER, {"name": next(iter(suggested_feeds.FEEDS))}).status_code == 403
    assert admin_client.get(STARTER).status_code == 403
    assert not Source.objects.exists()


def test_suggested_feeds_use_https():
    assert all(url.startswith("https://") for url in suggested_feeds.FEEDS.values())


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "feed", "url": "https://example.org/rss"},
        {"kind": "finnhub", "url": "https://finnhub.io/api/v1/news?category=general"},
        {"kind": "watched", "path": "/srv/news"},
    ],
)
def test_source_form_each_kind_is_valid(admin_client, values):
    assert add(admin_client, **values).status_code == 302

    assert Source.objects.get().kind == values["kind"]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"kind": "feed"}, "Give the address to fetch"),
        ({"kind": "feed", "url": "file:///etc/passwd"}, "Enter a valid URL"),
        ({"kind": "feed", "url": "ftp://example.org/rss"}, "Enter a valid URL"),
        ({"kind": "tiingo", "url": "https://[bad?token=x"}, "Enter a valid URL"),
        ({"kind": "feed", "url": "https://example.org/rss", "path": "/etc/passwd"}, "Only a watched file has a path"),
        ({"kind": "watched", "path": "news.jsonl"}, "Give the full path"),
        ({"kind": "watched", "path": "/srv/news", "url": "https://example.org/"}, "has a path and no URL"),
        ({"kind": "finnhub", "url": "https://finnhub.io/api/v1/news?token=abc"}, "token= holds a key"),
        ({"kind": "newsapi", "url": "https://newsapi.org/v2/everything?q=x&apiKey=abc"}, "apiKey= holds a key"),
    ],
)
def test_source_form_invalid_address_shows_error(admin_client, values, problem):
    assert problem in add(admin_client, **values).text

    assert not Source.objects.exists()


def test_source_form_new_url_clears_poll_state(admin_client):
    add(admin_client, url="https://example.org/rss")
    source = Source.objects.get()
    Source.objects.update(etag='"v1"', last_modified="yesterday", file_offsets={"a": [1, 2]})

    form = {"name": "Wire", "kind": "feed", "path": "", "interval_seconds": 300, "is_enabled": "on"}
    form |= {"url": "https://example.org/atom", "next_poll_at_0": "2026-01-01", "next_poll_at_1": "00:00:00"}
    admin_client.post(f"{LIST}{source.pk}/change/", form)

    source.refresh_from_db()
    assert (source.url, source.etag, source.last_modified, source.file_offsets) == (
        "https://example.org/atom",
        "",
        "",
        {},
    )


@pytest.mark.parametrize(
    ("url", "poll_state"), [("https://example.org/rss", ('"v2"', {"a": [1, 2]})), ("https://x.example/", ("", {}))]
)
def test_source_form_save_keeps_fields_written_by_concurrent_poll(rf, admin_user, url, poll_state):
    source = Source.objects.create(name="Wire", url="https://example.org/rss", etag='"v1"')
    request = rf.post("/")
    request.user = admin_user
    model_admin = site.get_model_admin(Source)
    fields = {"name": "Reuters", "kind": "feed", "path": "", "interval_seconds": 300, "is_enabled": "on"}
    fields |= {
        "url": url,
        "next_poll_at_0": f"{source.next_poll_at:%Y-%m-%d}",
        "next_poll_at_1": f"{source.next_poll_at:%H:%M:%S}",
    }
    form = model_admin.get_form(request, source, change=True)(fields, instance=source)
    assert form.is_valid(), form.errors
    Source.objects.update(etag='"v2"', file_offsets={"a": [1, 2]}, items_created=5, consecutive_failures=3)

    model_admin.save_model(request, form.save(commit=False), form, change=True)

    stored = Source.objects.get()
    assert (stored.name, stored.url, stored.items_created, stored.consecutive_failures) == ("Reuters", url, 5, 3)
    assert (stored.etag, stored.file_offsets) == poll_state

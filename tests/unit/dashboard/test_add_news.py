"""The page "Add real news": check what feeds bring, follow them, read and write lists of feeds."""

import html
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from common.time import utc_now
from dashboard.add_news import Choice, Results, list_suggested
from dashboard.feed_check_results import FeedResult, Segment, describe_error, format_age, highlight_words
from news.models import Item, Source
from news.sources.feed_address import FeedAddress
from news.sources.suggested_feeds import CHOSEN_FIRST, SUGGESTED
from tests.helpers.feed_server import FeedServer, item, rss
from tests.helpers.networks import LOOPBACK

pytestmark = pytest.mark.django_db
PATH, EXPORT = "/sources/add", "/sources/export.opml"
FEEDS = {feed.name: feed.url for feed in SUGGESTED}
NOW = utc_now()


@pytest.fixture
def server() -> Iterator[FeedServer]:
    server = FeedServer()
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _loopback_is_allowed(settings: LazySettings) -> None:
    settings.SOURCE_ALLOWED_NETWORKS = LOOPBACK


@pytest.fixture
def feed(server: FeedServer) -> str:
    dates = [format_datetime(NOW - timedelta(hours=hours)) for hours in range(1, 8)]
    titles = [
        "Apple profit beats estimates",
        "Ford recalls cars",
        "Oil rises",
        "Gold slips",
        "Tesla sales fall",
        "Storm",
    ]
    entries = [item(title, guid=title, date=date) for title, date in zip(titles, dates, strict=False)]
    return server.serve(rss(*entries, item("", guid="no title")))


def check(client: Client, **values: object) -> HttpResponse:
    return client.post(PATH, {"check": "1"} | values)


def follow(client: Client, **values: object) -> HttpResponse:
    return client.post(PATH, {"follow": "1"} | values)


def login(client: Client, *permissions: str, is_staff: bool = True) -> Client:
    user = User.objects.create_user("reader", is_staff=is_staff)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return client


@pytest.mark.parametrize("path", [PATH, EXPORT])
def test_add_news_without_account_is_sent_to_sign_in_and_back(client: Client, path: str) -> None:
    response = client.get(path)

    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={path}")


def test_add_news_needs_staff_with_the_permission(client: Client, django_user_model: type[User]) -> None:
    assert login(client).get(PATH).status_code == 403
    assert client.get(EXPORT).status_code == 403
    user = User.objects.get()
    user.user_permissions.set(Permission.objects.filter(codename__in=["add_source", "view_source"]))
    assert client.get(PATH).status_code == 200
    assert client.get(EXPORT).status_code == 200
    User.objects.update(is_staff=False)
    assert client.get(PATH).status_code == 403
    assert follow(client, suggested=[*FEEDS]).status_code == 403
    assert not Source.objects.exists()


def test_add_news_post_without_csrf_token_is_rejected(admin_user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)

    assert follow(client, suggested=[*FEEDS]).status_code == 403
    assert not Source.objects.exists()


def test_add_news_get_offers_suggested_feeds_and_fetches_nothing(admin_client: Client) -> None:
    page = admin_client.get(PATH)

    assert all(name in page.text for name in FEEDS)
    assert re.findall(r'value="([^"]+)" checked', page.text) == [*CHOSEN_FIRST]
    assert "no-store" in page["Cache-Control"]
    assert not Source.objects.exists()


def test_follow_suggested_feeds_goes_to_the_page_and_says_so(admin_client: Client) -> None:
    response = follow(admin_client, suggested=[*CHOSEN_FIRST])

    assert (response.status_code, response["Location"]) == (302, "/")
    assert {source.name: source.url for source in Source.objects.filter(is_enabled=True)} == {
        name: FEEDS[name] for name in CHOSEN_FIRST
    }
    page = admin_client.get("/").text
    assert "You follow CNBC Top News, Seeking Alpha Market Currents." in page
    assert "You follow" not in admin_client.get("/").text
    again = admin_client.get(PATH).text
    assert again.count("<small>Followed</small>") == 2
    assert "checked>" not in again


def test_follow_existing_feed_reports_its_source(admin_client: Client) -> None:
    name = CHOSEN_FIRST[0]
    Source.objects.create(name="Mine", url=FEEDS[name])

    follow(admin_client, suggested=[name])

    assert "Mine was there already." in admin_client.get("/").text
    assert Source.objects.count() == 1


def test_follow_nothing_says_so(admin_client: Client) -> None:
    assert "Nothing is chosen" in follow(admin_client, suggested=["unknown"]).text


def test_check_shows_five_headlines_rate_and_what_is_skipped(admin_client: Client, feed: str) -> None:
    page = check(admin_client, address=feed)
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())

    assert page.status_code == 200
    assert re.search(r"1 h Apple profit beats estimates AAPL \+0\.\d\d", text)
    assert "Tesla sales fall TSLA \N{MINUS SIGN}0." in text
    assert "Storm" not in text
    assert "and 1 more like these, about 24 a day" in text
    assert "1 of 7 would be skipped" in text
    assert "The headline is empty." in text.partition("would be skipped")[2]
    assert re.search(r"answered in \d+\.\d s", text)
    assert '<mark class="positive">' in page.text
    assert not Item.objects.exists()
    assert not Source.objects.exists()


def test_check_then_follow_makes_a_source_with_the_name_of_the_feed(
    admin_client: Client, feed: str, server: FeedServer
) -> None:
    page = check(admin_client, address=feed).text
    [value] = re.findall(r'name="feed"\s+value="([^"]+)"', page)
    [checked] = re.findall(r'name="checked" value="([^"]+)"', page)

    response = follow(admin_client, address=feed, checked=checked, feed=value)

    assert response.status_code == 302
    assert len(server.requests) == 1, "fetched once, by the check"
    source = Source.objects.get()
    assert (source.name, source.url, source.is_enabled, source.last_polled_at) == ("News", feed, True, None)


def test_follow_unchecked_address_checks_it_first(admin_client: Client, feed: str, server: FeedServer) -> None:
    broken = server.serve(b"", path="/broken", status=404)

    page = follow(admin_client, address=f"{feed} {broken} ftp://example.org")

    assert page.status_code == 200
    assert "You follow News." in page.text
    assert "the feed is gone" in page.text
    assert "ftp://example.org" in page.text
    assert "is no web address" in page.text
    assert "Follow this feed" not in page.text, "it is followed"
    assert [source.url for source in Source.objects.all()] == [feed]


def test_check_site_names_its_feed_and_offers_it(admin_client: Client, feed: str, server: FeedServer) -> None:
    body = '<!doctype html><link rel="alternate" type="application/rss+xml" href="/feed">'
    site = server.serve(body, path="/site", Content_Type="text/html")

    page = check(admin_client, address=site).text

    assert f"{site} links this feed: {feed}" in page
    assert f'value="{feed} News"' in page


def test_check_failure_has_reason_and_cure_and_no_box(admin_client: Client, server: FeedServer) -> None:
    url = server.serve("<!doctype html><p>hello", Content_Type="text/html")

    page = check(admin_client, address=url).text

    assert "Can&#x27;t be followed" in page or "Can't be followed" in page
    assert "give the URL of the feed itself" in page
    assert 'name="feed"' not in page


def test_suggested_feed_that_a_check_could_not_read_is_no_longer_chosen() -> None:
    failed, other = SUGGESTED[:2]
    results = Results(feeds=[FeedResult(FeedAddress(failed.url), error="answered 404.")])

    suggested = list_suggested(Choice(suggested=frozenset([failed.name, other.name])), results)

    assert [each["feed"].name for each in suggested if each["has_failed"]] == [failed.name]
    assert [each["feed"].name for each in suggested if each["is_chosen"]] == [other.name]


def test_check_of_private_address_says_so_in_a_plain_sentence(admin_client: Client, settings: LazySettings) -> None:
    settings.SOURCE_ALLOWED_NETWORKS = []

    page = html.unescape(check(admin_client, address="http://127.0.0.1:9/rss").text)

    assert ">127.0.0.1 is in the local network, which is not allowed; give a public address, or allow it in" in page


def test_describe_error_is_a_plain_sentence_where_the_reason_is_technical() -> None:
    unknown = "feeds.example could not be found; check the address and the network."
    private = "feeds.example resolves to 10.0.0.7, which is not a public address; give a public address, or add its"

    text = "feeds.example: the name can't be resolved (Name or service not known); check the host's name."
    assert describe_error(text) == unknown
    assert describe_error("feeds.example: feeds.example resolves to no address; check the host's name.") == unknown
    assert describe_error(f"feeds.example: {private} network.").startswith(
        "feeds.example resolves to 10.0.0.7, which is in the local network"
    )
    assert describe_error("feeds.example: answered 404.") == "feeds.example: answered 404."


def test_check_several_has_a_result_for_each(admin_client: Client, feed: str, server: FeedServer) -> None:
    other = server.serve(rss(item("Nvidia falls", guid="1")), path="/other")

    page = check(admin_client, address=f"{feed}  {other}").text

    assert page.count('<details class="found"') == 2
    assert page.count('name="feed"') == 2
    assert "NVDA" in page


def test_check_of_followed_feed_says_so(admin_client: Client, feed: str) -> None:
    Source.objects.create(name="Wire", url=feed)

    page = check(admin_client, address=feed).text

    assert "You follow this feed already." in page
    assert 'name="feed"' not in page


def test_check_hostile_titles_are_escaped(admin_client: Client, server: FeedServer) -> None:
    evil = "&lt;img src=x onerror=alert(1)&gt; Apple rises"
    body = rss(item(f"<![CDATA[{evil}]]>", guid="1")).replace("<title>News", "<title>&lt;b&gt;N\"'")

    page = check(admin_client, address=server.serve(body)).text

    assert "<img" not in page
    assert "<b>N" not in page.partition("</section>")[2]


def opml(*urls: str, extra: str = "") -> SimpleUploadedFile:
    outlines = "".join(f'<outline text="Feed {n}" xmlUrl="{url}"/>' for n, url in enumerate(urls))
    return SimpleUploadedFile("my.opml", f"<opml><body>{outlines}{extra}</body></opml>".encode())


def test_check_uploaded_list_names_duplicates_and_what_is_no_feed(
    admin_client: Client, feed: str, server: FeedServer
) -> None:
    other = server.serve(rss(item("Nvidia falls", guid="1")), path="/other")

    page = check(admin_client, file=opml(feed, other, feed, extra='<outline text="Links"/>')).text

    assert "<b>my.opml</b> lists 2 feeds." in page
    assert "is in the list before, as &#x27;Feed 0&#x27;." in page
    assert "has no xmlUrl" in page
    assert f'value="{feed} Feed 0"' in page
    assert f'value="{other} Feed 1"' in page


def test_check_of_more_feeds_than_a_form_can_send_names_how_many_are_left_out(admin_client: Client) -> None:
    listed = opml(*(f"http://127.0.0.1:9/{number}" for number in range(500)))
    earlier = [f"https://example.org/{number} Earlier {number}" for number in range(200)]

    page = check(admin_client, file=listed, feed=earlier).text

    assert (page.count('value="http://127.0.0.1:9/'), page.count('value="https://example.org/')) == (490, 100)
    assert "100 feeds were left out: a form has 600 at most." in page


def test_check_of_more_addresses_than_it_reads_names_how_many_are_left_out(admin_client: Client) -> None:
    page = check(admin_client, address=" ".join(f"http://127.0.0.1:9/{number}" for number in range(603))).text

    assert "3 addresses were left out, those after the first 600" in page
    assert 'value="http://127.0.0.1:9/599 "' in page
    assert 'value="http://127.0.0.1:9/600 "' not in page


def test_follow_uploaded_list_follows_its_feeds(admin_client: Client, feed: str, server: FeedServer) -> None:
    other = server.serve(rss(item("Nvidia falls", guid="1")), path="/other")

    response = follow(admin_client, file=opml(feed, other))

    assert (response.status_code, response["Location"]) == (302, "/")
    assert {source.name: source.url for source in Source.objects.all()} == {"Feed 0": feed, "Feed 1": other}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b'<!DOCTYPE a [<!ENTITY a "aaa">]><opml>&a;</opml>', "entities"),
        (b"no xml", "not well-formed"),
        (b"<rss/>", "begins with &lt;rss&gt;"),
        (b" " * 1_000_001, "more than 1,000,000"),
    ],
)
def test_check_unusable_file_has_reason(admin_client: Client, body: bytes, problem: str) -> None:
    page = check(admin_client, file=SimpleUploadedFile("x.opml", body)).text

    assert "<b>x.opml</b>" in page
    assert problem in page


def test_export_opml_is_read_back(admin_client: Client, feed: str) -> None:
    Source.objects.create(name="Wire & Co", url=feed)

    response = admin_client.get(EXPORT)

    assert response["Content-Disposition"] == 'attachment; filename="sources.opml"'
    assert "no-store" in response["Cache-Control"]
    Source.objects.all().delete()
    follow(admin_client, file=SimpleUploadedFile("sources.opml", response.content))
    assert [(source.name, source.url) for source in Source.objects.all()] == [("Wire & Co", feed)]


def test_source_admin_links_to_adding_and_to_both_lists(admin_client: Client) -> None:
    page = admin_client.get("/admin/news/source/").text

    assert PATH in page
    assert EXPORT in page


@pytest.mark.parametrize(
    ("title", "evidence", "segments"),
    [
        ("Oil rises", [], [("Oil rises", "")]),
        ("Oil rises", [("RISES", "positive")], [("Oil ", ""), ("rises", "positive")]),
        ("Oil rises", [("rises", "neutral")], [("Oil rises", "")]),
        ("Uprises and rises", [("rises", "positive")], [("Uprises and ", ""), ("rises", "positive")]),
        (
            "Profit falls, sales fall",
            [("profit falls", "negative"), ("fall", "negative"), ("%", "negative")],
            [("Profit falls", "negative"), (", sales ", ""), ("fall", "negative")],
        ),
        ("(a|b) a.b", [("a.b", "positive")], [("(a|b) ", ""), ("a.b", "positive")]),
    ],
)
def test_highlight_words_only_whole_ones(title: str, evidence: list[tuple[str, str]], segments: list[Segment]) -> None:
    assert [*highlight_words(title, evidence)] == segments


def test_format_age_is_short() -> None:
    ages = [timedelta(seconds=-9), timedelta(minutes=18), timedelta(hours=5), timedelta(days=3)]
    assert [format_age(NOW - age, NOW) for age in ages] == ["now", "18 min", "5 h", "3 d"]

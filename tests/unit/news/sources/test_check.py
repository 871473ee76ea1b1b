"""Checks of feeds: fetched once within limits, a web page stands for its feed, a list for its feeds."""

import socket
from contextlib import ExitStack

import pytest

from news.models import Item, Source
from news.sources.check import FETCHES_AT_ONCE, MAX_FEEDS, check_feeds, fetch_slots
from news.sources.feed_address import FeedAddress
from tests.helpers.feed_server import item, rss

PAGE = '<!doctype html><head><link rel="alternate" type="application/rss+xml" href="{}"></head>'


def test_check_feed_is_fetched_once_with_its_own_title(server) -> None:
    url = server.serve(rss(item("Apple rises", guid="1"), item("Ford falls", guid="2")))

    check = check_feeds([FeedAddress(url)])

    [feed] = check.feeds
    assert feed.address == FeedAddress(url, "News")
    assert feed.error == ""
    assert [record["title"] for record in feed.document.records] == ["Apple rises", "Ford falls"]
    assert [path for path, _ in server.requests] == ["/feed"]


def test_check_json_feed_has_its_own_title(server) -> None:
    items = '[{"id": "1", "title": "Apple rises"}]'
    body = f'{{"version": "https://jsonfeed.org/version/1.1", "title": "J & K", "items": {items}}}'
    url = server.serve(body, **{"Content-Type": "application/feed+json"})

    assert check_feeds([FeedAddress(url)]).feeds[0].address.name == "J & K"


def test_check_given_name_is_kept(server) -> None:
    url = server.serve(rss(item("Apple rises", guid="1")))

    assert check_feeds([FeedAddress(url, "My feed")]).feeds[0].address.name == "My feed"


def test_check_web_page_stands_for_the_first_feed_that_it_links(server) -> None:
    url = server.serve(rss(item("Apple rises", guid="1")), path="/news.xml")
    links = PAGE.format("/news.xml") + PAGE.format("/other.xml")
    page = server.serve(links, path="/", Content_Type="text/html")

    [feed] = check_feeds([FeedAddress(page)]).feeds

    assert (feed.address.url, feed.linked_from, feed.other_feeds) == (url, page, (server.url("/other.xml"),))
    assert len(feed.document.records) == 1


def test_check_web_page_without_feed_has_reason_and_cure(server) -> None:
    page = server.serve("<!doctype html><p>hello", path="/", Content_Type="text/html")

    [feed] = check_feeds([FeedAddress(page)]).feeds

    assert feed.document is None
    assert feed.error == (
        "127.0.0.1: sent a web page that names no feed, not an RSS or Atom feed; give the URL of the feed itself."
    )


def test_check_web_page_that_links_a_page_that_links_a_page_ends(server) -> None:
    page = server.serve(PAGE.format("/"), path="/", Content_Type="text/html")

    [feed] = check_feeds([FeedAddress(page)]).feeds

    assert "a web page" in feed.error
    assert len(server.requests) == 2


def test_check_several_each_has_its_own_result_in_order(server) -> None:
    good = server.serve(rss(item("Apple rises", guid="1")), path="/good")
    gone = server.serve(b"", path="/gone", status=404)
    broken = server.serve(b"%PDF-1.4", path="/broken")

    feeds = check_feeds([FeedAddress(url) for url in (gone, good, broken)]).feeds

    assert [feed.address.url for feed in feeds] == [gone, good, broken]
    assert "answered 404; the feed is gone" in feeds[0].error
    assert feeds[1].error == ""
    assert "a PDF file" in feeds[2].error


def test_check_private_address_is_rejected_with_the_cure(server, settings) -> None:
    settings.SOURCE_ALLOWED_NETWORKS = []
    url = server.serve(rss(item("Apple rises", guid="1")))

    [feed] = check_feeds([FeedAddress(url)]).feeds

    assert "SOURCE_ALLOWED_NETWORKS" in feed.error
    assert server.requests == []


def test_check_list_of_feeds_stands_for_its_feeds(server) -> None:
    urls = [server.serve(rss(item(f"Apple rises {n}", guid="1")), path=f"/{n}") for n in range(2)]
    outlines = "".join(f'<outline text="Feed {n}" xmlUrl="{url}"/>' for n, url in enumerate(urls))
    opml = server.serve(f'<opml><body>{outlines}<outline text="none"/></body></opml>', path="/list")

    check = check_feeds([FeedAddress(opml)])

    assert [feed.address for feed in check.feeds] == [FeedAddress(url, f"Feed {n}") for n, url in enumerate(urls)]
    [(address, feeds)] = check.lists
    assert address == opml
    assert [entry.title for entry in feeds.skipped] == ["none"]


def test_check_more_than_the_limit_are_not_fetched_and_named(server) -> None:
    urls = [server.serve(rss(item("Apple rises", guid="1")), path=f"/{n}") for n in range(MAX_FEEDS + 2)]

    check = check_feeds([FeedAddress(url) for url in [*urls, urls[0]]])

    assert [feed.address.url for feed in check.feeds] == urls[:MAX_FEEDS]
    assert [address.url for address in check.unchecked] == urls[MAX_FEEDS:]
    assert len(server.requests) == MAX_FEEDS


def test_check_server_that_does_not_answer_ends_in_time_beside_others(server) -> None:
    good = server.serve(rss(item("Apple rises", guid="1")), path="/good")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        stuck = f"http://127.0.0.1:{silent.getsockname()[1]}/"

        first, second = check_feeds([FeedAddress(stuck), FeedAddress(good)], seconds=6).feeds

    assert "not done" in first.error
    assert second.error == ""


def test_check_while_all_fetches_are_taken_says_so(server) -> None:
    url = server.serve(rss(item("Apple rises", guid="1")))
    with ExitStack() as slots:
        for _ in range(FETCHES_AT_ONCE):
            slots.enter_context(fetch_slots)

        [feed] = check_feeds([FeedAddress(url)]).feeds

    assert "too many checks run at once" in feed.error
    assert server.requests == []


@pytest.mark.django_db
def test_check_changes_neither_sources_nor_items(server) -> None:
    url = server.serve(rss(item("Apple rises", guid="1")))
    source = Source.objects.create(name="Wire", url=url, etag='"1"')
    before = Source.objects.values().get()

    assert check_feeds([FeedAddress(url)]).feeds[0].document is not None

    assert Source.objects.values().get(pk=source.pk) == before
    assert not Item.objects.exists()
    assert "If-None-Match" not in server.requests[0][1]

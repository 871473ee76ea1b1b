"""Following feeds makes or enables sources, which are due at once, and says what existed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from news.models import Source
from news.sources.feed_address import FeedAddress, get_feed_key, parse_address
from news.sources.following import FollowStatus, follow_feeds

pytestmark = pytest.mark.django_db
URL = "https://example.org/rss"


def follow(*addresses: FeedAddress, may_enable: bool = True):
    return [(r.status, r.source and r.source.name) for r in follow_feeds(addresses, may_enable=may_enable)]


def test_follow_new_feed_is_an_enabled_source_that_is_due() -> None:
    assert follow(FeedAddress(URL, "Wire")) == [(FollowStatus.NEW, "Wire")]

    source = Source.objects.get()
    assert (source.url, source.kind, source.is_enabled) == (URL, "feed", True)
    assert source.next_poll_at <= timezone.now()


def test_follow_twice_makes_one_source_and_says_so() -> None:
    follow(FeedAddress(URL, "Wire"))

    assert follow(FeedAddress("http://www.example.org/rss/", "Other")) == [(FollowStatus.ALREADY, "Wire")]
    assert follow(FeedAddress(URL + "2", "A"), FeedAddress(URL + "2", "B")) == [(FollowStatus.NEW, "A")]
    assert Source.objects.count() == 2


def test_follow_disabled_source_is_enabled_and_due() -> None:
    later = timezone.now() + timedelta(hours=5)
    Source.objects.create(name="Wire", url=URL, is_enabled=False, next_poll_at=later)

    assert follow(FeedAddress(URL), may_enable=False) == [(FollowStatus.DISABLED, "Wire")]
    assert not Source.objects.get().is_enabled

    assert follow(FeedAddress(URL)) == [(FollowStatus.ENABLED, "Wire")]
    source = Source.objects.get()
    assert source.is_enabled
    assert source.next_poll_at <= timezone.now()


def test_follow_name_that_is_taken_gets_a_number() -> None:
    Source.objects.create(name="Wire", url="https://example.org/another")

    assert follow(FeedAddress(URL, "Wire")) == [(FollowStatus.NEW, "Wire 2")]
    assert follow(FeedAddress(URL + "3", "Wire" * 40)) == [(FollowStatus.NEW, ("Wire" * 40)[:100])]
    assert follow(FeedAddress(URL + "4", "Wire" * 40)) == [(FollowStatus.NEW, ("Wire" * 40)[:98] + " 2")]


def test_follow_without_name_is_named_after_its_host() -> None:
    assert follow(FeedAddress(URL)) == [(FollowStatus.NEW, "example.org")]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "", "https://example.org/\0", "https://example.org/a b", "https://x/"]
)
def test_follow_address_that_is_none_is_rejected_with_reason(url: str) -> None:
    [result] = follow_feeds([FeedAddress(url, "x")], may_enable=True)

    assert result.status is FollowStatus.REJECTED
    assert result.detail
    assert not Source.objects.exists()


def test_follow_name_is_printable() -> None:
    assert follow(FeedAddress(URL, " A\0B\n \ud800C ")) == [(FollowStatus.NEW, "A B C")]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://example.org/a", "https://example.org/a"),
        (" example.org/a ", "https://example.org/a"),
        ("feed://example.org/a", "https://example.org/a"),
        ("feed:https://example.org/a", "https://example.org/a"),
        ("<http://example.org>", "http://example.org"),
        ("127.0.0.1:8000/feed", "https://127.0.0.1:8000/feed"),
        ("HTTP://EXAMPLE.org/a", "HTTP://EXAMPLE.org/a"),
    ],
)
def test_parse_address_typed_forms(text: str, url: str) -> None:
    assert parse_address(text) == url


@pytest.mark.parametrize(
    "text", ["", "ftp://example.org", "javascript:alert(1)", "https://", "http://[::1", "https://a/\0", "x" * 3000]
)
def test_parse_address_other_texts_are_rejected_with_value_and_cure(text: str) -> None:
    with pytest.raises(ValueError, match="is no web address; give one such as"):
        parse_address(text)


def test_get_feed_key_differs_only_by_what_names_another_feed() -> None:
    same = [
        "https://example.org/a",
        "http://www.example.org/a/",
        "https://example.org:443/a#x",
        "HTTPS://Example.org/a",
    ]
    other = [
        "https://example.org/b",
        "https://example.org/a?x=1",
        "https://example.org:8443/a",
        "https://a.example.org/a",
    ]

    assert len({get_feed_key(url) for url in same}) == 1
    assert len({get_feed_key(url) for url in other} - {get_feed_key(same[0])}) == len(other)
    assert get_feed_key("http://[") == "http://["

from datetime import timedelta

import pytest
from django.utils import timezone

from news.models import Item, Source
from news.sources.http.client import SourceError
from news.sources.poll_state import claim_source, record_failure, record_success
from news.sources.registry import fetch_source
from tests.helpers.feed_server import item, rss


def make_source(url, **values):
    return Source.objects.create(name="wire", url=url, **values)


def poll(source, client):
    try:
        result = fetch_source(source, client)
    except SourceError as error:
        record_failure(source, error)
        raise
    return record_success(source, result)


@pytest.mark.django_db
def test_poll_appends_items_and_stores_the_validators(server, client):
    source = make_source(
        server.serve(
            rss(item("Apple (AAPL) profit rises", guid="a-1"), item("No company in this title")),
            ETag='"v1"',
            Last_Modified="Wed, 04 Mar 2026 10:30:00 GMT",
        )
    )

    result = poll(source, client)

    source.refresh_from_db()
    assert (result.created, result.duplicates, result.skipped, result.error) == (1, 0, 1, "")
    assert (source.etag, source.last_modified) == ('"v1"', "Wed, 04 Mar 2026 10:30:00 GMT")
    assert (source.items_created, source.entries_skipped) == (1, 1)
    assert source.next_poll_at > timezone.now() + timedelta(seconds=0.8 * source.interval_seconds)
    stored = Item.objects.get()
    assert (stored.source, stored.external_id, stored.tickers) == ("wire", "a-1", ["AAPL"])


@pytest.mark.django_db
def test_second_poll_answered_304_changes_nothing(server, client):
    source = make_source(server.serve(rss(item("Apple (AAPL) profit rises", guid="a-1")), ETag='"v1"'))
    poll(source, client)
    source.refresh_from_db()

    result = poll(source, client)

    source.refresh_from_db()
    assert server.requests[-1][1]["If-None-Match"] == '"v1"'
    assert result.is_unchanged
    assert (source.etag, source.items_created) == ('"v1"', 1)


@pytest.mark.django_db
def test_poll_of_the_same_entries_creates_nothing(server, client):
    source = make_source(server.serve(rss(item("Apple (AAPL) profit rises"), item("Apple (AAPL) up", guid="a-2"))))
    poll(source, client)

    result = poll(source, client)

    assert (result.created, result.duplicates) == (0, 2)


@pytest.mark.django_db
def test_overlong_validators_are_not_stored(server, client):
    source = make_source(server.serve(rss(), ETag='"' + "x" * 600 + '"', Last_Modified="x" * 200))

    poll(source, client)

    source.refresh_from_db()
    assert (source.etag, source.last_modified) == ("", "")


@pytest.mark.django_db
def test_failures_double_the_delay_and_a_success_resets_it(server, client):
    source = make_source(server.serve(status=500), interval_seconds=100)
    delays = []
    for _ in range(3):
        with pytest.raises(SourceError):
            poll(source, client)
        source.refresh_from_db()
        delays.append((source.next_poll_at - source.last_polled_at).total_seconds())

    assert delays == [pytest.approx(100, rel=0.11), pytest.approx(200, rel=0.11), pytest.approx(400, rel=0.11)]
    assert source.consecutive_failures == 3
    assert "answered 500" in source.last_error

    server.serve(rss())
    poll(source, client)

    source.refresh_from_db()
    assert (source.consecutive_failures, source.last_error) == (0, "")


@pytest.mark.django_db
def test_backoff_delay_is_limited(server, client):
    source = make_source(server.serve(status=500), consecutive_failures=1_000_000)

    with pytest.raises(SourceError):
        poll(source, client)

    source.refresh_from_db()
    assert source.next_poll_at < timezone.now() + timedelta(hours=7)


@pytest.mark.django_db
@pytest.mark.parametrize(("retry_after", "hours"), [("7200", 2), ("999999999", 24)])
def test_retry_after_sets_the_delay_up_to_a_day(server, client, retry_after, hours):
    source = make_source(server.serve(status=429, Retry_After=retry_after))

    with pytest.raises(SourceError):
        poll(source, client)

    source.refresh_from_db()
    assert (source.next_poll_at - source.last_polled_at).total_seconds() == pytest.approx(hours * 3600, abs=5)


@pytest.mark.django_db
def test_poll_keeps_what_an_admin_edits_during_it(server, client):
    source = make_source(server.serve(rss()))
    Source.objects.update(is_enabled=False, interval_seconds=7)

    poll(source, client)

    source.refresh_from_db()
    assert (source.is_enabled, source.interval_seconds) == (False, 7)


@pytest.mark.django_db
@pytest.mark.parametrize("status", [200, 500])
def test_poll_of_url_edited_during_it_leaves_the_new_url_due_and_without_validators(server, client, status):
    source = make_source(server.serve(rss(item("Apple (AAPL) rises")), ETag='"old"', status=status), etag='"old"')
    before = timezone.now()
    try:
        result = fetch_source(Source(url=source.url, kind="feed"), client)
    except SourceError as error:
        result = error
    Source.objects.update(url=server.url("/new"), etag="", next_poll_at=before + timedelta(days=1))

    record_failure(source, result) if status == 500 else record_success(source, result)

    source.refresh_from_db()
    assert (source.url, source.etag, source.last_error, source.consecutive_failures) == (server.url("/new"), "", "", 0)
    assert before < source.next_poll_at < timezone.now()
    assert source.items_created == (status == 200)


@pytest.mark.django_db
def test_claim_of_due_source_succeeds_once():
    source = make_source("http://127.0.0.1:9/")
    same_source = Source.objects.get()

    assert claim_source(source)
    assert not claim_source(same_source)


@pytest.mark.django_db
def test_claim_of_disabled_source_fails():
    source = make_source("http://127.0.0.1:9/")
    Source.objects.update(is_enabled=False)

    assert not claim_source(source)

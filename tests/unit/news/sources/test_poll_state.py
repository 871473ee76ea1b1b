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
        harvest = fetch_source(source, client)
    except SourceError as error:
        record_failure(source, error)
        raise
    return record_success(source, harvest)


@pytest.mark.django_db
def test_poll_appends_items_and_keeps_the_validators(server, client):
    source = make_source(
        server.serve(
            rss(item("Apple (AAPL) profit rises", guid="a-1"), item("Nobody in particular waits")),
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
def test_second_poll_is_conditional_and_304_changes_nothing(server, client):
    source = make_source(server.serve(rss(item("Apple (AAPL) profit rises", guid="a-1")), ETag='"v1"'))
    poll(source, client)
    source.refresh_from_db()

    result = poll(source, client)

    source.refresh_from_db()
    assert server.requests[-1][1]["If-None-Match"] == '"v1"'
    assert result.is_unchanged
    assert (source.etag, source.items_created) == ('"v1"', 1)


@pytest.mark.django_db
def test_polling_the_same_entries_again_creates_nothing(server, client):
    source = make_source(server.serve(rss(item("Apple (AAPL) profit rises"), item("Apple (AAPL) up", guid="a-2"))))
    poll(source, client)

    result = poll(source, client)

    assert (result.created, result.duplicates) == (0, 2)


@pytest.mark.django_db
def test_overlong_validators_are_not_kept(server, client):
    source = make_source(server.serve(rss(), ETag='"' + "x" * 600 + '"', Last_Modified="x" * 200))

    poll(source, client)

    source.refresh_from_db()
    assert (source.etag, source.last_modified) == ("", "")


@pytest.mark.django_db
def test_failures_back_off_and_a_success_clears_them(server, client):
    source = make_source(server.serve(status=500), interval_seconds=100)
    waits = []
    for _ in range(3):
        with pytest.raises(SourceError):
            poll(source, client)
        source.refresh_from_db()
        waits.append((source.next_poll_at - source.last_polled_at).total_seconds())

    assert waits == [pytest.approx(100, rel=0.11), pytest.approx(200, rel=0.11), pytest.approx(400, rel=0.11)]
    assert source.consecutive_failures == 3
    assert "answered 500" in source.last_error

    server.serve(rss())
    poll(source, client)

    source.refresh_from_db()
    assert (source.consecutive_failures, source.last_error) == (0, "")


@pytest.mark.django_db
def test_back_off_has_a_cap(server, client):
    source = make_source(server.serve(status=500), consecutive_failures=1_000_000)

    with pytest.raises(SourceError):
        poll(source, client)

    source.refresh_from_db()
    assert source.next_poll_at < timezone.now() + timedelta(hours=7)


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "hours"), [("7200", 2), ("999999999", 24)])
def test_next_try_waits_as_long_as_the_server_asks_up_to_a_day(server, client, asked, hours):
    source = make_source(server.serve(status=429, Retry_After=asked))

    with pytest.raises(SourceError):
        poll(source, client)

    source.refresh_from_db()
    assert (source.next_poll_at - source.last_polled_at).total_seconds() == pytest.approx(hours * 3600, abs=5)


@pytest.mark.django_db
def test_poll_leaves_what_an_admin_changed_meanwhile(server, client):
    source = make_source(server.serve(rss()))
    Source.objects.update(is_enabled=False, interval_seconds=7)

    poll(source, client)

    source.refresh_from_db()
    assert (source.is_enabled, source.interval_seconds) == (False, 7)


@pytest.mark.django_db
@pytest.mark.parametrize("status", [200, 500])
def test_poll_of_an_address_that_was_changed_meanwhile_leaves_the_new_one_due_and_without_validators(
    server, client, status
):
    source = make_source(server.serve(rss(item("Apple (AAPL) rises")), ETag='"old"', status=status), etag='"old"')
    before = timezone.now()
    try:
        outcome = fetch_source(Source(url=source.url, kind="feed"), client)
    except SourceError as error:
        outcome = error
    Source.objects.update(url=server.url("/new"), etag="", next_poll_at=before + timedelta(days=1))

    record_failure(source, outcome) if status == 500 else record_success(source, outcome)

    source.refresh_from_db()
    assert (source.url, source.etag, source.last_error, source.consecutive_failures) == (server.url("/new"), "", "", 0)
    assert before < source.next_poll_at < timezone.now()
    assert source.items_created == (status == 200)


@pytest.mark.django_db
def test_due_source_is_claimed_by_one_process_only():
    source = make_source("http://127.0.0.1:9/")
    seen_by_another = Source.objects.get()

    assert claim_source(source)
    assert not claim_source(seen_by_another)


@pytest.mark.django_db
def test_disabled_source_can_not_be_claimed():
    source = make_source("http://127.0.0.1:9/")
    Source.objects.update(is_enabled=False)

    assert not claim_source(source)

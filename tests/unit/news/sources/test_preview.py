"""Previews of feeds say what a first poll then does."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from common.time import utc_now
from news.models import Item, Source
from news.sources.adapters.rss_entries import parse_entries
from news.sources.http.client import Document
from news.sources.poll_state import record_success
from news.sources.preview import preview_feed
from news.sources.result import FetchResult
from tests.helpers.feed_server import item, rss

pytestmark = pytest.mark.django_db
NOW = utc_now()


def parse(*entries: str):
    return parse_entries(Document("https://example.org/rss", rss(*entries).encode(), "", "", ""))


def dated(title: str, minutes: float, **options: str) -> str:
    date = format_datetime(NOW - timedelta(minutes=minutes))
    return item(title, guid=title.replace(" ", "-"), date=date, **options)


def poll(document, name: str) -> None:
    source, _ = Source.objects.get_or_create(name=name, defaults={"url": "https://example.org/rss"})
    record_success(source, FetchResult(document.records, document.skipped, document.undated, document.warnings))


def describe(items: list[Item]):
    return [(i.title, i.tickers, i.sentiment, i.probabilities, i.entities, i.published_at) for i in items]


def test_preview_newest_headlines_are_those_that_a_poll_then_stores() -> None:
    titles = ["Apple profit beats estimates", "Ford recalls cars as Tesla gains", "Nvidia falls 5%", "Storm in Spain"]
    document = parse(*[dated(title, minutes) for minutes, title in enumerate([*titles, "Oil rises", "Gold slips"], 1)])

    preview = preview_feed(document, source="Wire")

    assert [i.title for i in preview.items] == [*titles, "Oil rises"]
    assert (preview.entries, preview.usable, preview.more) == (6, 6, 1)
    assert not Item.objects.exists()
    poll(document, "Wire")
    assert describe(preview.items) == describe(list(Item.objects.order_by("-published_at")[:5]))
    assert describe(preview.items)[1][1] == ["F", "TSLA"]
    assert describe(preview.items)[3][1] == ["MARKET"]


def test_preview_known_stories_are_named_with_their_source() -> None:
    poll(parse(dated("Apple profit beats estimates", 10)), "Wire Desk")
    document = parse(dated("Apple profit beats estimates", 5), dated("Ford recalls cars", 4))

    preview = preview_feed(document, source="Other")

    assert [i.title for i in preview.items] == ["Ford recalls cars"]
    [entry] = preview.skipped
    assert (entry.title, entry.reason) == ("Apple profit beats estimates", "already here from Wire Desk.")


def test_preview_of_followed_feed_shows_its_newest_headlines() -> None:
    document = parse(dated("Apple profit beats estimates", 10), dated("Ford recalls cars", 4))
    poll(document, "Wire")

    preview = preview_feed(document, source="Wire")

    assert [i.title for i in preview.items] == ["Ford recalls cars", "Apple profit beats estimates"]
    assert (preview.usable, preview.skipped_count) == (0, 2)


def test_preview_entry_without_title_or_instrument_is_named_with_reason(settings) -> None:
    settings.UNTAGGED = "skip"
    document = parse(dated("Bakery opens in old station hall", 5), item("", guid="x"), dated("Apple rises", 3))

    preview = preview_feed(document, source="Wire")

    assert [i.title for i in preview.items] == ["Apple rises"]
    reasons = {entry.title: entry.reason for entry in preview.skipped}
    assert "none found in title and summary" in reasons["Bakery opens in old station hall"]
    assert preview.skipped_count == 2
    assert preview.entries == 3


def test_preview_counts_headlines_a_day_by_their_dates() -> None:
    day = 24 * 60
    document = parse(*[dated(f"Apple rises {n} percent", n * day / 4) for n in range(1, 9)])

    preview = preview_feed(document, source="Wire", now=NOW)

    assert preview.per_day == pytest.approx(4, rel=0.01)
    assert preview.newest_at is not None
    assert abs((NOW - preview.newest_at) - timedelta(hours=6)) < timedelta(seconds=2)


def test_preview_without_dates_counts_none_and_notes_unreadable_ones() -> None:
    assert preview_feed(parse(item("Apple rises", guid="1")), source="Wire").per_day is None

    preview = preview_feed(parse(item("Apple rises", guid="1", date="yesterday")), source="Wire")

    assert preview.per_day is None
    assert preview.items[0].is_undated
    assert "'yesterday'" in preview.notes[0].reason


def test_preview_old_feed_has_few_headlines_a_day() -> None:
    document = parse(item("Apple rises", guid="1", date=format_datetime(datetime(2020, 1, 1, tzinfo=UTC))))

    assert preview_feed(document, source="Wire").per_day < 0.01


def test_preview_empty_feed_has_nothing() -> None:
    preview = preview_feed(parse(), source="Wire")

    assert (preview.items, preview.entries, preview.usable, preview.newest_at) == ([], 0, 0, None)


def test_preview_rules_of_the_source_hold() -> None:
    Source.objects.create(name="Cars", url="https://example.org/rss", allowed_tickers=["F"])

    preview = preview_feed(parse(dated("Apple rises", 2), dated("Ford falls", 1)), source="Cars")

    assert [i.tickers for i in preview.items] == [["F"]]
    assert "allows F" in preview.skipped[0].reason

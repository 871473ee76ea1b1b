import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Value
from django.db.models.functions import Concat, Right
from django.utils import timezone

from common.secret import Secret
from common.time import format_time
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
            rss(item("Apple (AAPL) profit rises", guid="a-1"), item("")),
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


CASES = {
    "same-guid": [item(f"Apple plan {word}", guid="N/A", link=f"https://n.example/{word}") for word in "ABCD"],
    "same-number": [item(f"Apple plan {word}", guid="7", link=f"https://n.example/{word}") for word in "ABCD"],
    "same-link": [item(f"Apple plan {word}", link="https://n.example/press") for word in "ABCD"],
    "home-page": [item(f"Apple plan {word}", guid="https://n.example/", link="https://n.example") for word in "ABCD"],
    "nothing": [item(f"Apple plan {word}", guid="nan", link="null") for word in "ABCD"],
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("date", ["", "soon", "Sun, 29 Mar 2026 13:39:59 +0000"])
def test_feed_that_repeats_an_id_keeps_all_stories_and_finds_them_again_on_another_day(server, client, case, date):
    items = [entry.replace("</item>", f"<pubDate>{date}</pubDate></item>") for entry in CASES[case]]
    source = make_source(server.serve(rss(*items)))

    first = poll(source, client)
    # As if the first poll had been a day before.
    Item.objects.update(dedup_hash=Concat(Right("dedup_hash", 63), Value("x")))
    second = poll(source, client)

    assert (first.created, first.skipped, second.created, second.duplicates) == (4, 0, 0, 4)


MONDAY, TUESDAY = "Mon, 02 Mar 2026 09:30:00 GMT", "Tue, 03 Mar 2026 09:30:00 GMT"
LOSES = item("Boeing (BA) X1 loses order", guid="a-1", link="https://n.example/1", date=MONDAY, summary="Lost.")
WINS = "Boeing (BA) X1 wins order"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("entry", "updated", "title", "url"),
    [
        (item(WINS, guid="a-1", link="https://n.example/1", date=MONDAY), 1, WINS, "https://n.example/1"),
        (item(WINS, guid="a-1", link="https://n.example/b", date=MONDAY), 1, WINS, "https://n.example/b"),
        (LOSES.replace("Lost.", "Lost, says Boeing."), 1, "Boeing (BA) X1 loses order", "https://n.example/1"),
        (LOSES.replace(MONDAY, TUESDAY), 0, "Boeing (BA) X1 loses order", "https://n.example/1"),
        (LOSES.replace("/1<", "/1?utm_source=rss#top<"), 0, "Boeing (BA) X1 loses order", "https://n.example/1"),
        (LOSES.replace("Lost.", ""), 0, "Boeing (BA) X1 loses order", "https://n.example/1"),
        (LOSES.replace("<title>", "<title>UPDATE 1-"), 0, "Boeing (BA) X1 loses order", "https://n.example/1"),
    ],
)
def test_entry_with_other_content_corrects_its_item(server, client, entry, updated, title, url):
    source = make_source(server.serve(rss(LOSES)))
    poll(source, client)

    server.serve(rss(entry))
    changed = poll(source, client)
    again = [poll(source, client).updated for _ in range(2)]
    server.serve(rss(LOSES))
    again.append(poll(source, client).updated)

    assert (changed.created, changed.updated, changed.duplicates) == (0, updated, 1 - updated)
    assert again == [0, 0, 0]
    stored = Item.objects.get()
    assert (stored.title, stored.url, stored.published_at) == (title, url, datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    source.refresh_from_db()
    assert source.items_created == 1


@pytest.mark.django_db
@pytest.mark.parametrize("guid", ["latest", "https://n.example/feed", "https://n.example/", "N/A"])
def test_feed_with_one_guid_for_all_keeps_each_story_over_polls(server, client, guid):
    titles = ["Apple (AAPL) beats estimates", "Ford (F) recalls trucks in Iowa", "Boeing (BA) X1 loses order"]
    source = make_source(server.serve(rss()))
    created = []

    for title in [*titles, *titles]:
        server.serve(rss(item(title, guid=guid, link="https://n.example/press", date=MONDAY)))
        created.append(poll(source, client).created)

    assert created == [1, 1, 1, 0, 0, 0]
    assert list(Item.objects.order_by("seq").values_list("title", flat=True)) == titles


@pytest.mark.django_db
def test_guid_that_several_entries_share_corrects_nothing(server, client):
    source = make_source(server.serve(rss(LOSES)))
    poll(source, client)

    server.serve(rss(LOSES, item(WINS, guid="a-1", link="https://n.example/2", date=MONDAY)))
    result = poll(source, client)

    assert (result.created, result.updated, result.duplicates) == (1, 0, 1)
    assert list(Item.objects.order_by("seq").values_list("title", flat=True)) == ["Boeing (BA) X1 loses order", WINS]


@pytest.mark.django_db
def test_corrected_report_of_a_feed_corrects_the_entry_before(server, client):
    marked = item(f"CORRECTED-{WINS}", guid="a-2", link="https://n.example/2", date=TUESDAY)
    source = make_source(server.serve(rss(marked, LOSES)))

    polls = [poll(source, client) for _ in range(2)]

    assert [(result.created, result.updated, result.duplicates) for result in polls] == [(1, 1, 0), (0, 0, 2)]
    stored = Item.objects.get()
    assert (stored.title, stored.external_id, stored.revision) == (f"CORRECTED-{WINS}", "a-1", 1)


@pytest.mark.django_db
def test_line_of_a_watched_file_corrects_its_date_too(tmp_path, client):
    path = tmp_path / "news.jsonl"
    record = {"title": "Apple rises", "ticker": "AAPL", "id": "1", "published_at": "2026-03-02T09:30:00Z"}
    path.write_text(json.dumps(record) + "\n")
    source = Source.objects.create(name="inbox", kind="watched", path=str(path))
    poll(source, client)
    source.refresh_from_db()

    with path.open("a") as file:
        file.write(json.dumps({**record, "published_at": "2026-03-02T10:30:00Z"}) + "\n")
    result = poll(source, client)

    assert (result.created, result.updated) == (0, 1)
    assert Item.objects.get().published_at == datetime(2026, 3, 2, 10, 30, tzinfo=UTC)


@pytest.mark.django_db
def test_feed_is_appended_oldest_first(server, client):
    hours = [14, 13, 12]
    entries = [item(f"Intel probe {hour}", guid=f"{hour}", date=f"Sun, 29 Mar 2026 {hour}:00:00 GMT") for hour in hours]

    poll(make_source(server.serve(rss(*entries))), client)

    stored = Item.objects.order_by("seq").values_list("title", "published_at__hour")
    assert list(stored) == [("Intel probe 12", 12), ("Intel probe 13", 13), ("Intel probe 14", 14)]


@pytest.mark.django_db
def test_entry_with_unreadable_date_is_undated_counted_and_shown(server, client):
    dates = [
        "Sun, 29 Mar 2026 10:00:00 CET",
        "soon",
        "Fri, 01 Jan 2100 00:00:00 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "",
    ]
    entries = [item(f"Apple (AAPL) case {number}", guid=f"{number}", date=date) for number, date in enumerate(dates)]
    source = make_source(server.serve(rss(*entries)))
    before = timezone.now()

    result = poll(source, client)

    source.refresh_from_db()
    items = {item.external_id: item for item in Item.objects.all()}
    assert items["0"].published_at == datetime(2026, 3, 29, 9, tzinfo=UTC)
    assert [items[f"{number}"].is_undated for number in range(5)] == [False, True, True, True, False]
    assert all(before <= items[f"{number}"].published_at <= timezone.now() for number in range(1, 5))
    assert (result.created, result.skipped, result.undated, source.entries_undated) == (5, 0, 3, 3)
    [row] = source.last_skipped
    assert (row["title"], row["is_kept"]) == ("Apple (AAPL) case 1", True)
    assert row["reason"].startswith("date 'soon' holds 'soon', which is no month")
    assert row["reason"].endswith("The time of arrival is kept instead.")
    assert row["count"] == 3


@pytest.mark.django_db
def test_entry_without_instrument_is_kept_under_the_market(server, client):
    source = make_source(server.serve(rss(item("No company in this title"))))

    result = poll(source, client)

    assert (result.created, result.skipped, Item.objects.get().tickers) == (1, 0, ["MARKET"])


@pytest.mark.django_db
def test_skipped_entries_are_listed_with_time_title_and_reason(server, client, settings):
    settings.UNTAGGED = "skip"
    source = make_source(server.serve(rss(item("No company in this title"), item("Apple (AAPL) rises"))))

    poll(source, client)
    poll(source, client)

    source.refresh_from_db()
    [row] = source.last_skipped
    assert row["title"] == "No company in this title"
    assert row["reason"].startswith("ticker: none given and none found")
    assert row["time"] <= format_time(timezone.now())
    assert source.entries_skipped == 2


@pytest.mark.django_db
def test_symbol_of_a_provider_that_is_no_ticker_is_shown_and_the_entry_kept(server, client, settings):
    settings.TIINGO_TOKEN = Secret("key")
    article = {
        "id": 1,
        "title": "Chips rise",
        "tickers": ["intc", "not a ticker"],
        "publishedDate": "2026-03-29T10:00Z",
    }
    source = make_source(server.serve(json.dumps([article]), path="/news"), kind="tiingo")

    result = poll(source, client)

    source.refresh_from_db()
    assert (result.created, result.skipped, result.warnings) == (1, 0, 1)
    assert Item.objects.get().tickers == ["INTC"]
    [row] = source.last_skipped
    assert (row["title"], row["is_kept"]) == ("Chips rise", True)
    assert row["reason"].startswith("symbol 'not a ticker' ends in 'TICKER'")


@pytest.mark.django_db
def test_newsapi_dates_of_all_kinds_mean_their_instants_or_are_undated(server, client, settings):
    settings.NEWSAPI_KEY = Secret("key")
    values = [
        "2019-11-29T10:00:00.0000000Z",
        "Tue, 03 Mar 2020 10:00:00 GMT",
        1500000000,
        "20200303T100000",
        "0001-01-01T00:00:00Z",
        20200303,
        True,
        ["x"],
        {},
        0,
        None,
    ]
    articles = [
        {"title": f"Apple NA{n}", "url": f"https://n.example/{n}", "publishedAt": value, "symbols": ["MSFT"]}
        for n, value in enumerate(values)
    ]
    source = make_source(server.serve(json.dumps({"articles": articles}), path="/news"), kind="newsapi")
    before = timezone.now()

    poll(source, client)

    items = {int(item.title.removeprefix("Apple NA")): item for item in Item.objects.all()}
    assert [items[n].published_at for n in range(4)] == [
        datetime(2019, 11, 29, 10, tzinfo=UTC),
        datetime(2020, 3, 3, 10, tzinfo=UTC),
        datetime(2017, 7, 14, 2, 40, tzinfo=UTC),
        datetime(2020, 3, 3, 10, tzinfo=UTC),
    ]
    assert [items[n].is_undated for n in range(11)] == [False] * 4 + [True] * 6 + [False]
    assert all(items[n].published_at >= before for n in range(4, 11))
    assert {item.tickers[0] for item in items.values()} == {"MSFT"}
    source.refresh_from_db()
    assert source.entries_undated == 6

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.time import format_time
from news.admin.base import CappedPaginator
from news.admin.filters import MAX_BY_HAND
from news.dedup.headline import Headline
from news.ingest.corrections import withdraw_item
from news.ingest.pipeline import ingest
from news.labels.store import set_label
from news.models import Bucket, ImportRun, Item, LogHead, Sentiment, Source, WithdrawnItem
from news.scoring import EMBEDDED

pytestmark = pytest.mark.django_db

ITEMS = "/admin/news/item/"


def append(title: str, *, ticker: str = "AAPL", source: str = "test") -> Item:
    headline = Headline(title=title, tickers=(ticker,), source=source, published_at=datetime.now(UTC))
    return Item.objects.get(item_id=ingest([headline]).created[0])


def titles(client, **query) -> list[str]:
    response = client.get(ITEMS, query)
    assert response.status_code == 200
    return [item.title for item in response.context["cl"].result_list]


def test_item_list_is_newest_first(admin_client):
    append("First headline")
    append("Second headline")

    assert titles(admin_client) == ["Second headline", "First headline"]
    assert '<td class="field-ticker_list">AAPL</td>' in admin_client.get(ITEMS).content.decode()


def test_item_list_search_and_filters_return_matches(admin_client):
    old = append("Apple profit surges to record")
    append("Ford plunges after fraud lawsuit", ticker="F", source="wire")
    Item.objects.filter(pk=old.pk).update(appended_at=datetime(2026, 1, 31, 23, 59, tzinfo=UTC))

    assert titles(admin_client, q="PROFIT apple") == ["Apple profit surges to record"]
    assert titles(admin_client, q='"profit surges" rec* -ford') == ["Apple profit surges to record"]
    assert titles(admin_client, q="ofit") == []
    assert titles(admin_client, ticker="f") == ["Ford plunges after fraud lawsuit"]
    assert titles(admin_client, sentiment__exact="positive") == ["Apple profit surges to record"]
    assert titles(admin_client, source="wire") == ["Ford plunges after fraud lawsuit"]
    assert titles(admin_client, day="2026-01-31") == ["Apple profit surges to record"]
    assert titles(admin_client, day="2026-01-31", ticker="F") == []


def test_item_list_filters_by_day_of_publication_and_by_hand(admin_client):
    old, labelled, corrected = append("Apple profit surges"), append("Ford recalls trucks"), append("Boeing wins")
    Item.objects.filter(pk=old.pk).update(published_at=datetime(2026, 1, 31, 23, 59, tzinfo=UTC))
    Item.objects.filter(pk=labelled.pk).update(published_at=datetime(2026, 1, 31, 8, tzinfo=UTC))
    set_label(labelled.item_id, Sentiment.NEGATIVE, author="ann")
    form = {"title": "Boeing loses", "tickers": "BA", "published_at": format_time(corrected.published_at)}
    admin_client.post(f"{ITEMS}{corrected.pk}/change/", form | {"reason": "Wrong.", "opened_seq": corrected.seq})

    assert titles(admin_client, published="2026-01-31") == ["Apple profit surges", "Ford recalls trucks"]
    assert titles(admin_client, by_hand="labelled") == ["Ford recalls trucks"]
    assert titles(admin_client, by_hand="corrected") == ["Boeing loses"]
    assert titles(admin_client, by_hand="corrected", published="2026-01-31") == []


def test_item_list_filters_corrected_ones_however_many_other_entries_follow(admin_client, admin_user):
    corrected, other = append("Boeing wins"), append("Ford recalls trucks", ticker="F")
    form = {"title": "Boeing loses", "tickers": "BA", "published_at": format_time(corrected.published_at)}
    admin_client.post(f"{ITEMS}{corrected.pk}/change/", form | {"reason": "Wrong.", "opened_seq": corrected.seq})
    entry = {"user": admin_user, "content_type": ContentType.objects.get_for_model(Item), "action_flag": CHANGE}
    LogEntry.objects.bulk_create(
        LogEntry(**entry, object_id=str(other.pk), change_message="Scored again.") for _ in range(MAX_BY_HAND)
    )

    assert titles(admin_client, by_hand="corrected") == ["Boeing loses"]


def test_item_list_and_page_show_published_times_and_link_the_page(admin_client):
    item = append("Apple profit surges")
    Item.objects.filter(pk=item.pk).update(published_at=datetime(2026, 1, 31, 23, 59, tzinfo=UTC), score=0.876543)

    listed, page = admin_client.get(ITEMS).text, admin_client.get(f"{ITEMS}{item.pk}/change/").text

    assert '<time datetime="2026-01-31T23:59:00.000Z" data-relative="">2026-01-31 23:59 UTC</time>' in listed
    assert "positive 88%" in listed
    for text in (listed, page):
        assert f'href="/?item={item.item_id}"' in text
        assert "0.876543" not in text
    assert page.index("<summary>") < page.index("Dedup hash")  # with the internals, which are closed


@pytest.mark.parametrize(
    "query", ["ticker=%00", "ticker=;", "source=%00", "day=today", "day=9999-12-31", "published=x", "p=x", "nope=1"]
)
def test_item_list_invalid_filter_redirects_to_list(admin_client, query):
    response = admin_client.get(f"{ITEMS}?{query}", follow=True)

    assert response.status_code == 200


def test_item_list_search_for_nul_shows_error(admin_client):
    assert "Null characters are not allowed" in admin_client.get(f"{ITEMS}?q=%00").text


def test_item_list_search_for_what_can_not_be_found_says_why(admin_client):
    append("Apple headline")

    response = admin_client.get(ITEMS, {"q": "-apple"})

    assert "add a word that must be there" in response.content.decode()
    assert titles(admin_client, q="-apple") == []


def test_item_list_filters_offer_largest_tickers_and_sources(admin_client):
    append("Ford headline", ticker="F")
    append("Apple headline")
    append("Apple headline again")
    Source.objects.create(name="Wire", url="https://example.org/feed")

    filters = {spec.title: spec for spec in admin_client.get(ITEMS).context["cl"].filter_specs}

    assert [value for value, _ in filters["ticker"].lookup_choices] == ["AAPL", "F"]
    assert [value for value, _ in filters["source"].lookup_choices] == ["Wire", "api", "import", "sample"]


def test_item_list_cost_is_independent_of_item_count(admin_client):
    def get_queries(path: str) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get(path).status_code == 200
        return [query["sql"] for query in captured]

    paths = [ITEMS, f"{ITEMS}?ticker=AAPL", f"{ITEMS}?q=headline", "/admin/news/bucket/", f"{ITEMS}?_facets=True"]
    paths += [f"{ITEMS}?published={datetime.now(UTC).date()}", f"{ITEMS}?by_hand=labelled"]
    set_label(append("Only headline").item_id, Sentiment.NEUTRAL, author="ann")
    few = [len(get_queries(path)) for path in paths]
    ingest(
        [
            Headline(title=f"Headline {number}", tickers=("AAPL",), source="test", published_at=datetime.now(UTC))
            for number in range(300)
        ]
    )
    many = [get_queries(path) for path in paths]

    assert [len(statements) for statements in many] == few
    assert max(len(statements) for statements in many) <= 8
    counts = [sql for statements in many for sql in statements if "COUNT(" in sql]
    assert len(counts) == len(paths)
    assert all("LIMIT 10001" in sql for sql in counts)


def test_capped_paginator_count_stops_at_max_rows():
    class Small(CappedPaginator):
        max_rows = 5

    LogHead.objects.bulk_create([LogHead(pk=pk) for pk in range(2, 12)])

    assert Small(LogHead.objects.order_by("pk"), 2).count == 5
    assert Small(LogHead.objects.filter(pk__lt=4).order_by("pk"), 2).count == 3


def test_log_models_are_read_only(admin_client):
    item = append("Apple headline")

    run = ImportRun.objects.create(file="news.csv", started_at=timezone.now())
    withdraw_item(append("Ford headline").item_id, reason="Libel", author="ann")
    rows = [
        ("item", item),
        ("withdrawnitem", WithdrawnItem.with_withdrawn.get(is_withdrawn=True)),
        ("bucket", Bucket.objects.first()),
        ("importrun", run),
        ("loghead", LogHead.objects.get()),
    ]

    for model, row in rows:
        url = f"/admin/news/{model}/"
        assert admin_client.get(url).status_code == 200
        assert admin_client.get(f"{url}{row.pk}/change/").status_code == 200
        if model != "item":
            assert admin_client.post(f"{url}{row.pk}/change/", {"seq": 9}).status_code == 403
        assert admin_client.get(f"{url}add/").status_code == 403
        assert admin_client.post(f"{url}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_rescore_action_moves_changed_items(admin_client):
    changed, same = append("Apple profit surges to record"), append("Apple headline")
    Item.objects.update(analyzer_version="old")
    Item.objects.filter(pk=changed.pk).update(title="Apple losses widen")

    response = admin_client.post(
        ITEMS, {"action": "rescore_selected", "_selected_action": [changed.pk, same.pk]}, follow=True
    )

    changed.refresh_from_db()
    same.refresh_from_db()
    assert "2 headline(s) rescored, 1 changed" in response.text
    assert "old" not in (changed.analyzer_version, same.analyzer_version)
    assert (same.seq, changed.seq) == (2, 3)


def test_item_page_shows_evidence_and_all_sources(admin_client):
    item = append("Apple profit surges 12% to record")
    ingest(
        [
            Headline(
                "Apple's profit surges 12% to a record", ("AAPL",), "wire", datetime.now(UTC), url="https://e.org/?a&b"
            )
        ]
    )

    page = admin_client.get(f"/admin/news/item/{item.pk}/change/").text

    assert re.search(r"positive \d+%", page)
    assert item.evidence[0] in page
    assert '<a href="https://e.org/?a&amp;b" rel="noopener noreferrer">' in page
    assert EMBEDDED in page


def test_rescore_action_too_many_items_shows_alternative(admin_client):
    item = append("Apple headline")
    copied = {field.attname: getattr(item, field.attname) for field in Item._meta.fields}
    Item.objects.bulk_create(
        Item(**copied | {"id": None, "seq": seq, "item_id": str(seq), "dedup_hash": str(seq)})
        for seq in range(2, 5_002)
    )

    response = admin_client.post(
        ITEMS, {"action": "rescore_selected", "select_across": 1, "_selected_action": [item.pk]}, follow=True
    )

    assert "narrow the filters" in response.text
    assert LogHead.objects.get().seq == 1


def test_rescore_action_slow_analyzer_points_to_command(admin_client, settings):
    item = append("Apple headline")
    Item.objects.update(analyzer="minilm")
    settings.ANALYZER = "minilm"

    page = admin_client.post(ITEMS, {"action": "rescore_selected", "_selected_action": [item.pk]}, follow=True).text

    assert "run `manage.py rescore` instead" in page
    assert Item.objects.get().analyzer == "minilm"


def test_rescore_action_view_permission_is_not_enough(client):
    item = append("Apple headline")
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_item"))
    client.force_login(viewer)

    client.post(ITEMS, {"action": "rescore_selected", "_selected_action": [item.pk]})

    item.refresh_from_db()
    assert item.seq == 1


def test_export_action_escapes_formulas(admin_client):
    dangerous = ['=HYPERLINK("a")', "+1", "-2", "@SUM(3)"]
    items = [append(f"{start} Apple, quoted headline") for start in dangerous] + [append("Apple = 1")]

    response = admin_client.post(ITEMS, {"action": "export_csv", "_selected_action": [item.pk for item in items]})

    assert response["Content-Type"].startswith("text/csv")
    header, *rows = list(csv.reader(io.StringIO(response.text)))
    assert header[:2] == ["item_id", "title"]
    exported = [row[1] for row in rows[::-1]]
    assert exported == [f"'{start} Apple, quoted headline" for start in dangerous] + ["Apple = 1"]
    assert all(row[-1].endswith("Z") for row in rows)


def test_poll_now_action_enables_source_and_makes_it_due(admin_client):
    response = admin_client.post(
        "/admin/news/source/add/",
        {
            "name": "Wire",
            "kind": "feed",
            "url": "https://example.org/feed",
            "interval_seconds": 300,
        },
    )
    assert response.status_code == 302
    source = Source.objects.get()
    assert not source.is_enabled
    Source.objects.update(next_poll_at=timezone.now() + timedelta(days=1))

    admin_client.post("/admin/news/source/", {"action": "poll_now", "_selected_action": [source.pk]})

    source.refresh_from_db()
    assert source.is_enabled
    assert source.next_poll_at <= timezone.now()


def test_source_pages_show_last_error(admin_client):
    source = Source.objects.create(
        name="Wire", url="https://example.org/feed", last_error="410 Gone: remove the source", consecutive_failures=3
    )

    assert "410 Gone" in admin_client.get("/admin/news/source/").text
    assert "410 Gone" in admin_client.get(f"/admin/news/source/{source.pk}/change/").text


def test_admin_index_shows_site_name_and_link(admin_client):
    page = admin_client.get("/admin/").text

    assert "Market Sentiment" in page
    assert '<a href="/">Open the page</a>' in page

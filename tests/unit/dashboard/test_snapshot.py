import re
from typing import Any

import pytest
from django.test import Client

from common.time import format_time
from dashboard.query import PageQuery
from dashboard.snapshot import get_snapshot
from news.ingest.pipeline import ingest_records
from news.models import Item, ItemRevision, LogHead
from tests.helpers.changes import change_item, rescore_item, withdraw_items
from tests.helpers.items import append_scored

pytestmark = pytest.mark.django_db


def post(*records: dict[str, object]) -> None:
    result = ingest_records(records, source="wire")
    assert len(result.created) == len(records), result


def titles(filters: PageQuery) -> list[str]:
    return [item.title for item in get_snapshot(filters).items]


def test_get_snapshot_filters_items_by_all_and_metrics_by_tickers():
    post(
        {"title": "Apple profit soars", "ticker": "AAPL"},
        {"title": "Apple shares plunge after a fraud", "ticker": "AAPL"},
        {"title": "Apple shares plunge after a recall", "ticker": "AAPL", "source": "desk"},
        {"title": "Boeing shares plunge after a fraud", "ticker": "BA"},
    )
    filters = PageQuery(tickers=("AAPL",), sentiment="negative", source="wire", text="FRAUD")

    snapshot = get_snapshot(filters)

    assert [item.title for item in snapshot.items] == ["Apple shares plunge after a fraud"]
    assert snapshot.metrics.total == 3


@pytest.mark.parametrize("text", ["zurich", "ZÜRICH", "CAFÉ", "cafe"])
def test_get_snapshot_text_matches_whatever_case_and_accents(text: str):
    post({"title": "Café opens in Zürich", "ticker": "F"}, {"title": "Ford rises", "ticker": "F"})

    assert titles(PageQuery(text=text)) == ["Café opens in Zürich"]


def test_get_snapshot_of_several_tickers_returns_newest_items_once_each():
    post(*({"title": f"Headline number {n}", "tickers": ["AAPL", "BA"] if n % 2 else ["F"]} for n in range(60)))

    assert titles(PageQuery(tickers=("AAPL", "BA", "F"))) == [f"Headline number {n}" for n in range(59, 19, -1)]
    assert titles(PageQuery(tickers=("BA", "AAPL"))) == [f"Headline number {n}" for n in range(59, 0, -2)]


def test_snapshot_view_returns_json_with_its_cursor():
    post({"title": "Apple profit soars", "ticker": "AAPL"}, {"title": "Boeing shares plunge", "ticker": "BA"})
    client = Client(SERVER_NAME="127.0.0.1")

    response = client.get("/snapshot?tickers=BA&sentiment=negative")

    assert response.headers["Cache-Control"] == "no-store"
    payload = response.json()
    assert payload["cursor"] == f"evt_{LogHead.objects.get().generation}-2"
    assert payload["total"] == payload["negative"] == 1
    assert [item["title"] for item in payload["recent_items"]] == ["Boeing shares plunge"]
    assert client.post("/snapshot").status_code == 405


def test_snapshot_names_the_time_of_the_last_correction_of_an_item():
    post(*({"title": f"Headline number {n}", "ticker": "AAPL"} for n in range(4)))
    ids = [item.item_id for item in Item.objects.order_by("seq")]
    change_item(ids[0], title="Corrected")
    change_item(ids[1], title="Corrected as well")
    rescore_item(ids[1], "negative")
    rescore_item(ids[2], "negative")
    withdraw_items(ids[3])
    times = dict(Item.objects.values_list("item_id", "appended_at"))
    (last_of_second,) = ItemRevision.objects.filter(item_id=ids[1], title="Corrected as well")

    snapshot = get_snapshot(PageQuery())

    assert [item.item_id for item in snapshot.items] == [ids[2], ids[1], ids[0]]
    assert snapshot.rows.corrected_at == {ids[0]: times[ids[0]], ids[1]: last_of_second.appended_at}
    payload = {item["item_id"]: item["corrected_at"] for item in snapshot.payload()["recent_items"]}
    assert payload == {
        ids[0]: format_time(times[ids[0]]),
        ids[1]: format_time(last_of_second.appended_at),
        ids[2]: None,
    }
    html = Client(SERVER_NAME="127.0.0.1").get("/").content.decode()
    assert len(re.findall(r'class="tag corrected" title="Corrected [^"]+ \d\d:\d\d:\d\d UTC"', html)) == 2


def test_page_with_filters_is_rendered_with_them():
    post({"title": "Apple profit soars", "ticker": "AAPL"}, {"title": "Boeing shares plunge", "ticker": "BA"})

    html = Client(SERVER_NAME="127.0.0.1").get("/?tickers=BA&sentiment=positive").content.decode()

    assert 'value="BA"' in html
    assert "Apple profit soars" not in html
    assert '<b id="total-items">1</b>' in html
    assert "No matching headlines" in html
    assert re.search(r'id="filter-note"\s+class="filter-note">\s+<span>Only <b id="filter-names">positive</b>', html)
    assert re.search(r'id="clear-filters"\s+class="btn ghost"\s+href="/\?tickers=BA">', html)


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("", "Export as CSV"),
        ("company", "Export as CSV, without the filter by kind"),
        ("market", "Export as CSV, without the filter by kind"),
    ],
)
def test_page_title_of_export_says_that_the_kind_is_not_in_it(kind: str, title: str):
    html = Client(SERVER_NAME="127.0.0.1").get(f"/?kind={kind}").content.decode()

    assert f'title="{title}"' in html


def test_page_content_security_policy_allows_nothing_inline():
    policy = Client(SERVER_NAME="127.0.0.1").get("/").headers["Content-Security-Policy"]

    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert (rules["script-src-elem"], rules["script-src-attr"], rules["style-src"]) == ("'self'", "'none'", "'self'")
    assert "unsafe" not in policy


def test_page_of_signed_in_user_has_their_name_and_csrf_cookie(django_user_model):
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(django_user_model.objects.create_user("ada"))

    response = client.get("/")

    assert 'data-user="ada"' in response.content.decode()
    assert "csrftoken" in response.cookies
    assert "csrftoken" not in Client(SERVER_NAME="127.0.0.1").get("/").cookies


def test_snapshot_rows_are_of_the_chosen_ticker_that_passes():
    append_scored("Ford gains as GM slumps", {"F": "positive", "GM": "negative"}, sentiment="neutral")

    def rows(**filters: Any) -> list[tuple[str, str, float]]:
        snapshot = get_snapshot(PageQuery(period="all", **filters)).payload()
        return [(row["ticker"], row["sentiment"], row["entities"][1]["value"]) for row in snapshot["recent_items"]]

    value = Item.objects.get().get_entity("GM").value
    assert rows() == [("F", "neutral", value)]
    assert rows(tickers=("GM",)) == rows(tickers=("GM", "F"), sentiment="negative") == [("GM", "negative", value)]
    assert rows(tickers=("GM", "F")) == [("F", "positive", value)]
    assert rows(tickers=("GM",), sentiment="neutral") == []
    metrics = get_snapshot(PageQuery(tickers=("GM", "F"))).metrics
    assert (metrics.total, metrics.positive, metrics.neutral, metrics.negative) == (2, 1, 0, 1)

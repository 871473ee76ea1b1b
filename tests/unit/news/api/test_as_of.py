"""Items, metrics and series as of an earlier time, over REST."""

import pytest
from django.test import Client

from common.time import format_time
from news.ingest.changes import ItemEdit, build_withdrawals
from news.ingest.rescoring import rescore
from news.log.cursor import Cursor
from news.log.reader import get_head
from news.models import ChangeKind, Item, LogHead
from tests.helpers.api_client import API, append, detail_of
from tests.helpers.edits import store_edits

pytestmark = pytest.mark.django_db


def get_cursor() -> str:
    head = get_head()
    return str(Cursor(head.generation, head.seq))


def get(client: Client, path: str, **parameters: str):
    response = client.get(API + path, parameters)
    assert response.status_code == 200, response.content
    return response.json()


def test_items_as_of_cursor_are_those_of_then_in_their_state(client: Client) -> None:
    (first,) = append("Profit rises")
    before = get_cursor()
    Item.objects.update(title="Losses widen")
    rescore(Item.objects.all())
    append("Board meets")

    page = get(client, "items", as_of=before)

    assert [(item["item_id"], item["sentiment"], item["revision"], item["seq"]) for item in page["items"]] == [
        (first, "positive", 0, 1)
    ]
    assert [item["sentiment"] for item in get(client, "items")["items"]] == ["neutral", "negative"]


def test_item_as_of_its_own_timestamp_is_that_state(client: Client) -> None:
    (item_id,) = append("Profit rises")
    timestamp = get(client, f"items/{item_id}")["timestamp"]
    edit = ItemEdit.from_item(Item.objects.get(), ChangeKind.CORRECTED)
    edit.item.title = "Profit falls"
    store_edits([edit])
    state = Item.objects.get()
    Item.objects.update(appended_at=state.appended_at.replace(year=state.appended_at.year + 1))

    assert get(client, f"items/{item_id}", as_of=timestamp)["title"] == "Profit rises"
    assert get(client, f"items/{item_id}")["title"] == "Profit falls"


def test_item_as_of_before_it_came_is_404(client: Client) -> None:
    append("Profit rises")
    before = get_cursor()
    (item_id,) = append("Board meets")

    assert "had not come by then" in detail_of(client.get(f"{API}items/{item_id}", {"as_of": before}), 404)


def test_items_as_of_before_withdrawal_keep_the_item_without_texts(client: Client) -> None:
    append("Profit rises", url="https://example.org/1")
    before = get_cursor()
    store_edits(build_withdrawals([Item.objects.get()], reason="wrong", author="me"))

    (item,) = get(client, "items", as_of=before)["items"]

    assert (item["title"], item["url"], item["source"], item["sentiment"]) == ("", "", "", "positive")
    assert get(client, "items")["items"] == []
    assert get(client, "metrics", as_of=before)["total"] == 1
    assert get(client, "metrics")["total"] == 0


def test_metrics_as_of_list_the_items_that_they_count(client: Client) -> None:
    append("Profit rises")
    before = get_cursor()
    append("Losses widen", tickers=["MSFT"])

    metrics = get(client, "metrics", as_of=before)

    assert (metrics["total"], metrics["by_tag"], metrics["cursor"]) == (1, {"AAPL": 1}, before)
    assert [item["title"] for item in metrics["recent_items"]] == ["Profit rises"]
    assert get(client, "metrics", as_of=before, hours="1", tickers="MSFT")["total"] == 0


def test_series_as_of_count_the_items_of_then(client: Client) -> None:
    append("Profit rises")
    before = get_cursor()
    append("Losses widen")

    def count(**parameters: str) -> list[tuple[int, int]]:
        series = get(client, "timeseries/AAPL", start="2026-01-01", **parameters)
        return [(bucket["positive"], bucket["negative"]) for bucket in series["buckets"]]

    assert count() == [(1, 1)]
    assert count(as_of=before) == [(1, 0)]
    assert get(client, "timeseries", tickers="AAPL", start="2026-01-01", as_of=before)["series"]["AAPL"]["buckets"]


@pytest.mark.parametrize(
    "path",
    [
        *("items", "items/{item_id}", "items/{item_id}/history", "metrics"),
        *("timeseries/AAPL", "timeseries?tickers=AAPL", "export", "export/timeseries"),
    ],
)
@pytest.mark.parametrize(
    ("as_of", "message"),
    [
        ("evt_ffffff-1", "is of another log; the earliest is "),
        ("evt_{generation}-9", "is ahead of the log; the earliest is "),
        ("evt_{generation}-1", "is before what is kept; the earliest is {earliest} or evt_{generation}-2"),
        ("2026-01-01T00:00:00Z", "is before what is kept; the earliest is {earliest} or evt_{generation}-2"),
        ("2999-01-01T00:00:00Z", "is in the future"),
        ("yesterday", "or give a cursor"),
    ],
)
def test_as_of_unknown_place_is_400_with_the_cure(client: Client, path: str, as_of: str, message: str) -> None:
    append("One", "Two", "Three")
    LogHead.objects.update(min_seq=2)
    Item.objects.filter(seq__lte=2).delete()
    names = {"generation": get_head().generation, "earliest": format_time(Item.objects.get().appended_at)}
    as_of = as_of.format(**names)

    address, _, query = path.replace("{item_id}", Item.objects.get().item_id).partition("?")
    response = client.get(f"{API}{address}?{query}", {"as_of": as_of} | ({"tickers": "AAPL"} if query else {}))

    assert f"as_of={as_of!r}: " in (detail := detail_of(response, 400))
    assert message.format(**names) in detail


def test_items_as_of_with_search_is_400(client: Client) -> None:
    append("One")

    assert "leave one of them out" in detail_of(client.get(f"{API}items", {"as_of": get_cursor(), "q": "one"}), 400)

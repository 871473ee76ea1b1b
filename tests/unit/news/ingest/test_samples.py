"""Samples are counted apart, shown until the first real item, and can be removed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.tokens import create_token
from news.export.items import ItemTable
from news.export.series import SeriesTable
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.log.as_of import LogPoint, resolve_as_of
from news.log.reader import ALL_STATES, Selection, get_head, get_last_seq, resolve_cursor, select_states_after
from news.metrics.grid import Grid
from news.metrics.queries import get_metrics
from news.models import Axis, Bucket, DuplicateReport, Item, ItemRevision, Mention
from news.search.item_query import ItemQuery
from tests.helpers.items import append, append_samples, make_headline

pytestmark = pytest.mark.django_db
EVERYTHING = Selection(historical=True, changes=True)


def get(path: str, **query: object) -> Any:
    response = Client(SERVER_NAME="127.0.0.1").get(f"/api/v2/{path}", query)
    assert response.status_code == 200, response.content
    return response.json()


def remove_samples(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    call_command("prune", "--samples", *options)
    return capsys.readouterr().out.strip()


def list_titles() -> list[str]:
    return [item["title"] for item in get("items")["items"]]


def list_seqs(selection: Selection = ALL_STATES) -> list[int]:
    return [item.seq for item in select_states_after(0, selection)]


def test_samples_are_shown_until_the_first_real_item() -> None:
    append_samples(10, 3)
    before = get("metrics")
    append(0)
    after = get("metrics")

    assert (before["total"], before["by_tag"], before["rate_last_hour"]) == (3, {"ZORVA": 3}, 3)
    assert len(before["recent_items"]) == 3
    assert (after["total"], after["by_tag"], after["rate_last_hour"], after["rate_last_24h"]) == (1, {"AAPL": 1}, 1, 1)
    assert [item["title"] for item in after["recent_items"]] == ["Profit rises 0 percent"]
    assert get("metrics", ticker="ZORVA")["total"] == 0
    assert get("metrics", hours=1)["total"] == 1
    assert [item["ticker"] for item in get("metrics", hours=1)["recent_items"]] == ["AAPL"]
    assert list_titles() == ["Profit rises 0 percent"]
    assert get("items", q="zorva")["items"] == []
    assert get("items", source="sample", order="oldest")["items"] == []
    assert len(list_seqs()) == 4  # the log keeps them


def test_series_are_of_samples_until_the_first_real_item() -> None:
    append_samples(10, 3)
    before = [get("timeseries", tickers="*,ZORVA", by=by, resolution="24h") for by in ("appended", "published")]
    append(0)
    after = [get("timeseries", tickers="*,ZORVA", by=by, resolution="24h") for by in ("appended", "published")]

    def count(series: Any, key: str) -> int:
        buckets = [*series["series"][key]["buckets"], series["series"][key]["partial_bucket"]]
        return sum(bucket["count"] for bucket in buckets if bucket)

    assert [(count(each, "*"), count(each, "ZORVA")) for each in before] == [(3, 3), (3, 3)]
    assert [(count(each, "*"), count(each, "ZORVA")) for each in after] == [(1, 0), (1, 0)]


@pytest.mark.parametrize("is_historical", [False, True])
def test_samples_end_with_the_first_real_item(is_historical: bool) -> None:
    assert append_samples(10) == 1
    append(0, is_historical=is_historical)

    assert append_samples(11, 3) == 0

    assert get_head().first_real_seq == get_head().seq == 2
    assert get("metrics")["total"] == 1


def test_item_by_id_of_a_hidden_sample_is_readable_until_it_is_removed(capsys: pytest.CaptureFixture[str]) -> None:
    append_samples(10)
    append(0)
    sample = Item.objects.get(is_sample=True)

    assert get(f"items/{sample.item_id}")["title"] == sample.title
    remove_samples(capsys)
    assert Client(SERVER_NAME="127.0.0.1").get(f"/api/v2/items/{sample.item_id}").status_code == 404


def test_as_of_a_place_before_the_first_real_item_shows_samples(capsys: pytest.CaptureFixture[str]) -> None:
    append_samples(10, 3)
    first, last = f"evt_{get_head().generation}-2", f"evt_{get_head().generation}-3"
    append(0, 2)

    assert [get("metrics", as_of=as_of)["total"] for as_of in (first, last)] == [2, 3]
    assert get("metrics", as_of=last, hours=1)["by_tag"] == {"ZORVA": 3}
    assert len(get("metrics", as_of=first)["recent_items"]) == len(get("items", as_of=first)["items"]) == 2
    series = get("timeseries/ZORVA", as_of=first, by="appended", resolution="24h")
    assert series["partial_bucket"]["count"] == 2
    now = f"evt_{get_head().generation}-4"
    assert get("metrics", as_of=now)["by_tag"] == {"AAPL": 1}
    assert len(get("metrics", as_of=now)["recent_items"]) == len(get("items", as_of=now)["items"]) == 1

    remove_samples(capsys)
    assert get("metrics", as_of=last)["total"] == 0
    assert get("metrics", as_of=now)["total"] == 1


def test_exports_leave_hidden_samples_out() -> None:
    append_samples(10, 3)
    last = f"evt_{get_head().generation}-3"

    def export(as_of: LogPoint | None = None) -> tuple[list[int], list[str]]:
        items, series = ItemTable(ItemQuery(), as_of=as_of), SeriesTable(Grid(3600), as_of=as_of)
        seqs = [row["seq"] for page in iter(items.select_page, None) for row in page]
        return seqs, [row["ticker"] for page in iter(series.select_page, None) for row in page]

    before = export()
    append(0, 2)

    assert before == ([1, 2, 3], ["*", "ZORVA"])
    assert export() == ([4, 5], ["*", "AAPL"])
    assert export(resolve_as_of(last)) == before


def test_real_headline_with_the_story_of_a_sample_is_an_item() -> None:
    append_samples(10)
    sample = Item.objects.get()

    result = ingest(
        [
            make_headline(sample.title, *sample.tickers),
            make_headline(f"{sample.title}, analysts say", *sample.tickers),
        ]
    )

    assert result.results[0].status == "created"
    assert not DuplicateReport.objects.filter(item=sample).exists()


def test_posted_headline_with_the_name_of_the_sample_source_is_real() -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    _, token = create_token("ingest")
    headers = {"Authorization": f"Bearer {token}"}
    record = {"title": "Ford profit rises", "ticker": "F", "source": "sample"}

    assert client.post("/api/v2/items", record, content_type="application/json", headers=headers).status_code == 201

    assert not Item.objects.get().is_sample
    assert not get_head().shows_samples


def test_prune_samples_removes_all_that_is_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    append_samples(10, 7)
    Item.objects.filter(seq=2).update(title="Zorva losses widen after a fraud")
    rescore(Item.objects.filter(seq=2))  # to seq 8
    append(0, 2)  # 9 and 10
    metrics, listed = get_metrics(), list_titles()
    cursor = f"evt_{get_head().generation}-5"

    assert remove_samples(capsys, "--batch", "3") == "samples=7 kept=2"

    assert list_seqs(EVERYTHING) == list_seqs() == [9, 10]
    assert {axis for (axis,) in Bucket.objects.values_list("axis")} == {Axis.APPENDED, Axis.PUBLISHED}
    assert not ItemRevision.objects.exists()
    assert set(Mention.objects.values_list("symbol", flat=True)) == {"AAPL"}
    assert get_metrics() == metrics
    assert list_titles() == listed
    head = get_head()
    assert (head.seq, head.min_seq) == (10, 0)
    assert resolve_cursor(cursor, head)[1] is None  # a place that is gone is no reason for a reset
    page = get("events", after=cursor)
    assert [event["event"] for event in page["events"]] == ["new_item", "new_item"]
    assert get_last_seq(ALL_STATES, 8) == 0
    assert remove_samples(capsys) == "samples=0 kept=2"


def test_prune_samples_without_real_items_empties_the_site_for_good(capsys: pytest.CaptureFixture[str]) -> None:
    append_samples(10, 3)

    assert remove_samples(capsys) == "samples=3 kept=0"

    assert (get("metrics")["total"], get("metrics")["by_tag"], list_titles()) == (0, {}, [])
    assert not Bucket.objects.exists()
    assert append_samples(20, 2) == 0
    append(0)
    assert get_head().seq == 4
    assert get("metrics")["total"] == 1


def test_prune_samples_keeps_old_items_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    append_samples(10)
    append(0, 3)
    Item.objects.update(
        first_appended_at=datetime(2020, 1, 1, tzinfo=UTC), appended_at=datetime(2020, 1, 1, tzinfo=UTC)
    )

    assert remove_samples(capsys) == "samples=1 kept=3"
    assert remove_samples(capsys, "--keep", "2").splitlines()[1].startswith("items=1 ")


def test_prune_of_old_samples_deletes_their_minutes(capsys: pytest.CaptureFixture[str]) -> None:
    append_samples(10, 2)

    call_command("prune", "--keep", "0")

    assert not Bucket.objects.filter(axis=Axis.SAMPLE_PUBLISHED, seconds=60).exists()
    assert get("metrics")["total"] == 2  # of all time
    capsys.readouterr()
    assert remove_samples(capsys) == "samples=0 kept=0"
    assert not Bucket.objects.exists()

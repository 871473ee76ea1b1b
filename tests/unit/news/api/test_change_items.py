"""PATCH, DELETE and history of an item: what changes, what is rejected, and that all counts follow exactly."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import Scope, Token
from accounts.tokens import create_token
from news.ingest.rescoring import rescore
from news.ingest.retention import trim
from news.log.reader import Selection, select_states_after
from news.models import DuplicateReport, Item, ItemChange, ItemRevision, LogHead
from tests.helpers.api_client import append, detail_of, get, post
from tests.helpers.random_sequence import Clock
from tests.helpers.recount import assert_counts_exact

pytestmark = pytest.mark.django_db
PUBLISHED = datetime(2026, 3, 28, 9, 30, tzinfo=UTC)
UNKNOWN = "01890a5d-0000-7000-8000-000000000000"


@pytest.fixture
def item_id(clock: Clock) -> str:
    """An item, and another one beside it that must stay as it is."""
    append("Ford recalls trucks", tickers=("F", "^GSPC"), published_at=PUBLISHED)
    return append("Apple profit surges to record", published_at=PUBLISHED, summary="At last.", url="https://e.org/1")[0]


def patch(client: Client, item_id: str, changes: object, **options: Any) -> Any:
    return client.patch(f"/api/v2/items/{item_id}", changes, content_type="application/json", **options)


def delete(client: Client, item_id: str, query: str = "", **options: Any) -> Any:
    return client.delete(f"/api/v2/items/{item_id}{query}", **options)


def test_patch_title_scores_again_and_moves_the_item(poster: Client, item_id: str, clock: Clock) -> None:
    clock.now += 90
    response = patch(poster, item_id, {"title": "Apple losses widen", "reason": "The report was wrong."})

    assert response.status_code == 200, response.content
    item = response.json()
    assert (item["title"], item["sentiment"], item["seq"], item["revision"]) == ("Apple losses widen", "negative", 3, 1)
    assert (item["timestamp"], item["first_appended_at"]) == ("2026-03-29T01:01:00Z", "2026-03-29T00:59:30Z")
    assert (item["summary"], item["url"], item["tickers"], item["warnings"]) == (
        "At last.",
        "https://e.org/1",
        ["AAPL"],
        [],
    )
    assert get(poster, f"items/{item_id}") == {name: value for name, value in item.items() if name != "warnings"}
    assert get(poster, "items", q="widen")["items"][0]["item_id"] == item_id
    assert get(poster, "items", q="surges")["items"] == []
    former = ItemRevision.objects.get()
    assert (former.title, former.sentiment, former.seq, former.next_seq) == (
        "Apple profit surges to record",
        "positive",
        2,
        3,
    )
    change = ItemChange.objects.get(seq=3)
    assert (change.kind, change.reason) == ("corrected", "The report was wrong.")
    assert change.author == str(Token.objects.get())
    assert {"title", "sentiment", "score"} == {*change.fields}
    assert_counts_exact(clock)


def test_patch_tickers_and_time_move_counts(poster: Client, item_id: str, clock: Clock) -> None:
    changes = {"symbols": "NASDAQ:MSFT, ^GSPC", "date": "2026-03-27 23:59", "summary": "", "link": None}
    item = patch(poster, item_id, changes).json()

    assert (item["tickers"], item["published_at"]) == (["MSFT", "^GSPC"], "2026-03-27T23:59:00Z")
    assert (item["summary"], item["url"], item["sentiment"]) == ("", "", "positive")
    assert ItemChange.objects.get().fields == ["summary", "url", "tickers", "published_at"]
    assert get(poster, "metrics")["by_tag"] == {"F": 1, "^GSPC": 2, "MSFT": 1}
    assert get(poster, "items", tickers="AAPL")["items"] == []
    (state,) = select_states_after(2, Selection(tickers=["AAPL"], changes=True))
    assert state.change is not None
    assert state.change.departed == ("AAPL",)
    assert_counts_exact(clock)


def test_patch_makes_the_new_content_a_duplicate(poster: Client, item_id: str) -> None:
    patch(poster, item_id, {"title": "Apple losses widen"})
    new = {"title": "Apple losses widen", "ticker": "AAPL", "published_at": "2026-03-28T20:00:00Z", "source": "test"}

    assert post(poster, new).json()["results"] == [{"index": 0, "status": "duplicate", "item_id": item_id}]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"reason": "none"},
        {"title": " Apple  profit surges to record", "tickers": ["aapl"], "published_at": "2026-03-28T10:30:00+01:00"},
        {"summary": "At last.", "url": "https://e.org/1"},
    ],
)
def test_patch_without_change_returns_the_item_as_it_was(poster: Client, item_id: str, changes: dict[str, Any]) -> None:
    before = get(poster, f"items/{item_id}")

    response = patch(poster, item_id, changes)

    assert response.status_code == 200, response.content
    assert response.json() == before | {"warnings": []}
    assert (LogHead.objects.get().seq, ItemChange.objects.count()) == (2, 0)


def test_patch_empty_tickers_searches_the_text(poster: Client, item_id: str) -> None:
    item = patch(poster, item_id, {"title": "Microsoft profit surges", "tickers": []}).json()

    assert item["tickers"] == ["MSFT"]
    assert patch(poster, item_id, {"tickers": ["F", "FOO:X"]}).json()["warnings"] == [
        "tickers='FOO:X': has the exchange 'FOO', which names no market here; write it as Yahoo Finance does."
    ]


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"title": ""}, "title='': is empty; give the headline's text, 1 to 2,000 characters."),
        ({"title": None}, "title: is missing; give the headline's text, 1 to 2,000 characters."),
        ({"headline": " "}, "headline=' ': is empty; give the headline's text, 1 to 2,000 characters."),
        ({"title": "n/a"}, "title='n/a': is empty; give the headline's text, 1 to 2,000 characters."),
        ({"title": 5}, "title=5: is a number; give text."),
        ({"title": "x" * 2001}, "has 2,001 characters; give at most 2,000."),
        ({"summary": ["x"]}, "summary=['x']: is a list; give text."),
        ({"url": "ftp://e.org/1"}, "is not a web address; give one such as https://example.org/news/1."),
        ({"published_at": None}, "published_at=None: is no time; give the time of publication, or leave it out."),
        ({"published_at": "2024"}, "published_at='2024'"),
        ({"published_at": "2999-01-01"}, "is in the future; give the time of publication, or leave it out."),
        ({"tickers": [f"T{n}" for n in range(21)]}, "names 21 tickers; give at most 20."),
        ({"titel": "x"}, "'titel': unknown field; did you mean title?"),
        ({"foo": 1, "bar": 2}, "'foo', 'bar': unknown fields; the fields are title, summary, url, published_at,"),
        ({"source": "x"}, "source: can't be changed; leave it out, or withdraw the item and post it again."),
        ({"external_id": "x", "title": "y"}, "external_id: can't be changed"),
        ({"sentiment": "negative"}, "'sentiment': unknown field"),
        ({"reason": "x" * 501}, "has 501 characters; give at most 500."),
        ({"reason": 7}, "reason=7: is a number; give text."),
        ([], "The body is []: send an object"),
    ],
)  # fmt: skip
def test_patch_bad_field_returns_422_and_changes_nothing(
    poster: Client, item_id: str, changes: object, detail: str
) -> None:
    before = get(poster, f"items/{item_id}")

    assert detail in detail_of(patch(poster, item_id, changes), 422)
    assert get(poster, f"items/{item_id}") == before


def test_patch_to_text_without_instrument_moves_the_item_under_the_market(
    poster: Client, item_id: str, settings: LazySettings
) -> None:
    changes = {"title": "Nothing in it", "summary": "", "tickers": None}
    settings.UNTAGGED = "skip"
    assert "ticker: none given and none found in title" in detail_of(patch(poster, item_id, changes), 422)
    settings.UNTAGGED = "keep"

    assert patch(poster, item_id, changes).json()["tickers"] == ["MARKET"]


def test_change_without_ingest_token_returns_401_or_403(item_id: str) -> None:
    read_token = {"Authorization": f"Bearer {create_token(Scope.READ)[1]}"}
    for call in (
        lambda **options: patch(Client(), item_id, {"title": "x"}, **options),
        lambda **options: delete(Client(), item_id, **options),
    ):
        detail_of(call(), 401)
        detail_of(call(headers={"Authorization": "Bearer nope"}), 401)
        detail_of(call(headers=read_token), 403)
    assert LogHead.objects.get().seq == 2


def test_change_above_rate_of_posts_returns_429(poster: Client, item_id: str, settings: Any) -> None:
    settings.RATELIMIT_ENABLE, settings.ITEM_POSTS_PER_SECOND = True, 1

    # At least two in a row are within one second.
    patched = [patch(poster, item_id, {}).status_code for _ in range(40)]
    deleted = [delete(poster, UNKNOWN).status_code for _ in range(40)]

    assert 429 in patched
    assert 429 in deleted


@pytest.mark.parametrize("unknown", [UNKNOWN, "nope", "a" * 36])
def test_change_unknown_item_returns_404(poster: Client, unknown: str) -> None:
    for response in (
        patch(poster, unknown, {"title": "x"}),
        delete(poster, unknown),
        poster.get(f"/api/v2/items/{unknown}/history"),
    ):
        assert repr(unknown) in detail_of(response, 404)


def test_delete_erases_the_item_everywhere(poster: Client, item_id: str, clock: Clock) -> None:
    patch(poster, item_id, {"title": "Apple losses widen"})
    post(poster, {"title": "Apple's losses widen", "ticker": "AAPL", "source": "other", "url": "https://o.org/2",
                  "published_at": "2026-03-28T09:40:00Z"})  # fmt: skip
    clock.now += 60

    response = delete(poster, item_id, "?reason=Defamatory%20claim")

    assert (response.status_code, response.content) == (204, b"")
    gone = poster.get(f"/api/v2/items/{item_id}")
    assert "was withdrawn at 2026-03-29T01:00:30.000Z (Defamatory claim)" in detail_of(gone, 410)
    assert gone.json().keys() == {"detail", "reason", "timestamp"}
    assert (gone.json()["reason"], gone.json()["timestamp"]) == ("Defamatory claim", "2026-03-29T01:00:30Z")
    assert "losses" not in gone.text
    assert [item["title"] for item in get(poster, "items")["items"]] == ["Ford recalls trucks"]
    assert get(poster, "items", q="losses")["items"] == []
    assert get(poster, "metrics")["total"] == 1
    assert {*ItemRevision.objects.values_list("title", "summary", "url", "source")} == {("", "", "", "")}
    assert {*DuplicateReport.objects.values_list("url", flat=True)} <= {""}
    assert ItemChange.objects.get(kind="withdrawn").author == str(Token.objects.get())
    assert_counts_exact(clock)


def test_withdrawn_item_can_not_be_changed_again_nor_come_back(poster: Client, item_id: str) -> None:
    assert delete(poster, item_id).status_code == 204

    assert "was withdrawn at" in detail_of(delete(poster, item_id, "?reason=x"), 410)
    detail_of(patch(poster, item_id, {"title": "Apple again"}), 410)
    again = {"title": "Apple profit surges to record", "ticker": "AAPL", "source": "test", "published_at": "2026-03-28"}
    assert post(poster, again).json()["results"] == [{"index": 0, "status": "duplicate", "item_id": item_id}]
    assert LogHead.objects.get().seq == 3


@pytest.mark.parametrize(
    ("query", "body", "status", "detail"),
    [
        ("?reason=" + "x" * 501, "", 422, "has 501 characters; give at most 500."),
        ("?reason=a%00b", "", 422, "holds the control character U+0000 as character 2"),
        ("?why=x", "", 400, "'why': unknown parameter"),
        ("?reason=a&reason=b", "", 400, "reason: given 2 times; give it once."),
        ("", '{"reason": "x"}', 422, "The body is not empty: send none; the reason is a parameter, ?reason=…."),
    ],
)
def test_delete_bad_request_withdraws_nothing(
    poster: Client, item_id: str, query: str, body: str, status: int, detail: str
) -> None:
    response = delete(poster, item_id, query, data=body, content_type="application/json")

    assert detail in detail_of(response, status)
    assert Item.objects.count() == 2


def test_history_lists_every_state_with_its_times(poster: Client, item_id: str, clock: Clock) -> None:
    clock.now += 10
    patch(poster, item_id, {"title": "Apple losses widen", "reason": "Wrong way round."})
    clock.now += 10
    Item.objects.filter(item_id=item_id).update(title="Apple profit jumps")  # in place of another analyzer
    rescore(Item.objects.filter(item_id=item_id))

    history = get(Client(), f"items/{item_id}/history")

    assert (history["item_id"], history["withdrawn"], history["next_cursor"]) == (item_id, False, None)
    states = history["states"]
    assert [(s["seq"], s["revision"], s["kind"], s["reason"]) for s in states] == [
        (4, 2, "rescored", ""), (3, 1, "corrected", "Wrong way round."), (2, 0, "created", "")]  # fmt: skip
    assert [s["sentiment"] for s in states] == ["positive", "negative", "positive"]
    assert states[1]["title"] == "Apple losses widen" or states[2]["title"] == "Apple profit surges to record"
    assert [s["changed"] for s in states] == [["sentiment", "score"], ["title", "sentiment", "score"], []]
    assert [s["timestamp"][17:19] for s in states] == ["50", "40", "30"]
    assert [s["scored_at"][17:19] for s in states] == ["50", "40", "30"]
    assert {s["published_at"] for s in states} == {"2026-03-28T09:30:00Z"}
    assert all(abs(s["probabilities"]["positive"] - s["probabilities"]["negative"] - s["value"]) < 1e-9 for s in states)
    assert all(s["analyzer"] and s["analyzer_version"] for s in states)
    assert "ingest token" not in str(history)


def test_history_pages_neither_repeat_nor_lose_states(poster: Client, item_id: str) -> None:
    for number in range(4):
        patch(poster, item_id, {"summary": f"Text {number}"})

    pages, cursor = [], None
    while cursor is not None or not pages:
        query = {"limit": 2} | ({} if cursor is None else {"after": cursor})
        pages.append(get(poster, f"items/{item_id}/history", **query))
        cursor = pages[-1]["next_cursor"]

    assert [[state["revision"] for state in page["states"]] for page in pages] == [[4, 3], [2, 1], [0]]
    assert poster.get(f"/api/v2/items/{item_id}/history?limit=0").status_code == 422


def test_history_of_withdrawn_item_has_no_texts(poster: Client, item_id: str) -> None:
    patch(poster, item_id, {"title": "Apple losses widen"})
    delete(poster, item_id, "?reason=Libel")

    history = get(poster, f"items/{item_id}/history")

    assert history["withdrawn"] is True
    assert [(s["kind"], s["reason"], s["sentiment"]) for s in history["states"]] == [
        ("withdrawn", "Libel", "negative"), ("corrected", "", "negative"), ("created", "", "positive")]  # fmt: skip
    assert {(s["title"], s["summary"], s["url"]) for s in history["states"]} == {("", "", "")}


def test_history_and_item_as_of_a_place_have_what_was_known_then(poster: Client, item_id: str) -> None:
    patch(poster, item_id, {"title": "Apple losses widen"})
    patch(poster, item_id, {"title": "Apple profit jumps"})
    generation = LogHead.objects.get().generation

    def list_revisions(seq: int, **query: str) -> list[int]:
        history = get(poster, f"items/{item_id}/history", as_of=f"evt_{generation}-{seq}", **query)
        return [state["revision"] for state in history["states"]]

    assert [list_revisions(seq) for seq in (2, 3, 4)] == [[0], [1, 0], [2, 1, 0]]
    assert list_revisions(4, after="4") == [1, 0]
    assert list_revisions(3, after="2") == []
    assert get(poster, f"items/{item_id}", as_of=f"evt_{generation}-3")["title"] == "Apple losses widen"
    for path in (f"items/{item_id}", f"items/{item_id}/history"):
        response = poster.get(f"/api/v2/{path}", {"as_of": f"evt_{generation}-1"})
        assert "had not come by then" in detail_of(response, 404)


def test_retention_keeps_who_withdrew_an_item_and_why(poster: Client, item_id: str) -> None:
    delete(poster, item_id, "?reason=Libel")
    append("Ford rises", tickers=("F",))

    assert sum(trim(4, batch=10)) == 2

    assert get(poster, f"items/{item_id}/history")["states"][0]["reason"] == "Libel"


def test_patch_of_historical_or_undated_item_keeps_or_ends_that(poster: Client, clock: Clock) -> None:
    old = append("Apple sinks", is_historical=True, published_at=PUBLISHED - timedelta(days=900))[0]
    undated = append("Ford sinks", is_undated=True)[0]

    moved = patch(poster, old, {"title": "Apple soars", "published_at": "2026-03-28T09:30:00Z"}).json()
    dated = patch(poster, undated, {"published_at": "2026-03-28T09:30:00Z"}).json()

    assert (moved["historical"], moved["sentiment"]) == (True, "positive")
    assert dated["undated"] is False
    assert get(poster, "metrics")["rate_last_hour"] == 1
    assert_counts_exact(clock)

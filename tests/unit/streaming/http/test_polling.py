"""Polls of the log and the status of streams, and the parameters that they and streams take."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Scope
from accounts.tickets import create_ticket
from accounts.tokens import create_token
from news.log.reader import get_head
from news.models import Item, LogHead
from tests.helpers.changes import change_item, withdraw_items
from tests.helpers.items import append, append_scored

pytestmark = pytest.mark.django_db
CLIENT = Client(SERVER_NAME="127.0.0.1")
EVENTS, STREAM, STATUS = "/api/v2/events", "/api/v2/stream", "/api/v2/stream/status"


@pytest.fixture
def mixed_log(db: None) -> None:
    """Items 1 and 2 of AAPL, 3 to 5 historical of MSFT, 6 of AAPL and MSFT, 7 historical of AAPL."""
    append(0, 2)
    append(2, 3, tickers=["MSFT"], is_historical=True)
    append(5, 1, tickers=["MSFT", "AAPL"])
    append(6, 1, is_historical=True)


def get(path: str, *, status: int = 200, token: str | None = None, **query: str) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    response = CLIENT.get(path, query, headers=headers)
    assert response.status_code == status, response.content
    return response.json()


def poll(path: str = EVENTS, **query: str) -> list[int]:
    """Return the seqs of the items after the start of the log, read by pages of two."""
    seqs, cursor = list[int](), get(STATUS)["tail"]
    while True:
        answer = get(path, after=cursor, limit="2", **query)
        seqs += [int(event["id"].partition("-")[2]) for event in answer["events"]]
        cursor = answer["cursor"]
        if not answer["has_more"]:
            assert cursor == str(get(STATUS)["head"])
            return seqs


@pytest.mark.usefixtures("mixed_log")
def test_events_skip_historical_items_unless_included() -> None:
    assert poll() == [1, 2, 6]
    assert poll(include="historical") == poll(include="headline,historical") == [1, 2, 3, 4, 5, 6, 7]
    assert poll(tickers="MSFT") == [6]
    assert poll(ticker="msft", include="historical") == [3, 4, 5, 6]
    assert poll(ticker="MSFT", tickers="AAPL") == [1, 2, 6]
    assert get(EVENTS)["events"][0]["data"]["total"] == 7


@pytest.mark.usefixtures("mixed_log")
def test_events_name_changes_and_removals_if_they_are_included() -> None:
    ids = dict(Item.objects.values_list("seq", "item_id"))
    change_item(ids[1], title="Losses widen", sentiment="negative")  # 8
    change_item(ids[3], tickers=["AAPL"])  # 9, historical
    change_item(ids[6], tickers=["AAPL"])  # 10
    withdraw_items(ids[2], ids[7], reason="libel")  # 11, and 12 historical

    def list_events(**query: str) -> list[tuple[str, int]]:
        events = get(EVENTS, after=get(STATUS)["tail"], **query)["events"]
        return [(event["event"], int(event["id"].partition("-")[2])) for event in events]

    assert list_events() == [("new_item", seq) for seq in (1, 2, 6, 8, 10)]
    assert list_events(include="changes") == [
        *(("new_item", seq) for seq in (1, 2, 6)),
        *(("item_updated", 8), ("item_updated", 10), ("item_removed", 11)),
    ]
    assert list_events(tickers="MSFT", include="changes") == [("new_item", 6), ("item_removed", 10)]
    assert list_events(tickers="MSFT", include="changes,historical") == [
        *(("new_item", seq) for seq in (3, 4, 5, 6)),
        *(("item_removed", 9), ("item_removed", 10)),
    ]
    events = get(EVENTS, after=get(STATUS)["tail"], include="headline,changes", tickers="AAPL")["events"]
    first, withdrawn, *_, updated, entered, removed = (event["data"] for event in events)
    assert (first["title"], withdrawn["title"], withdrawn["source"], withdrawn["url"]) == (
        "Profit rises 0 percent",
        "",
        "",
        "",
    )
    assert (updated["title"], updated["revision"]) == ("Losses widen", 1)
    assert updated["changed"] == ["title", "sentiment", "score"]
    assert (entered["ticker"], entered["changed"]) == ("AAPL", ["tickers"])
    assert removed == {"item_id": ids[2], "reason": "libel", "timestamp": removed["timestamp"]}


@pytest.mark.usefixtures("mixed_log")
def test_events_since_start_with_the_first_item_of_that_time() -> None:
    times = dict(Item.objects.values_list("seq", "appended_at"))

    def since(seq: int, **query: str) -> list[int]:
        answer = get(EVENTS, since=times[seq].isoformat().replace("+00:00", "Z"), **query)
        return [int(event["id"].partition("-")[2]) for event in answer["events"]]

    assert since(1) == [1, 2, 6]
    assert since(3) == [6]
    assert since(3, include="historical") == [3, 4, 5, 6, 7]
    assert get(EVENTS, since=(times[7] + timedelta(days=1)).isoformat())["events"] == []
    assert "since='soon'" in get(EVENTS, status=400, since="soon")["detail"]
    after = str(get(STATUS)["head"])
    assert get(EVENTS, since=times[1].isoformat(), after=after)["events"] == []  # the cursor takes precedence


def test_status_tail_is_the_cursor_before_the_oldest_item() -> None:
    append(0, 5)
    generation = get_head().generation
    assert get(STATUS)["tail"] == f"evt_{generation}-0"

    Item.objects.filter(seq__lte=3).delete()
    LogHead.objects.update(min_seq=3)

    assert get(STATUS)["tail"] == f"evt_{generation}-3"
    assert [event["event"] for event in get(EVENTS, after=get(STATUS)["tail"])["events"]] == ["new_item"] * 2


@pytest.mark.parametrize(
    ("path", "name", "meant"),
    [
        (STREAM, "symbol", "tickers"),
        (STREAM, "after", "last_event_id"),
        (STREAM, "includes", "include"),
        (STREAM, "grip", None),  # of a signed proxy's links only
        (STREAM, "end", "until"),
        (EVENTS, "until", None),
        (EVENTS, "page", "after"),
        (EVENTS, "last_event_id", "after"),
        (EVENTS, "tikcers", "tickers"),
        (STATUS, "tickers", None),
        ("/events/", "tickers", "channel"),
        ("/events/", "last_event_id", "lastEventId"),
        ("/api/v2/configurations/x/stream", "limit", None),
        ("/api/v2/configurations/x/events", "cursor", "after"),
    ],
)
def test_unknown_parameter_returns_400_and_the_right_one(path: str, name: str, meant: str | None) -> None:
    _, token = create_token(Scope.READ)

    detail = get(path, status=400, token=token, **{name: "1", "_": "1"})["detail"]

    assert detail.startswith(f"{name!r}: unknown parameter; ")
    assert (f"did you mean {meant}?" in detail) if meant else ("did you mean" not in detail)


@pytest.mark.parametrize("path", [EVENTS, STATUS])
def test_cache_buster_alone_is_allowed(path: str) -> None:
    get(path, _="1769851800")


@pytest.mark.parametrize("path", [EVENTS, STATUS, STREAM, "/events/?channel=items"])
def test_token_that_is_not_valid_returns_401_on_public_addresses(path: str) -> None:
    # A stream has no end: the live tests open some.
    for send in (CLIENT.get, CLIENT.head) if path in (EVENTS, STATUS) else (CLIENT.head,):
        response = send(path, headers={"Authorization": "Bearer nonsense"})
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Bearer"
    if path in (EVENTS, STATUS):
        for scope in Scope.values:
            get(path, token=create_token(scope)[1])


@pytest.mark.usefixtures("mixed_log")
def test_configuration_events_are_those_of_its_tickers_and_not_cached() -> None:
    token, secret = create_token(Scope.READ)
    created = CLIENT.post(
        "/api/v2/configurations",
        {"name": "Mine", "tickers": ["MSFT"]},
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    ).json()
    path = f"/api/v2/configurations/{created['config_id']}/events"
    tail = get(STATUS)["tail"]

    response = CLIENT.get(path, {"after": tail, "include": "headline"}, headers={"Authorization": f"Bearer {secret}"})
    _, ticket_secret = create_ticket(token=token, session_key=None)

    assert response["Cache-Control"] == "private, no-store"
    assert [event["data"]["tickers"] for event in response.json()["events"]] == [["MSFT", "AAPL"]]
    assert len(get(path, token=secret, after=tail, include="historical")["events"]) == 4
    assert get(path, token=secret)["events"][0]["data"]["by_tag"].keys() == {"MSFT"}
    assert len(get(path, after=tail, ticket=ticket_secret)["events"]) == 1
    assert "ticket" in get(path, status=401, after=tail, ticket=ticket_secret)["detail"]
    assert "tickers: " in get(path, status=400, token=secret, tickers="AAPL")["detail"]
    assert get(path, status=401) == {"detail": "Missing user identification"}
    other = create_token(Scope.READ)[1]
    assert get(path, status=404, token=other) == {"detail": "Configuration not found"}
    get(path, status=403, token=create_token(Scope.INGEST)[1])


def test_events_with_entities_have_each_ticker_and_are_kept_for_a_minute() -> None:
    for number in range(3):
        append_scored(f"Ford gains as GM slumps {number}", {"F": "positive", "GM": "negative"}, sentiment="neutral")
    tail = get(STATUS)["tail"]

    def poll_first(**query: str) -> tuple[dict[str, Any], str]:
        response = CLIENT.get(EVENTS, {"after": tail, "limit": "1", **query})
        return response.json()["events"][0]["data"], response["Cache-Control"]

    plain, lasting = poll_first()
    of_gm, _ = poll_first(ticker="GM")
    full, short = poll_first(include="entities")
    of_both, _ = poll_first(tickers="GM,F", include="entities,changes")

    assert (lasting, short) == ("public, max-age=31536000, immutable", "max-age=60")
    assert [(data["ticker"], data["sentiment"]) for data in (plain, of_gm, full, of_both)] == [
        ("F", "neutral"),
        ("GM", "negative"),
        ("F", "neutral"),
        ("F", "positive"),
    ]
    assert plain.keys() == of_gm.keys() == full.keys() - {"entities"}
    assert (
        full["entities"] == of_both["entities"] == [entity.brief for entity in Item.objects.get(seq=1).list_entities()]
    )
    assert get(EVENTS, ticker="GM")["events"][0]["data"]["negative"] == 3

"""Whatever stands in the query of a stream or of a poll, it is answered, and never by 500."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.examples import scale_examples
from tests.helpers.items import append

pytestmark = pytest.mark.django_db

CLIENT = Client(SERVER_NAME="127.0.0.1")
NAMES = {
    "stream": [
        "tickers",
        "ticker",
        "include",
        "last_event_id",
        "lastEventId",
        "since",
        "until",
        "speed",
        "ticket",
        "_",
    ],
    "events": ["tickers", "ticker", "include", "after", "limit", "since", "_"],
}
ODD = [
    "evt_0a0a0a-1",
    "evt_0a0a0a-99999999999999999999",
    "evt_-1",
    "-1",
    "AAPL,",
    "2026-13-01",
    "2026-01-31",
    "max",
    "9" * 5000,
    "\x00",
    "\u2028",
]
values = st.sampled_from(ODD) | st.text(max_size=40) | st.from_regex(r"evt_[0-9a-f]{6}-[0-9]{1,25}(-[mhr][0-9]*)?")
requests = st.sampled_from([*NAMES]).flatmap(
    lambda path: st.tuples(
        st.just(path), st.lists(st.tuples(st.sampled_from([*NAMES[path], "unknown"]), values), max_size=5)
    )
)


@settings(max_examples=scale_examples(100))
@given(requests, st.text("\x01 -~é\n\r", max_size=20) | st.sampled_from(ODD[:4]))
def test_no_query_of_a_stream_is_answered_by_500(request: tuple[str, list[tuple[str, str]]], last_id: str) -> None:
    path, query = request
    send = CLIENT.head if path == "stream" else CLIENT.get  # a stream has no end, and its parameters are read first
    raw = urlencode(query, errors="surrogatepass")

    response = send(f"/api/v2/{path}?{raw}", headers={"Last-Event-ID": last_id})

    is_authorized = "ticket" not in dict(query)
    assert response.status_code in ((200, 400) if is_authorized else (400, 401))
    if "unknown" in dict(query):
        assert response.status_code == 400
    if path == "events" and response.status_code == 400:
        assert response.json()["detail"]


@settings(max_examples=scale_examples(60))
@given(values)
def test_any_cursor_leads_to_items_after_it_or_to_the_present(after: str) -> None:
    if not CLIENT.get("/api/v2/events?after=x").json()["events"][-1]["data"].get("total"):
        append(1, 3)

    answer = CLIENT.get("/api/v2/events", {"after": after, "limit": 2}).json()

    kinds = [event["event"] for event in answer["events"]]
    assert kinds in ([], ["new_item"], ["new_item"] * 2, ["metrics"], ["reset", "metrics"])
    assert CLIENT.get("/api/v2/events", {"after": answer["cursor"]}).json()["events"] == [] or answer["has_more"]

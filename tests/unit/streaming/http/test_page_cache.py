"""How long caches may keep a page of the log: for ever only what can never change."""

import gzip
import time

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from accounts.models import Scope
from accounts.tokens import create_token
from news.ingest.changes import append_edits, build_withdrawals
from news.log.head import advance_head, lock_head, mark_restored
from news.log.reader import get_head
from news.models import Item
from streaming.broker.filters import StreamFilter
from streaming.http.polling import get_events
from tests.helpers.examples import scale_examples
from tests.helpers.items import append, append_samples
from tests.helpers.random_sequence import Clock, RandomSequence

pytestmark = pytest.mark.django_db
CLIENT = Client(SERVER_NAME="127.0.0.1")
EVENTS = "/api/v2/events"
STEPS = ["arrive", "arrive_late", "import_old", "rescore", "withdraw", "prune", "rebuild"]
IMMUTABLE = "public, max-age=31536000, immutable"
SHORT = "max-age=60"


def get(*, status: int = 200, headers: dict[str, str] | None = None, **query: object) -> HttpResponse:
    response = CLIENT.get(EVENTS, query, headers=headers)
    assert response.status_code == status, response.content
    return response


def cursor(seq: int) -> str:
    return f"evt_{get_head().generation}-{seq}"


def cache_control(**query: object) -> str:
    return str(get(**query)["Cache-Control"])


def test_full_page_behind_the_head_is_immutable() -> None:
    append(0, 5)

    response = get(after=cursor(0), limit=4)

    assert response["Cache-Control"] == IMMUTABLE
    assert response.json()["has_more"]
    assert cache_control(after=cursor(1), limit=3) == IMMUTABLE
    assert cache_control(after=f"{cursor(1)}-m7", limit=1) == IMMUTABLE
    assert cache_control(after=cursor(0), limit=2, tickers="AAPL") == IMMUTABLE
    assert cache_control(after=cursor(0), limit=2, include="historical") == IMMUTABLE
    assert get(after=cursor(0), limit=4, headers={"If-None-Match": "*"}).content == response.content


def test_page_selected_by_another_condition_is_kept_for_a_minute_only() -> None:
    class SourceFilter(StreamFilter):
        @property
        def query_params(self) -> dict[str, str]:
            return {"source": "Reuters"}

    append(0, 5)

    assert get_events(StreamFilter(), cursor(0), 2).cache_control == IMMUTABLE
    assert get_events(SourceFilter(), cursor(0), 2).cache_control == SHORT


def test_page_that_can_change_is_not_kept() -> None:
    append(0, 5)
    append(5, 2, is_historical=True)
    first_time = Item.objects.get(seq=1).appended_at.isoformat()
    generation = get_head().generation

    for query in (
        {"after": cursor(0), "limit": 5},  # all announced items: its cursor moves with the head
        {"after": cursor(0)},
        {"after": cursor(7)},
        {"after": cursor(0), "limit": 2, "tickers": "MSFT"},
        {"since": first_time, "limit": 2},
        {},  # metrics
        {"after": cursor(8)},
        {"after": "nonsense"},
        {"after": "evt_000000-1" if generation != "000000" else "evt_000001-1", "limit": 1},
    ):
        response = get(**query)
        assert response["Cache-Control"] == "no-cache", query
        assert "ETag" not in response
    assert cache_control(after=cursor(0), limit=6, include="historical") == IMMUTABLE


def test_page_that_retention_or_a_restored_backup_cuts_off_is_not_kept() -> None:
    append(0, 5)
    query = {"after": cursor(1), "limit": 2}
    assert cache_control(**query) == IMMUTABLE

    call_command("prune", "--keep", "3", verbosity=0)
    assert get(**query)["Cache-Control"] == "no-cache"
    assert get(**query).json()["events"][0]["data"]["reason"] == "expired"

    query["after"] = cursor(2)
    assert cache_control(**query) == IMMUTABLE
    mark_restored()
    assert get(**query)["Cache-Control"] == "no-cache"
    assert get(**query).json()["events"][0]["data"]["reason"] == "foreign"


@pytest.mark.parametrize("include", ["headline", "historical,headline"])
def test_page_with_texts_is_kept_for_a_minute(include: str) -> None:
    append(0, 12)
    query = {"after": cursor(0), "limit": 8, "include": include}

    response = get(**query)
    append(12, 1)
    unchanged = get(**query, headers={"If-None-Match": response["ETag"]}, status=304)

    assert response["Cache-Control"] == unchanged["Cache-Control"] == SHORT
    assert unchanged.content == b""
    assert unchanged["ETag"] == response["ETag"]
    for name in ("Accept-Encoding", "Authorization", "origin"):
        assert name in response["Vary"]
        assert name in unchanged["Vary"]
    compressed = get(**query, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(compressed.content) == response.content
    assert compressed["ETag"] == f"W/{response['ETag']}"
    get(**query, headers={"If-None-Match": compressed["ETag"], "Accept-Encoding": "gzip"}, status=304)

    Item.objects.filter(seq=3).update(title="", source="", url="")  # as a withdrawal leaves it
    assert get(**query, headers={"If-None-Match": response["ETag"]}).json()["events"][2]["data"]["title"] == ""


def test_page_with_samples_is_never_immutable() -> None:
    append_samples(0, 4)
    append(0, 6)  # 5 to 10
    with transaction.atomic():
        head = lock_head()
        append_edits(
            head, build_withdrawals(Item.objects.filter(seq=2), reason="", author="")
        )  # 11: a sample without texts
        advance_head(head, items=1)
    append(6, 2)

    assert cache_control(after=cursor(4), limit=3) == IMMUTABLE
    assert cache_control(after=cursor(4), limit=6, include="changes") == SHORT  # without it, another item follows
    assert cache_control(after=cursor(3), limit=2) == SHORT
    assert cache_control(after=cursor(2), limit=1, tickers="ZORVA") == SHORT
    assert cache_control(after=cursor(0), limit=4, tickers="AAPL") == IMMUTABLE
    assert cache_control(after=cursor(3), limit=2, include="headline") == SHORT


def test_cached_page_is_the_same_for_everyone() -> None:
    append(0, 30)
    query = {"after": cursor(0), "limit": 20}
    plain = get(**query)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.create_user("ann"))
    token = create_token(Scope.READ)[1]

    signed_in = client.get(EVENTS, query, headers={"Origin": "https://example.org"})
    with_token = get(**query, headers={"Authorization": f"Bearer {token}"})

    for response in (plain, signed_in, with_token):
        assert response["Cache-Control"] == IMMUTABLE
        assert response.content == plain.content
        assert {name.strip() for name in response["Vary"].split(",")} == {"Accept-Encoding", "Authorization", "origin"}
        assert not response.cookies
    assert client.head(EVENTS, query)["Cache-Control"] == IMMUTABLE


def test_error_is_not_kept() -> None:
    append(0, 3)
    query = {"after": cursor(0), "limit": 1}

    for response in (
        get(**query, headers={"Authorization": "Bearer nonsense", "If-None-Match": "*"}, status=401),
        get(**query, page="2", status=400),
        get(after=cursor(0), limit=0, status=400),
        CLIENT.post(EVENTS),
    ):
        assert "public" not in response.get("Cache-Control", "")
        assert "max-age" not in response.get("Cache-Control", "")
        assert "ETag" not in response


FILTERS = [
    (2, StreamFilter()),
    (3, StreamFilter()),
    (2, StreamFilter(frozenset({"AAPL", "^GSPC"}))),
    (4, StreamFilter(include=frozenset({"historical"}))),
    (2, StreamFilter(include=frozenset({"changes"}))),
    (1, StreamFilter(frozenset({"BRK.B"}), frozenset({"historical", "changes"}))),
]


class CachingSequence(RandomSequence):
    """Random writes, after each of which every page that a cache keeps is the page of the log."""

    def __init__(self, seed: int, clock: Clock) -> None:
        super().__init__(seed, clock)
        self.cached: dict[tuple[StreamFilter, str, int], object] = {}
        self.compared = 0

    def run(self, steps: int) -> None:
        for name in ["arrive", "import_old", *self.rng.sample(STEPS * 2, steps)]:
            self.history.append(name)
            getattr(self, name)()
            self.compare()

    def withdraw(self) -> None:
        with transaction.atomic():
            head = lock_head()
            edits = build_withdrawals(Item.objects.order_by("seq")[:2], reason="libel", author="ann")
            append_edits(head, edits)
            advance_head(head, items=len(edits))

    def compare(self) -> None:
        for key, payload in [*self.cached.items()]:
            page = get_events(*key)
            if page.cache_control == IMMUTABLE:
                assert page.payload == payload, (key, self.history)
                self.compared += 1
            else:
                assert page.events[0].payload["reason"] == "expired", (key, self.history)
                del self.cached[key]
        for limit, stream_filter in FILTERS:
            key = (stream_filter, cursor(get_head().min_seq), limit)
            while (page := get_events(*key)).cache_control == IMMUTABLE:
                self.cached[key] = page.payload
                key = (stream_filter, str(page.cursor), limit)


@pytest.mark.parametrize("seed", range(scale_examples(2)))
def test_immutable_page_never_changes(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    sequence = CachingSequence(seed, clock)

    sequence.run(10)

    assert sequence.compared > 100

"""ETags of items, metrics and series: 304 for an answer that still holds, 200 for any that differs."""

import gzip
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.kept_answers import clear_all
from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.log.head import mark_restored
from news.models import Bucket, Item
from tests.helpers.api_client import BASE, append, detail_of
from tests.helpers.examples import scale_examples
from tests.helpers.random_sequence import Clock, RandomSequence

pytestmark = pytest.mark.django_db
CLIENT = Client()
ITEMS, METRICS, SERIES = "/api/v2/items", "/api/v2/metrics", "/api/v2/timeseries/AAPL?resolution=1m"
PATHS = [
    ITEMS,
    f"{ITEMS}?order=oldest&limit=2",
    f"{ITEMS}?ticker=AAPL&sentiment=positive",
    METRICS,
    f"{METRICS}?hours=1&tickers=AAPL,BRK.B",
    f"{METRICS}?hours=24&by=published",
    SERIES,
    f"{SERIES}&fill=zero&limit=3",
    "/api/v2/timeseries?tickers=*,^GSPC&by=appended&resolution=24h&tz=Asia/Kolkata",
]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    return clock


def get(path: str, *, etag: str | None = None, **headers: str) -> HttpResponse:
    return CLIENT.get(path, headers=headers | ({"If-None-Match": etag} if etag else {}))


def fetch(path: str) -> tuple[str, dict[str, Any]]:
    """Return ETag and answer, without the time at which metrics were read."""
    response = get(path)
    assert response.status_code == 200, response.content
    answer = response.json()
    return response["ETag"], {name: value for name, value in answer.items() if name != "timestamp"}


@pytest.mark.parametrize("path", [ITEMS, METRICS, SERIES, "/api/v2/timeseries?tickers=*"])
def test_answer_that_holds_is_304_without_the_read(path: str, clock: Clock) -> None:
    append("Apple profit rises", "Apple sales fall")
    first = get(path)

    with CaptureQueriesContext(connection) as queries:
        second = get(path, etag=first["ETag"])

    assert (second.status_code, second.content) == (304, b"")
    assert len(queries) == 1
    assert first["ETag"].startswith('W/"')
    for name in ("ETag", "Cache-Control"):
        assert second[name] == first[name]
    assert first["Cache-Control"] == "no-cache"
    assert "Accept-Encoding" in first["Vary"]
    assert "Accept-Encoding" in second["Vary"]
    assert "Cookie" not in first["Vary"]
    assert CLIENT.head(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert get(path, etag='"other", W/"another"').status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_equal_request_reads_the_head_alone_and_gets_the_same_answer(path: str, clock: Clock) -> None:
    append("Apple profit rises", "Apple sales fall")
    first = get(path)
    clock.now += 1.5

    with CaptureQueriesContext(connection) as queries:
        second = get(path)

    assert len(queries) == 1
    assert first.headers == second.headers
    answers = [first.json(), second.json()]
    times = [answer.pop("timestamp", None) for answer in answers]
    assert answers[0] == answers[1]
    if path.startswith(METRICS):
        assert [parse(text) for text in times] == [clock.now - 1.5, clock.now]


def parse(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


class ConditionalSequence(RandomSequence):
    """Random writes and steps of the clock, after each of which kept answers hold, and no ETag stands for two."""

    def __init__(self, seed: int, clock: Clock) -> None:
        super().__init__(seed, clock)
        self.answers: dict[str, dict[str, dict[str, Any]]] = {}
        self.cursor = ""  # of a place that retention still reaches

    def compare(self) -> None:
        if self.history[-1].startswith("prune") or not self.cursor:
            self.cursor = get(METRICS).json()["cursor"]
        as_of = [f"{path}as_of={self.cursor}" for path in (f"{ITEMS}?", f"{METRICS}?", f"{SERIES}&")]
        item_ids = Item.objects.order_by("pk").values_list("item_id", flat=True)[:2]
        for path in (*PATHS, *as_of, *(f"{ITEMS}/{item_id}" for item_id in item_ids)):
            etag, answer = fetch(path)
            _, fresh = fetch(f"{path}{'&' if '?' in path else '?'}_={len(self.history)}")  # kept for no other request
            answers = self.answers.setdefault(path, {})
            assert answers.setdefault(etag, answer) == answer == fresh, (path, self.history)
            assert get(path, etag=", ".join(answers)).status_code == 304


@pytest.mark.parametrize("seed", range(scale_examples(2)))
def test_etag_never_stands_for_two_answers(seed: int, clock: Clock) -> None:
    ConditionalSequence(seed, clock).run(15)


def report_again() -> None:
    ingest([Headline("Apple profit rises", ("AAPL",), "another wire", BASE)])


def score_again() -> None:
    rescore(Item.objects.all())


def delete_minutes() -> None:
    Bucket.objects.filter(seconds=60).update(start=60)  # so old that `prune` deletes them
    call_command("prune", "--days", "1", stdout=StringIO(), stderr=StringIO())


CHANGES: dict[str, tuple[Callable[[], object], bool]] = {  # and whether the item itself differs
    "post": (lambda: append("Apple sales fall"), False),
    "duplicate report": (report_again, True),
    "new analyzer, same score": (score_again, True),
    "prune": (delete_minutes, False),
    "restored backup": (mark_restored, False),
}


@pytest.mark.parametrize("name", CHANGES)
def test_etag_differs_after_each_change(name: str, clock: Clock) -> None:
    change, is_of_item = CHANGES[name]
    [item_id] = append("Apple profit rises")
    Item.objects.update(analyzer_version="old", evidence=["old"])
    path = f"{ITEMS}/{item_id}"
    etags = {path: get(path)["ETag"] for path in (*PATHS, path)}

    change()

    statuses = {path: get(path, etag=etag).status_code for path, etag in etags.items()}
    assert statuses.pop(path) == (200 if is_of_item else 304)
    assert set(statuses.values()) == {200}, statuses


def test_rates_and_series_move_with_the_minute_and_items_do_not(clock: Clock) -> None:
    clock.now = datetime(2026, 1, 31, 10, 0, 30, tzinfo=UTC).timestamp()
    append("Apple profit rises")
    etags = {path: get(path)["ETag"] for path in PATHS}
    assert get(METRICS).json()["rate_last_hour"] == 1

    clock.now += 29
    assert {get(path, etag=etag).status_code for path, etag in etags.items()} == {304}

    clock.now += 1
    assert {get(path, etag=etag).status_code for path, etag in etags.items() if path.startswith(ITEMS)} == {304}
    assert {get(path, etag=etag).status_code for path, etag in etags.items() if not path.startswith(ITEMS)} == {200}

    clock.now += 3600 - 60
    response = get(METRICS, etag=etags[METRICS])
    assert (response.status_code, response.json()["rate_last_hour"]) == (200, 0)


class TurningClock(Clock):
    """A clock whose minute turns when it is read for the `count`th time."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def __call__(self) -> float:
        self.count -= 1
        if self.count == 0:
            self.now += 30
        return super().__call__()


@pytest.mark.parametrize("path", [f"{METRICS}?hours=1", f"{SERIES}&fill=zero&limit=3"])
def test_minute_that_turns_during_the_read_makes_no_answer_too_new(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for count in range(1, 100):
        clear_all()
        clock = TurningClock(count)
        monkeypatch.setattr(time, "time", clock)
        etag, answer = fetch(path)
        if clock.count > 0:  # the request reads the clock less often
            break

        later_etag, later_answer = fetch(path)

        assert etag != later_etag or answer == later_answer, count
    assert count > 3


def test_errors_come_before_304() -> None:
    assert detail_of(get(ITEMS, etag="*", Authorization="Bearer nonsense"), 401)
    for path, status in (
        (f"{ITEMS}?page=2", 400),
        (f"{ITEMS}?published_from=2026-01-02&published_to=2026-01-01", 422),
        (f"{ITEMS}/01890a5d-0000-7000-8000-000000000000", 404),
        (f"{METRICS}?hours=1&start=2026-01-01", 400),
        (f"{SERIES}&start=2026-01-02&end=2026-01-01", 422),
    ):
        response = get(path, etag="*")
        detail_of(response, status)
        assert "ETag" not in response


def test_etag_holds_for_compressed_answers_too(clock: Clock) -> None:
    append(*(f"Apple profit rises {number} percent" for number in range(20)))

    compressed = get(ITEMS, **{"Accept-Encoding": "gzip"})

    assert compressed["Content-Encoding"] == "gzip"
    assert gzip.decompress(compressed.content) == get(ITEMS).content
    assert compressed["ETag"] == get(ITEMS)["ETag"]
    response = get(ITEMS, etag=compressed["ETag"], **{"Accept-Encoding": "gzip"})
    assert (response.status_code, response.content) == (304, b"")
    assert "Content-Encoding" not in response

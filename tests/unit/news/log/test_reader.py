"""Queries of the log by cursor, on a real database."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from common.time import utc_now
from news.ingest.rescoring import rescore
from news.log.cursor import Cursor
from news.log.reader import (
    Selection,
    find_first_visible_pk,
    get_cursor_at,
    get_head,
    get_last_seq,
    resolve_cursor,
    select_newest,
    select_states_after,
)
from news.models import Item, LogHead
from tests.helpers.changes import withdraw_items
from tests.helpers.examples import scale_examples
from tests.helpers.items import PUBLISHED_AT, append

pytestmark = pytest.mark.django_db
TICKERS = [("AAPL",), ("MSFT", "AAPL"), ("MSFT",), ("AMD", "NVDA", "MSFT"), ("AAPL", "NVDA")] * 4


@pytest.fixture
def log(db: None) -> list[tuple[str, ...]]:
    """A log of twenty items; returns the tickers of each, in the order of seq from 1."""
    for number, tickers in enumerate(TICKERS):
        append(number, tickers=tickers)
    return TICKERS


@settings(max_examples=scale_examples(150))
@given(
    after=st.integers(0, 21),
    up_to=st.none() | st.integers(0, 21),
    tickers=st.sets(st.sampled_from(["AAPL", "MSFT", "AMD", "NVDA", "NONE"]), max_size=4),
    limit=st.integers(1, 25),
)
def test_select_items_returns_matching_items_once_in_order(
    log: list[tuple[str, ...]], after: int, up_to: int | None, tickers: set[str], limit: int
) -> None:
    expected = [
        seq
        for seq, item_tickers in enumerate(log, start=1)
        if seq > after and (up_to is None or seq <= up_to) and (not tickers or tickers.intersection(item_tickers))
    ]

    items = select_states_after(after, Selection(tickers=tickers), up_to=up_to, limit=limit)

    assert [item.seq for item in items] == expected[:limit]


@pytest.mark.parametrize("tickers", [(), ("MSFT",), ("NONE",)])
def test_select_items_of_a_log_without_former_states_reads_none(
    log: list[tuple[str, ...]], tickers: tuple[str, ...]
) -> None:
    with CaptureQueriesContext(connection) as queries:
        items = select_states_after(3, Selection(tickers=tickers), up_to=18, limit=10)

    assert [item.seq for item in items] == [seq for seq in range(4, 19) if not tickers or tickers[0] in log[seq - 1]][
        :10
    ]
    assert not any("news_itemrevision" in query["sql"] for query in queries)


@pytest.mark.parametrize("tickers", [(), ("MSFT",), ("MSFT", "NVDA"), ("NONE",)])
@pytest.mark.parametrize("min_seq", [0, 7])
def test_get_last_seq_returns_seq_of_last_match_or_min_seq(
    log: list[tuple[str, ...]], tickers: tuple[str, ...], min_seq: int
) -> None:
    LogHead.objects.update(min_seq=min_seq)
    for up_to in range(21):
        expected = [
            seq
            for seq, item_tickers in enumerate(log[:up_to], start=1)
            if not tickers or {*tickers}.intersection(item_tickers)
        ]

        assert get_last_seq(Selection(tickers=tickers), up_to) == max([min_seq, *expected])


@pytest.mark.parametrize("tickers", [(), ("MSFT",), ("MSFT", "NVDA")])
def test_select_items_pages_return_whole_log(log: list[tuple[str, ...]], tickers: tuple[str, ...]) -> None:
    seqs = [0]
    while page := select_states_after(seqs[-1], Selection(tickers=tickers), limit=3):
        seqs += [item.seq for item in page]

    assert seqs[1:] == [item.seq for item in select_states_after(0, Selection(tickers=tickers))]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("evt_{generation}-9", "expired"),
        ("evt_{generation}-21", "future"),
        ("evt_{generation}-999999999999999999", "future"),
        ("evt_xyz", "malformed"),
        ("", "malformed"),
        ("evt_{other}-15", "foreign"),
        ("evt_{other}-99", "foreign"),
    ],
)
def test_resolve_cursor_not_resumable_returns_reason(log: list[tuple[str, ...]], text: str, reason: str) -> None:
    LogHead.objects.update(min_seq=10)
    head = get_head()
    other = "000000" if head.generation != "000000" else "111111"

    assert resolve_cursor(text.format(generation=head.generation, other=other), head) == (None, reason)


@pytest.mark.parametrize(("suffix", "seq"), [("", 10), ("-m1", 15), ("-h99", 20), ("-r7", 12)])
def test_resolve_cursor_any_event_id_returns_cursor(log: list[tuple[str, ...]], suffix: str, seq: int) -> None:
    LogHead.objects.update(min_seq=10)
    head = get_head()

    assert resolve_cursor(f"evt_{head.generation}-{seq}{suffix}", head) == (Cursor(head.generation, seq), None)


def test_get_cursor_at_returns_cursor_before_first_item_at_time(log: list[tuple[str, ...]]) -> None:
    generation = get_head().generation
    times = list(Item.objects.order_by("seq").values_list("appended_at", flat=True))

    for index in (0, 7, 19):
        items_before = times.index(times[index])
        assert get_cursor_at(times[index]) == Cursor(generation, items_before)
    assert get_cursor_at(times[-1] + timedelta(microseconds=1)) == Cursor(generation, 20)
    assert get_cursor_at(times[0] - timedelta(days=1)) == Cursor(generation, 0)


def test_get_cursor_at_empty_log_returns_its_start() -> None:
    head = get_head()

    assert get_cursor_at(PUBLISHED_AT) == Cursor(head.generation, 0)
    assert select_states_after(0) == []


def test_get_cursor_at_rescored_item_is_not_missed(log: list[tuple[str, ...]]) -> None:
    first = Item.objects.get(seq=1)
    Item.objects.filter(pk=first.pk).update(title="Losses widen")

    rescore(Item.objects.filter(pk=first.pk))

    generation = get_head().generation
    assert get_cursor_at(first.appended_at) == Cursor(generation, 0)
    assert get_cursor_at(Item.objects.get(pk=first.pk).appended_at) == Cursor(generation, 20)


def test_appended_at_never_decreases_when_the_clock_steps_back(log: list[tuple[str, ...]]) -> None:
    ahead = utc_now() + timedelta(days=1)
    Item.objects.filter(seq=20).update(appended_at=ahead)
    Item.objects.filter(seq=1).update(title="Losses widen")

    append(20)
    rescore(Item.objects.filter(seq=1))
    append(21)

    times = list(Item.objects.order_by("seq").values_list("appended_at", flat=True))
    assert times[-4:] == [ahead] * 4  # 20, 21, and item 1 at its new place, 22 and 23
    assert times == sorted(times)
    assert max(Item.objects.exclude(seq=20).values_list("first_appended_at", flat=True)) <= utc_now()
    assert get_cursor_at(ahead).seq == 19


@pytest.mark.parametrize("tickers", [(), ("MSFT",), ("MSFT", "NVDA")])
def test_select_newest_returns_newest_matches_once(log: list[tuple[str, ...]], tickers: tuple[str, ...]) -> None:
    expected = [
        seq
        for seq, item_tickers in reversed([*enumerate(log, start=1)])
        if not tickers or {*tickers}.intersection(item_tickers)
    ]

    items = select_newest(Item.objects.order_by("-seq"), tickers=tickers, limit=5)

    assert [item.seq for item in items] == expected[:5]


def test_get_cursor_at_before_retention_is_the_oldest_that_can_be_resumed(log: list[tuple[str, ...]]) -> None:
    before = Item.objects.get(seq=1).appended_at
    withdraw_items(Item.objects.get(seq=1).item_id)  # stays when retention has passed it
    Item.objects.filter(seq__lte=10).delete()
    LogHead.objects.update(min_seq=10)

    assert get_cursor_at(before).seq == 10


def test_find_first_visible_key_item_moved_by_an_older_version_is_not_hidden(log: list[tuple[str, ...]]) -> None:
    first = Item.objects.get(seq=1)
    Item.objects.filter(pk=first.pk).update(seq=21)  # version 0.1 left no revision
    LogHead.objects.update(seq=21, first_real_seq=2)

    assert find_first_visible_pk(get_head()) == first.pk

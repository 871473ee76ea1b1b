"""Past ranges: what `since`, `until` and `speed` mean, and what is rejected with which words."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import RequestFactory

from news.ingest.retention import trim
from news.log.cursor import Cursor
from news.log.reader import get_head
from news.models import Item
from streaming.broker.filters import HISTORICAL, StreamFilter
from streaming.http.params import APIError
from streaming.http.playback_range import PlaybackParams, parse_playback_params, parse_speed, resolve_playback_range
from tests.helpers.items import append

STREAM = "/api/v2/stream"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ENDS = {"since": "2026-01-31T09:30:00Z", "until": "2026-01-31T16:00:00Z"}


def parse(headers: dict[str, str] | None = None, **query: str) -> PlaybackParams | None:
    return parse_playback_params(RequestFactory().get(STREAM, query, headers=headers))


def get_detail(error: pytest.ExceptionInfo[APIError]) -> str:
    assert error.value.response.status_code == 400
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "speed"), [("60", 60), ("1", 1), ("0.5", 0.5), ("0.01", 0.01), ("1000000", 1e6), ("max", math.inf)]
)
def test_parse_speed_returns_the_factor(text: str, speed: float) -> None:
    assert parse_speed(text) == speed


@pytest.mark.parametrize(
    "text",
    ["", "0", "0.00", "-1", "nan", "inf", "Infinity", "1e3", "1000001", "9" * 400, "0.001", "60x", "1_0", "٣", " 60"],
)
def test_parse_speed_other_text_is_rejected_with_the_rule(text: str) -> None:
    with pytest.raises(APIError) as error:
        parse_speed(text)

    assert get_detail(error) == (
        f"speed={text[:80]!r}: must be a number from 0.01 to 1,000,000, such as 60 for sixty times as fast, or max for "
        "without pauses."
    )


def test_parse_playback_params_without_until_and_speed_is_the_live_stream() -> None:
    assert parse() is None
    assert parse(since=ENDS["since"]) is None
    assert parse({"Last-Event-ID": "evt_0a0a0a-1"}) is None


def test_parse_playback_params_takes_times_and_event_ids() -> None:
    assert parse(**ENDS, speed="60") == PlaybackParams(
        datetime(2026, 1, 31, 9, 30, tzinfo=UTC), "2026-01-31T16:00:00Z", 60, is_resumed=False
    )
    assert parse(since="evt_0a0a0a-3-h12", until="evt_0a0a0a-9", speed="max") == PlaybackParams(
        "evt_0a0a0a-3-h12", "evt_0a0a0a-9", math.inf, is_resumed=False
    )


@pytest.mark.parametrize("resume", [{"last_event_id": "evt_0a0a0a-7"}, {"lastEventId": "evt_0a0a0a-7"}, {}])
def test_parse_playback_params_of_a_client_that_resumes_starts_at_its_last_event(resume: dict[str, str]) -> None:
    headers = {} if resume else {"Last-Event-ID": "evt_0a0a0a-7"}

    requested = parse(headers, **ENDS, **resume, speed="60")

    assert requested is not None
    assert (requested.start, requested.is_resumed) == ("evt_0a0a0a-7", True)
    assert parse(headers, **resume, until=ENDS["until"], speed="60") == requested  # `since` may be left out


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ({"speed": "60"}, "until: is missing; give the past time or event id at which the range ends, or leave both"),
        ({"since": ENDS["since"], "speed": "60"}, "until: is missing; "),
        ({"since": ENDS["since"], "until": ENDS["until"]}, "speed: is missing; give a number from 0.01 to 1,000,000"),
        ({"until": ENDS["until"], "speed": "60"}, "since: is missing; give the time or event id at which"),
        ({"until": ENDS["until"], "since": "", "speed": "60"}, "since: is missing; "),
        ({**ENDS, "until": "", "speed": "60"}, "until='': must be ISO-8601 "),
        ({**ENDS, "until": "soon", "speed": "60"}, "until='soon': must be ISO-8601 "),
        ({**ENDS, "until": "evt_x", "speed": "60"}, "until='evt_x': is not the id of an event of this server; "),
        ({**ENDS, "since": "evt_0a0a0a", "speed": "60"}, "since='evt_0a0a0a': is not the id of an event "),
        ({**ENDS, "until": "2024", "speed": "60"}, "until='2024': must be ISO-8601 "),
        ({**ENDS, "until": "2999-01-01", "speed": "60"}, "until='2999-01-01': lies in the future, here it is 20"),
        (
            {"since": ENDS["until"], "until": ENDS["since"], "speed": "60"},
            "until='2026-01-31T09:30:00Z': lies before since='2026-01-31T16:00:00.000Z'; give a later one.",
        ),
    ],
)
def test_parse_playback_params_that_can_not_be_played_is_rejected_with_the_cure(
    query: dict[str, str], detail: str
) -> None:
    with pytest.raises(APIError) as error:
        parse(**query)

    assert get_detail(error).startswith(detail)


@pytest.fixture
def log(db: None) -> str:
    """Append six items, one a minute from noon on, the third and fourth historical; returns the log's generation."""
    append(1, 2)
    append(3, 2, is_historical=True)
    append(5, 1, tickers=["MSFT"])
    append(6, 1)
    for item in Item.objects.order_by("seq"):
        # Stored to the microsecond, shown to the millisecond.
        item.appended_at = NOON + timedelta(minutes=item.seq, microseconds=700)
        item.save(update_fields=["appended_at"])
    return get_head().generation


def find(
    start: str | datetime, end: str | datetime, *, is_resumed: bool = False, **query: str
) -> tuple[int, int] | None:
    requested = PlaybackParams(start, end if isinstance(end, str) else end.isoformat(), 60, is_resumed=is_resumed)
    playback_range = resolve_playback_range(requested, StreamFilter.from_query(query))
    assert playback_range is None or playback_range.reset_reason is None
    return playback_range and (playback_range.start.seq, playback_range.end.seq)


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def test_resolve_playback_range_of_times_holds_what_was_appended_from_the_first_to_the_last(log: str) -> None:
    assert find(at(1), at(6)) == (0, 6)
    assert find(at(2), at(5)) == (1, 5)
    # As its `timestamp` shows the time, the item belongs to it.
    assert find(at(2), at(2)) == (1, 2)
    assert find(NOON - timedelta(days=900), at(60)) == (0, 6)
    assert find(at(2), f"evt_{log}-5-m1") == (1, 5)
    assert find(f"evt_{log}-0", at(1)) == (0, 1)


def test_resolve_playback_range_without_an_item_that_passes_the_filter_is_none(log: str) -> None:
    assert find(at(7), at(60)) is None
    assert find(NOON - timedelta(days=2), NOON) is None
    assert find(f"evt_{log}-6", f"evt_{log}-6") is None
    assert find(f"evt_{log}-2", f"evt_{log}-4") is None
    assert find(f"evt_{log}-2", f"evt_{log}-4", include=HISTORICAL) == (2, 4)
    assert find(f"evt_{log}-2", f"evt_{log}-5", tickers="AAPL") is None
    assert find(f"evt_{log}-2", f"evt_{log}-5", tickers="MSFT") == (2, 5)


@pytest.mark.django_db
def test_resolve_playback_range_of_an_empty_log_is_none() -> None:
    assert find(NOON, at(1)) is None


def test_resolve_playback_range_that_ends_before_it_begins_is_rejected_unless_the_client_has_it_all(log: str) -> None:
    for start, end in ((f"evt_{log}-5", f"evt_{log}-4"), (at(6), f"evt_{log}-4"), (f"evt_{log}-5", at(4))):
        with pytest.raises(APIError) as error:
            find(start, end)
        assert "lies before since=" in get_detail(error)
        assert find(f"evt_{log}-5-h7", end, is_resumed=True) is None


@pytest.mark.parametrize(("cursor", "reason"), [("evt_ffffff-1", "foreign"), ("{}-9", "future"), ("evt", "malformed")])
def test_resolve_playback_range_of_a_cursor_that_can_not_be_resumed_has_the_reason(
    log: str, cursor: str, reason: str
) -> None:
    requested = PlaybackParams(cursor.format(f"evt_{log}"), "2026-01-31T12:04:00Z", 60, is_resumed=True)

    playback_range = resolve_playback_range(requested, StreamFilter())

    assert playback_range is not None
    assert (playback_range.reset_reason, playback_range.start.cursor, playback_range.end.cursor) == (
        reason,
        Cursor(log, 6),
        Cursor(log, 6),
    )


@pytest.mark.parametrize(("until", "reason"), [("evt_ffffff-1", "is of another log"), ("{}-7", "is ahead of the log")])
def test_resolve_playback_range_that_ends_at_no_place_of_the_log_is_rejected(log: str, until: str, reason: str) -> None:
    end = until.format(f"evt_{log}")

    with pytest.raises(APIError) as error:
        find(at(1), end)

    assert get_detail(error).startswith(f"until={end!r}: {reason}; the earliest is ")
    assert get_detail(error).endswith(f" the latest evt_{log}-6.")


def test_resolve_playback_range_from_before_what_retention_kept_is_rejected(log: str) -> None:
    assert sum(trim(4, batch=10)) == 4

    with pytest.raises(APIError) as error:
        find(at(1), at(6))

    assert get_detail(error) == (
        "since='2026-01-31T12:01:00+00:00': is before what is kept; the earliest is 2026-01-31T12:05:00.000Z or "
        f"evt_{log}-4, the latest evt_{log}-6."
    )
    assert find(datetime(2026, 1, 31, 12, 5, 0, 700, UTC), at(6)) == (4, 6)
    requested = PlaybackParams(f"evt_{log}-3", f"evt_{log}-6", 60, is_resumed=False)
    expired: Any = resolve_playback_range(requested, StreamFilter())
    assert expired.reset_reason == "expired"

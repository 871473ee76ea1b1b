"""What is kept is what was built under the same key, within its bounds."""

from datetime import UTC, datetime

import pytest

from common.kept_answers import MAX_SHARE, MAX_VALUES, Answer, BoundedCache, clear_all
from common.time import format_time, utc_now

BYTES = int(100 / MAX_SHARE)
READ_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def build(size: int = 100, *, letter: str = "a") -> Answer:
    return Answer((letter.encode() * size,))


def make_kept() -> BoundedCache[Answer]:
    return BoundedCache[Answer](max_bytes=BYTES)


def test_value_is_built_once_for_each_key() -> None:
    kept = make_kept()
    built: list[str] = []

    def build_next() -> Answer:
        built.append("")
        return build(letter=str(len(built)))

    answers = [kept.get(key, build_next) for key in ("one", "one", "two", "one")]

    assert [answer.parts[0][:1] for answer in answers] == [b"1", b"1", b"2", b"1"]


def test_error_of_the_build_is_not_kept() -> None:
    kept = make_kept()

    def fail() -> Answer:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        kept.get("key", fail)
    assert kept.get("key", build) == build()


def test_what_was_not_asked_for_the_longest_makes_room() -> None:
    kept = make_kept()
    for number in range(int(1 / MAX_SHARE)):
        kept.keep(number, build())
    assert kept.find(0)

    kept.keep("new", build())

    assert kept.find(1) is None
    assert all(kept.find(key) for key in (0, 2, "new"))


def test_bounds_hold_for_large_values_replaced_ones_and_many_small_ones() -> None:
    kept = make_kept()
    kept.keep("large", build(101))
    assert kept.find("large") is None

    for _ in range(int(2 / MAX_SHARE)):
        kept.keep("same", build())
    kept.keep("other", build())
    assert kept.find("same")

    for number in range(MAX_VALUES + 1):
        kept.keep(number, Answer((b"",)))
    assert kept.find(0) is None
    assert kept.find(1)


def test_cleared_values_take_no_room() -> None:
    kept = make_kept()
    for number in range(int(1 / MAX_SHARE)):
        kept.keep(number, build())

    clear_all()
    for number in range(int(1 / MAX_SHARE)):
        assert kept.find(number) is None
        kept.keep(-number, build())

    assert kept.find(0)


def test_answer_has_the_time_of_its_reading_in_each_form() -> None:
    content = b'{"at": "2026-01-31T09:30:00.000Z", "item": "2026-01-31T09:30:00.000Z"} at 09:30, item 09:30'
    answer = Answer.cut(content, READ_AT, lambda time: f'"at": "{format_time(time)}"', "at {:%H:%M},".format)

    before, again, after = utc_now(), answer.with_time_now().decode(), utc_now()

    assert format_time(before) <= again[8:32] <= format_time(after)
    assert again[32:].startswith('", "item": "2026-01-31T09:30:00.000Z"} at ')
    assert again.endswith(", item 09:30")
    assert again[-17:-12] in (f"{before:%H:%M}", f"{after:%H:%M}")
    assert answer.size == len(content) - len('"at": "2026-01-31T09:30:00.000Z"') - len("at 09:30,")
    assert Answer((b"09:30",)).with_time_now() == b"09:30"


def test_answer_without_its_time_is_rejected() -> None:
    with pytest.raises(ValueError, match="is not in the answer"):
        Answer.cut(b"{}", READ_AT, format_time)

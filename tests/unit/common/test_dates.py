"""Dates as feeds, files and people write them, each by the instant it means."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.dates import MAX_CHARACTERS, parse_date
from common.zones import ZONES, find_zone, parse_offset

TEN = datetime(2026, 11, 29, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        # RFC 822, 2822 and 5322
        "Sun, 29 Nov 2026 10:00:00 +0000",
        "Sun, 29 Nov 2026 10:00:00 GMT",
        "Sun, 29 Nov 2026 10:00 GMT",
        "29 Nov 26 10:00:00 GMT",
        "Sun, 29 Nov 2026 10:00:00 -0000",
        "Sun,29 Nov 2026 10:00:00 UT",
        "Sunday, 29-Nov-26 10:00:00 GMT",
        "SUN, 29 NOV 2026 10:00:00 Z",
        "Sun, 29 Nov 2026 05:00:00 -0500 (EST)",
        # ISO-8601
        "2026-11-29T10:00:00Z",
        "2026-11-29t10:00:00z",
        "2026-11-29 10:00:00",
        "2026-11-29T10:00",
        "2026-11-29T10:00:00.0000000Z",
        "2026-11-29T10:00:00.000000000000Z",
        "2026-11-29T10:00:00,000Z",
        "2026-11-29T15:30:00+05:30",
        "2026-11-29T15:30:00+0530",
        "2026-11-29T15:30:00 +5:30",
        "2026-11-29T05:00:00-05",
        "2026-11-29 05:00:00-0500",
        "20261129T100000Z",
        "20261129T100000",
        "20261129T1000",
        "20261129T10:00:00Z",
        "20261129T153000+0530",
        "2026-11-29T10:00:00UTC",
        "2026-11-29 10:00:00 UTC",
        "2026-11-29T11:00:00+01:00[Europe/Berlin]",
        # asctime, date(1), JavaScript
        "Sun Nov 29 10:00:00 2026",
        "Sun Nov 29 10:00:00 UTC 2026",
        "Sun Nov 29 05:00:00 EST 2026",
        "Sun Nov 29 2026 11:00:00 GMT+0100 (Central European Standard Time)",
        # written by people
        "Nov 29, 2026 10:00 AM",
        "Nov 29, 2026 5:00 AM EST",
        "November 29th, 2026 at 10:00 a.m. UTC",
        "NOVEMBER 29, 2026 10AM",
        "29 November 2026 10:00",
        "29th of November 2026, 10:00",
        "29-NOV-2026 10:00",
        "29/Nov/2026 10:00",
        "2026 Nov 29 10:00",
        "5:00 a.m. ET, November 29, 2026",
        "Nov. 29, 2026 5 a.m. Eastern Time",
        "Nov 29, 2026, 10:00\u202fAM",
        "10.00 am 29 Nov 2026",
        "Nov 29, 2026 \u2014 10:00 GMT",
        "29 Nov 2026 | 10:00",
        "29 Nov, 2026 15:30 hrs IST",
        "10:00, 29.11.2026",
        "Sun, Nov 29, 2026 10:00 GMT",
        # numbers in an order that only one reading allows
        "11/29/2026 10:00:00 AM",
        "29/11/2026 10:00",
        "29.11.2026 10:00",
        "29-11-2026 10:00:00",
        "2026/11/29 10:00",
        "2026.11.29 10:00",
        "11/29/26 10:00",
        # hours and seconds at their ends
        "Sun, 29 Nov 2026 09:59:60 GMT",
        "2026-11-29T10:00:00.000000+00:00",
        # weekdays that are wrong or foreign
        "Mon, 29 Nov 2026 10:00:00 +0000",
        "So, 29 Nov 2026 10:00:00 +0000",
        "dim., 29 nov. 2026 10:00:00 +0000",
        "s\u00e1b., 29 Nov 2026 10:00:00 +0000",
        "Thurs, 29 Nov 2026 10:00:00 +0000",
        # Unix time
        "1795946400",
        "1795946400000",
        "1795946400.0",
    ],
)
def test_parse_date_form_means_its_instant(text: str) -> None:
    assert parse_date(text) == TEN
    assert parse_date(f" \t{text}\n") == TEN
    assert parse_date(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "02:00:00 PST",
        "03:00:00 MST",
        "04:00:00 CST",
        "05:00:00 EST",
        "05:00:00 ET",
        "04:00:00 CT",
        "03:00:00 MT",
        "02:00:00 PT",
        "05:00:00 EST5EDT",
        "02:00:00 PST8PDT",
        "06:00:00 AST",
        "06:30:00 NST",
        "07:00:00 BRT",
        "11:00:00 CET",
        "11:00:00 MEZ",
        "11:00:00 UTC+01:00",
        "11:00:00 UTC+1",
        "11:00:00 Europe/Paris",
        "12:00:00 CEST",
        "12:00:00 MESZ",
        "11:00:00 BST",
        "12:00:00 EET",
        "12:00:00 SAST",
        "13:00:00 MSK",
        "13:00:00 EAT",
        "14:00:00 GST",
        "15:00:00 PKT",
        "15:30:00 IST",
        "15:30:00 ist",
        "15:30:00 GMT+5:30",
        "15:30:00 GMT +0530",
        "15:30:00 +05:30",
        "15:30:00 Asia/Kolkata",
        "15:45:00 NPT",
        "17:00:00 WIB",
        "18:00:00 HKT",
        "18:00:00 SGT",
        "18:00:00 MYT",
        "18:00:00 China Standard Time",
        "19:00:00 JST",
        "19:00:00 KST",
        "19:30:00 ACST",
        "20:00:00 AEST",
        "21:00:00 AEDT",
        "21:00:00 AET",
        "22:00:00 NZST",
        "23:00:00 NZDT",
        "18:00:00 PHST",
        "16:00:00 KGT",
        "10:00:00 WET",
        "10:00:00 Z",
        "10:00:00Z",
        "05:00:00 R",
        "18:00:00 H",
        "11:00:00 CET+1",
        "11:00:00 (CET)",
        "05:00:00 eastern standard time",
    ],
)
def test_parse_date_zone_by_name_or_offset_means_its_instant(text: str) -> None:
    assert parse_date(f"Sun, 29 Nov 2026 {text}") == TEN
    if text != "05:00:00 R":
        assert parse_date(f"2026-11-29 {text}") == TEN


@pytest.mark.parametrize(("text", "hour"), [("10:00 ET", 14), ("10:00 EST", 15), ("10:00 CT", 15), ("10:00 AET", 0)])
def test_parse_date_zone_with_summer_time_follows_the_date(text: str, hour: int) -> None:
    assert parse_date(f"14 July 2026 {text}").hour == hour


@pytest.mark.parametrize(
    ("text", "day", "hour"),
    [
        ("2026-11-29", 29, 0),
        ("29 Nov 2026", 29, 0),
        ("Nov 29, 2026 12 AM", 29, 0),
        ("Nov 29, 2026 12:30 PM", 29, 12),
        ("Nov 29, 2026 9:30 p.m.", 29, 21),
        ("Sat, 28 Nov 2026 24:00:00 GMT", 29, 0),
        ("2026-11-28T24:00:00Z", 29, 0),
        ("2026-11-28T23:00:00-02:00", 29, 1),
    ],
)
def test_parse_date_day_and_hour(text: str, day: int, hour: int) -> None:
    moment = parse_date(text)

    assert (moment.month, moment.day, moment.hour) == (11, day, hour)


@pytest.mark.parametrize(
    ("text", "year"), [("29 Nov 49 10:00 GMT", 2049), ("29 Nov 50 10:00 GMT", 1950), ("29 Nov 99 10:00 GMT", 1999)]
)
def test_parse_date_year_of_two_digits_is_of_1950_to_2049(text: str, year: int) -> None:
    assert parse_date(text).year == year


def test_parse_date_fraction_is_cut_to_microseconds() -> None:
    assert parse_date("Sun, 29 Nov 2026 10:00:00.1234567 GMT") == TEN + timedelta(microseconds=123_456)
    assert parse_date("2026-11-29T10:00:00.1234567Z") == TEN + timedelta(microseconds=123_456)
    assert parse_date("1795946400.25") == TEN + timedelta(milliseconds=250)
    assert parse_date("1795946400988") == TEN + timedelta(milliseconds=988)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2024", "is neither Unix seconds"),
        ("20240310", "is neither Unix seconds"),
        ("202403101011", "is neither Unix seconds"),
        ("20240310101112", "is neither Unix seconds"),
        ("0", "is neither Unix seconds"),
        ("29 Nov 2026 10:00 XYZ", "holds 'xyz', which is no month, weekday or known time zone"),
        ("29 Nov 2026 10:00:00 A", "holds 'a', which"),
        ("29 Nov 2026 10:00:00 J", "holds 'j', which"),
        ("2026-11-29T10:00:00 SST", "holds 'sst'"),
        ("29 Nov 2026 10:00 Mars/Olympus", "time zone 'Mars/Olympus', which is unknown; give an offset"),
        ("29 Nov 2026 10:00 (local time)", "names 'local time', which is no known time zone"),
        ("29 Nov 2026 10:00 +25:00", "zones reach from -14:00 to \\+14:00"),
        ("29 Nov 2026 10:00 +05:75", "zones reach"),
        ("29 Nov 2026 10:00 EST -0400", "names a time zone and another offset"),
        ("29 Nov 2026 10:00 EST CET", "names several time zones"),
        ("03/04/2026", "may be 2026-03-04 or 2026-04-03; give the year first"),
        ("03/04/2026 10:00", "may be"),
        ("3.4.2026", "may be"),
        ("29/11/26", "may be 2026-11-29 or 2029-11-26"),
        ("01/02/03", "may be 2001-02-03 or 2003-01-02 or 2003-02-01"),
        ("2 hours ago", "holds 'hours'"),
        ("yesterday", "holds 'yesterday'"),
        ("today 10:00", "holds 'today'"),
        ("now", "holds 'now'"),
        ("nan", "holds 'nan'"),
        ("29 novembre 2026", "holds 'novembre'"),
        ("Monday", "is not a date"),
        ("10:00", "is not a date"),
        ("29 Nov", "is not a date"),
        ("Nov 2026", "is not a date"),
        ("Nov Nov 2026", "is not a date"),
        ("2026-11", "is not a date"),
        ("2026-333", "is not a date"),
        ("Mon, 01 Jan 0001 00:00:00 GMT", "is not a date"),
        ("0001-01-01T00:00:00+14:00", "is not a date"),
        ("99 Foo 99999", "holds 'foo'"),
        ("", "is not a date"),
        (":", "is not a date"),
        ("29 Nov 2026 10:00 11:00", "more than one time of day"),
        ("29 Nov 2026 10:00:00:000", "is not a date"),
        ("2026-11-29-05:00", "is not a date"),
        ("2026-11-29+05:00", "is not a date"),
        ("2026-02-30", "is not a possible date"),
        ("31 Feb 2026", "is not a possible date"),
        ("2026-13-01", "is not a possible date"),
        ("13/13/2026", "is not a possible date"),
        ("29 Nov 2026 25:00", "is not a possible date"),
        ("29 Nov 2026 24:01", "is not a possible date"),
        ("29 Nov 2026 13:00 PM", "is not a possible date"),
        ("9999-12-31T23:59:59-14:00", "is outside the years"),
        ("31 Dec 9999 24:00", "is outside the years"),
        ("\u0662\u0660\u0662\u0666-11-29", "is not a date"),
        ("x" * 101, "has 101 characters"),
    ],
)
def test_parse_date_unreadable_text_raises_with_rule_and_cure(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as caught:
        parse_date(text)

    assert "; " in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("text", "date_format", "expected"),
    [
        ("03/04/2026", "%d/%m/%Y", datetime(2026, 4, 3, tzinfo=UTC)),
        ("03/04/2026 10:30 PM", "%m/%d/%Y %I:%M %p", datetime(2026, 3, 4, 22, 30, tzinfo=UTC)),
        ("20240310", "%Y%m%d", datetime(2024, 3, 10, tzinfo=UTC)),
        ("2024-03-10 10:00 +0200", "%Y-%m-%d %H:%M %z", datetime(2024, 3, 10, 8, tzinfo=UTC)),
    ],
)
def test_parse_date_with_format_uses_it_alone(text: str, date_format: str, expected: datetime) -> None:
    assert parse_date(text, date_format=date_format) == expected


def test_parse_date_with_format_rejects_other_forms_and_names_of_zones() -> None:
    with pytest.raises(ValueError, match="does not have the form '%d/%m/%Y'; correct"):
        parse_date("2026-03-04", date_format="%d/%m/%Y")
    with pytest.raises(ValueError, match="%Z differs between machines; use %z"):
        parse_date("2026-03-04 UTC", date_format="%Y-%m-%d %Z")


@pytest.mark.parametrize(("text", "minutes"), [("+05:30", 330), ("-0500", -300), ("+1", 60), ("-14:00", -840)])
def test_parse_offset_is_in_minutes_east(text: str, minutes: int) -> None:
    assert parse_offset(text).utcoffset(None) == timedelta(minutes=minutes)


def test_find_zone_knows_names_in_any_case_and_no_others() -> None:
    assert find_zone("cet") is ZONES["CET"]
    assert find_zone("Central  European Time") is ZONES["CET"]
    assert [find_zone(name) for name in ("XYZ", "", "Europe", "Europe/", "Etc/../../etc/passwd")] == [None] * 5


@pytest.mark.parametrize("zone", ["+0000", "CET", "EST", "IST", "+05:30", "-0930"])
@given(seconds=st.integers(31_536_000, 2_524_000_000))
def test_parse_date_forms_of_one_instant_agree(zone: str, seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    iso = parse_date(f"{moment:%Y-%m-%dT%H:%M:%S} {zone}")

    for form in ("%a, %d %b %Y %H:%M:%S", "%B %d, %Y %I:%M:%S %p", "%d-%b-%y %H:%M:%S", "%Y/%m/%d %H:%M:%S"):
        assert parse_date(f"{moment:{form}} {zone}") == iso


NUMBERS = st.sampled_from(["29", "11", "2026", "10:00", "10:00:00", "+05:30", "1st", "0", "60", "24:00", "999999"])
WORDS = st.sampled_from(["Nov", "Sun,", "T", "Z", "AM", "p.m.", "EST", "ET", "Europe/Berlin", "at", "\u00e9"])
PARTS = NUMBERS | WORDS | st.sampled_from("-/.:+()[@,")


@given(st.text() | st.lists(PARTS, max_size=12).map("".join) | st.lists(PARTS, max_size=12).map(" ".join))
def test_parse_date_any_text_returns_utc_or_raises_value_error(text: str) -> None:
    try:
        moment = parse_date(text)
    except ValueError:
        return
    assert moment.tzinfo is UTC


@pytest.mark.parametrize("part", ["9", "a", " ", ".", "(", "a/", "10:", "1 am ", "+1", "@", ",", "a.m", "\u3300"])
def test_parse_date_text_of_one_repeated_part_raises(part: str) -> None:
    for length in (MAX_CHARACTERS, 1_000_000):
        with pytest.raises(ValueError, match="; "):
            parse_date((part * length)[:length])

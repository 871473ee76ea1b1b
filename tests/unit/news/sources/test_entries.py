"""Ids, dates and order of the entries of one document."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.sources.entries import MAX_ENTRIES, Entry, make_records

NOW = datetime(2026, 11, 29, 15, tzinfo=UTC)
HOME = "https://news.example.org/"


def make(*entries, own_links=()):
    return make_records(entries, now=NOW, own_links=own_links)


def ids(*entries, own_links=()):
    return [record["external_id"] for record in make(*entries, own_links=own_links).records]


def titles(*dates):
    """Return the titles of entries with these hours of the day, None for an undated one, in order of the records."""
    entries = [
        Entry(f"{index}", dates=() if hour is None else (f"2026-11-29T{hour:02}:00Z",))
        for index, hour in enumerate(dates)
    ]
    return "".join(record["title"] for record in make(*entries).records)


def test_id_of_its_own_counts():
    assert ids(Entry("A", ids=("a-1", f"{HOME}a")), Entry("B", ids=(f"{HOME}b",))) == ["a-1", f"{HOME}b"]


def test_id_that_several_entries_share_gives_way_to_the_link():
    entries = [Entry(title, url=f"{HOME}{title}", ids=("7", f"{HOME}{title}")) for title in "ABC"]

    assert ids(*entries) == [f"{HOME}A", f"{HOME}B", f"{HOME}C"]


def test_link_that_several_entries_share_gives_way_to_link_and_title():
    entries = [Entry(title, url=f"{HOME}press", ids=("", f"{HOME}press")) for title in "ABC"]

    first, second, third = ids(*entries)

    assert len({first, second, third}) == 3
    assert ids(*reversed(entries)) == [third, second, first]
    assert all(len(external_id) == 64 for external_id in (first, second, third))


@pytest.mark.parametrize("text", ["N/A", "n/a", "nan", "NaN", "None", "null", "", " ", "-", "--", "?"])
def test_word_for_nothing_is_no_id(text):
    assert ids(Entry("A", ids=(text, f"{HOME}a"))) == [f"{HOME}a"]
    assert ids(Entry("A", ids=(text,))) == ["A"]


@pytest.mark.parametrize(
    "guid",
    [
        "https://news.example.org/",
        "https://news.example.org",
        "http://WWW.news.example.org/",
        "https://news.example.org/feed",
        "https://news.example.org/feed/",
        "https://other.example/",
    ],
)
def test_home_page_and_link_of_the_feed_are_no_ids(guid):
    own_links = [HOME, "https://news.example.org/feed"]

    assert ids(Entry("A", url=f"{HOME}a", ids=(guid, f"{HOME}a")), own_links=own_links) == [f"{HOME}a"]


@pytest.mark.parametrize(
    "guid", ["https://news.example.org/?p=7", "https://news.example.org/#a7", "tag:news.example.org,2026:7", "urn:7"]
)
def test_link_that_names_an_entry_of_the_home_page_is_an_id(guid):
    assert ids(Entry("A", ids=(guid, f"{HOME}a")), own_links=[HOME]) == [guid]


def test_entry_that_is_listed_twice_keeps_its_id():
    assert ids(*[Entry("A", url=f"{HOME}a", ids=("a-1",))] * 2) == ["a-1", "a-1"]


@given(st.lists(st.tuples(*[st.sampled_from(["", "N/A", "1", "2", "https://a.example/", "https://a.example/x"])] * 2)))
def test_entries_of_different_titles_never_share_an_id(pairs):
    entries = [Entry(f"T{index}", url=link, ids=(guid, link)) for index, (guid, link) in enumerate(pairs)]

    external_ids = ids(*entries, own_links=["https://a.example"])

    assert len(set(external_ids)) == len(entries)
    assert ids(*entries, own_links=["https://a.example"]) == external_ids


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        ((14, 13, 12), "210"),
        ((12, 13, 14), "012"),
        ((13, 14, 12), "201"),
        ((14, 14, 12), "210"),
        ((12, 12, 14), "012"),
        ((12, 12), "01"),
        ((14, None, 12), "210"),
        ((12, None, 14), "012"),
        ((None, 14, 12), "210"),
        ((None, None), "01"),
        ((), ""),
    ],
)
def test_records_are_in_order_of_publication(dates, order):
    assert titles(*dates) == order


@pytest.mark.parametrize("is_newest_first", [True, False])
def test_newest_entries_of_a_long_document_are_taken(is_newest_first):
    entries = [Entry(f"{n}", dates=((NOW - timedelta(minutes=600 - n)).isoformat(),)) for n in range(MAX_ENTRIES + 2)]

    document = make(*(reversed(entries) if is_newest_first else entries))

    assert [record["title"] for record in document.records] == [f"{n}" for n in range(2, MAX_ENTRIES + 2)]
    assert [entry.count for entry in document.skipped] == [2]


def test_undated_records_are_found_by_index_in_the_new_order():
    dates = ("2026-11-29T12:00Z", "soon", None, "2026-11-29T11:00Z")

    document = make(*(Entry(f"{index}", dates=(date,)) for index, date in enumerate(dates)))

    assert [record["title"] for record in document.records] == ["3", "2", "1", "0"]
    assert [*document.undated] == [2]
    assert "holds 'soon'" in document.undated[2]


@given(st.lists(st.none() | st.integers(0, 14), max_size=8))
def test_each_entry_is_one_record_and_dates_never_fall(dates):
    entries = [
        Entry(f"{index}", dates=() if hour is None else (f"2026-11-29T{hour:02}:00Z",))
        for index, hour in enumerate(dates)
    ]

    records = make(*entries).records

    times = [record["published_at"] for record in records if record["published_at"]]
    assert times == sorted(times)
    assert sorted(int(record["title"]) for record in records) == list(range(len(dates)))

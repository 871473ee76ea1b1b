from datetime import UTC, datetime, timedelta

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from common.parsing import TICKER_PATTERN
from common.time import utc_now
from dashboard.query import MAX_PAGE_TICKERS, PageQuery, TimeRange, parse_query
from news.search.published_items import ListPosition


def parse(query: str) -> PageQuery:
    return parse_query(QueryDict(query))


def test_parse_query_returns_all_filters():
    item = "01a22b8d-f044-77c7-acba-cb33d5943ad5"
    filters = parse(
        "tickers=aapl,BRK.B&sentiment=negative&source=The+wire&q=+profit+&resolution=1h&period=7d&kind=market"
        f"&confidence=50&item={item}&after=1769851800000000-7"
    )

    assert filters == PageQuery(
        tickers=("AAPL", "BRK.B"),
        sentiment="negative",
        source="The wire",
        text="profit",
        resolution="1h",
        period="7d",
        kind="market",
        confidence=50,
        item=item,
        after=ListPosition(datetime(2026, 1, 31, 9, 30, tzinfo=UTC), 7),
    )
    assert filters.has_row_filters


def test_parse_query_ignores_invalid_values():
    too_many = ",".join(f"T{number}" for number in range(MAX_PAGE_TICKERS + 1))
    for query in (
        "",
        "tickers=%3Cb%3E",
        f"tickers={too_many}",
        "sentiment=happy",
        "resolution=2h",
        "q=%00",
        "source=a%00b",
        "period=2d",
        "kind=both",
        "confidence=101",
        "confidence=-1",
        "confidence=%C2%B2",
        "item=1",
        "configuration=../x",
        "after=x",
        "start=2026-01-31T09:30:00Z",
        "start=2026-01-31T09:30:00Z&end=2026-01-31T09:30:00Z",
        "start=yesterday&end=today",
    ):
        assert parse(query) == PageQuery(), query


def test_get_range_of_a_period_begins_with_a_minute_and_is_open():
    custom = parse("period=7d&start=2026-01-30T09:30:00Z&end=2026-01-31T09:30:00%2B01:00")

    time = PageQuery().get_range()

    assert time.start is not None
    assert time.end is None
    assert (time.start.second, time.start.microsecond) == (0, 0)
    assert timedelta(hours=23, minutes=57) < utc_now() - time.start <= timedelta(hours=24)
    assert PageQuery(period="all").get_range() == TimeRange(None, None)
    assert custom.is_custom
    assert custom.get_range() == TimeRange(
        datetime(2026, 1, 30, 9, 30, tzinfo=UTC), datetime(2026, 1, 31, 8, 30, tzinfo=UTC)
    )


@given(
    st.dictionaries(
        st.sampled_from(["tickers", "sentiment", "source", "q", "confidence", "start", "end", "after", "item"]),
        st.text(),
    )
)
def test_parse_query_of_any_text_returns_valid_filters(query):
    filters = parse_query(query)

    assert all(TICKER_PATTERN.fullmatch(ticker) for ticker in filters.tickers)
    assert "\0" not in filters.source + filters.text
    assert len(filters.source) <= 100
    assert len(filters.text) <= 200
    assert 0 <= filters.confidence <= 100

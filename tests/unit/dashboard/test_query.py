from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from common.parsing import TICKER_PATTERN
from dashboard.query import MAX_PAGE_TICKERS, PageQuery, parse_query


def read(query: str) -> PageQuery:
    return parse_query(QueryDict(query))


def test_every_part_of_an_address_is_read():
    filters = read("tickers=aapl,BRK.B&sentiment=negative&source=The+wire&q=+profit+&resolution=1h")

    assert filters == PageQuery(("AAPL", "BRK.B"), "negative", "The wire", "profit", "1h")
    assert filters.has_row_filters


def test_what_cannot_be_read_is_left_out():
    many = ",".join(f"T{number}" for number in range(MAX_PAGE_TICKERS + 1))
    for query in (
        "",
        "tickers=%3Cb%3E",
        f"tickers={many}",
        "sentiment=happy",
        "resolution=2h",
        "q=%00",
        "source=a%00b",
    ):
        assert read(query) == PageQuery(), query


@given(st.dictionaries(st.sampled_from(["tickers", "sentiment", "source", "q", "resolution"]), st.text()))
def test_any_query_gives_filters_that_the_log_can_be_asked_for(query):
    filters = parse_query(query)

    assert all(TICKER_PATTERN.fullmatch(ticker) for ticker in filters.tickers)
    assert "\0" not in filters.source + filters.text
    assert len(filters.source) <= 100
    assert len(filters.text) <= 200

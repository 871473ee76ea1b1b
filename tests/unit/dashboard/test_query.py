from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from common.parsing import TICKER_PATTERN
from dashboard.query import MAX_PAGE_TICKERS, PageQuery, parse_query


def parse(query: str) -> PageQuery:
    return parse_query(QueryDict(query))


def test_parse_query_returns_all_filters():
    filters = parse("tickers=aapl,BRK.B&sentiment=negative&source=The+wire&q=+profit+&resolution=1h")

    assert filters == PageQuery(("AAPL", "BRK.B"), "negative", "The wire", "profit", "1h")
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
    ):
        assert parse(query) == PageQuery(), query


@given(st.dictionaries(st.sampled_from(["tickers", "sentiment", "source", "q", "resolution"]), st.text()))
def test_parse_query_of_any_text_returns_valid_filters(query):
    filters = parse_query(query)

    assert all(TICKER_PATTERN.fullmatch(ticker) for ticker in filters.tickers)
    assert "\0" not in filters.source + filters.text
    assert len(filters.source) <= 100
    assert len(filters.text) <= 200

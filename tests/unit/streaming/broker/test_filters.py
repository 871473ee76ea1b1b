"""A stream filter: its query string, what it matches, and what it selects from the log."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.models import Item
from streaming.broker.filters import HEADLINE, StreamFilter
from tests.helpers.items import append

tickers = st.from_regex(r"[A-Z0-9]{1,5}", fullmatch=True)
filters = st.builds(StreamFilter, st.frozensets(tickers, max_size=5), st.sampled_from([None, HEADLINE]))


@given(filters)
def test_filter_from_its_own_query_is_equal(stream_filter: StreamFilter) -> None:
    assert StreamFilter.from_query(stream_filter.query) == stream_filter


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"include": "body"}, "include='body': unknown; leave it out or give include=headline"),
        ({"tickers": "A$B"}, "tickers='A$B': "),
        ({"tickers": ""}, "tickers='': "),
    ],
)
def test_filter_from_malformed_query_raises_with_value_and_cure(query: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=r".*") as error:
        StreamFilter.from_query(query)
    assert str(error.value).startswith(message)


@given(filters, st.lists(tickers, min_size=1, max_size=4))
def test_filter_matches_items_that_share_a_ticker_or_all_without_tickers(
    stream_filter: StreamFilter, item_tickers: list[str]
) -> None:
    item = SimpleNamespace(tickers=item_tickers)

    expected = not stream_filter.tickers or bool(stream_filter.tickers & {*item_tickers})
    assert stream_filter.matches(item) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(("chosen", "mentions"), [((), 6), (("AAPL",), 4), (("AAPL", "MSFT"), 6)])
def test_filter_selects_from_the_log_what_it_matches(chosen: tuple[str, ...], mentions: int) -> None:
    append(0, 2, tickers=["AAPL"])
    append(2, 2, tickers=["MSFT", "AAPL"])
    append(4, 2, tickers=["F"])
    stream_filter = StreamFilter(frozenset(chosen))
    matching = [item.seq for item in Item.objects.order_by("seq") if stream_filter.matches(item)]

    assert [item.seq for item in stream_filter.select_items(0, upto=6, limit=10)] == matching
    assert stream_filter.get_last_seq(6) == matching[-1]
    assert stream_filter.get_metrics().total == mentions

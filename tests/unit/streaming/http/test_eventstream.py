"""The channels of /events/, as clients write them."""

import pytest
from django.http import QueryDict

from streaming.http.eventstream import use_canonical_tickers


@pytest.mark.parametrize(
    ("query", "channels"),
    [
        ("channel=ticker-aapl", ["ticker-AAPL"]),
        ("channel=ticker-BRK%2FB&channel=items", ["ticker-BRK.B", "items"]),
        ("channel=ticker-NASDAQ:AAPL&channel=ticker-BTC%2FUSD", ["ticker-AAPL", "ticker-BTC-USD"]),
        ("channel=ticker-a!b&channel=configuration-1", ["ticker-a!b", "configuration-1"]),
    ],
)
def test_use_canonical_tickers_keeps_other_channels(query: str, channels: list[str]) -> None:
    canonical = use_canonical_tickers(QueryDict(f"{query}&lastEventId=1"))

    assert canonical.getlist("channel") == channels
    assert canonical["lastEventId"] == "1"

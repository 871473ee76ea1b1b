"""django-eventstream's channels as views of the log."""

from collections.abc import Iterator

import orjson
import pytest
from django.test import RequestFactory

from common.sql import seconds_from_now
from streaming.eventstream_compat import LogChannels, LogStorage, build_eventstream_hold
from streaming.grip import channel_registry
from streaming.grip.channel_registry import MAX_CHANNELS
from streaming.models import EdgeChannel
from tests.helpers.items import append, append_scored

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clear_cache() -> Iterator[None]:
    channel_registry._marked_at.clear()
    yield
    channel_registry._marked_at.clear()


def test_hold_beyond_max_channels_is_rejected_so_that_the_client_gets_a_stream() -> None:
    EdgeChannel.objects.bulk_create(
        EdgeChannel(name=f"items-{number}", last_used_at=seconds_from_now(0)) for number in range(MAX_CHANNELS)
    )

    assert build_eventstream_hold(RequestFactory().get("/events/?channel=ticker-AAPL")) is None
    assert not EdgeChannel.objects.filter(name="events-ticker-AAPL").exists()


@pytest.mark.parametrize(("length", "exists"), [(20, True), (21, False)])
def test_ticker_channel_exists_for_symbols_of_up_to_20_characters(length: int, exists: bool) -> None:
    assert LogChannels().can_read_channel(None, f"ticker-{'A' * length}") == exists


@pytest.mark.parametrize("ticker", ["AAPL", "^GSPC", "BTC-USD", "EURUSD=X", "M&M.NS", "A_B"])
def test_storage_sends_items_of_a_ticker_channel_without_historical_ones(ticker: str) -> None:
    append(0, 1, tickers=[ticker])
    append(1, 2, tickers=[ticker], is_historical=True)
    append(3, 1, tickers=["F", ticker])
    append(4, 1, tickers=["F"], is_historical=True)
    storage, channel = LogStorage(), f"ticker-{ticker}"

    assert [event.id for event in storage.get_events(channel, 0)] == [1, 4]
    assert [event.id for event in storage.get_events(channel, 1, limit=1)] == [4]
    assert storage.get_events(channel, 4) == []
    assert storage.get_current_id(channel) == storage.get_current_id("items") == 4


def test_storage_sends_of_a_ticker_channel_what_is_said_of_the_ticker() -> None:
    append_scored("Board meets", {"MSFT": "positive", "AAPL": "negative"}, sentiment="neutral")
    storage = LogStorage()

    events = [storage.get_events(channel, 0)[0] for channel in ("items", "ticker-AAPL", "ticker-MSFT")]

    payloads = [orjson.loads(event.data) for event in events]
    assert [(payload["ticker"], payload["sentiment"]) for payload in payloads] == [
        ("MSFT", "neutral"),
        ("AAPL", "negative"),
        ("MSFT", "positive"),
    ]

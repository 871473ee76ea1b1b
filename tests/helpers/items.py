"""Headlines to post or append, with numbers that tell them apart."""

from collections.abc import Sequence
from datetime import UTC, datetime

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.sources.sample import generator

PUBLISHED_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def headline(number: int, ticker: str = "AAPL") -> dict[str, object]:
    """Return the JSON of an item to post."""
    return {"title": f"{ticker} profit rises {number} percent", "ticker": ticker}


def make_headline(title: str, *tickers: str, is_historical: bool = False, is_sample: bool = False) -> Headline:
    """Return a headline to ingest; AAPL's unless `tickers` are given."""
    source = generator.NAME if is_sample else "test"
    return Headline(title, tickers or ("AAPL",), source, PUBLISHED_AT, is_historical=is_historical, is_sample=is_sample)


def append(start: int, count: int = 1, tickers: Sequence[str] = ("AAPL",), *, is_historical: bool = False) -> None:
    """Ingest `count` headlines numbered from `start`."""
    headlines = [
        make_headline(f"Profit rises {number} percent", *tickers, is_historical=is_historical)
        for number in range(start, start + count)
    ]
    assert len(ingest(headlines).created) == count


def append_samples(start: int, count: int = 1, tickers: Sequence[str] = ("ZORVA",)) -> int:
    """Ingest `count` samples numbered from `start`, and return how many were appended."""
    return len(
        ingest(
            [
                make_headline(f"Zorva profit rises {number} percent", *tickers, is_sample=True)
                for number in range(start, start + count)
            ]
        ).created
    )

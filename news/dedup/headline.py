"""The headline type that sources produce and ingestion consumes, and what changes one that is stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from news.instruments.mentions import FoundInstrument


@dataclass(frozen=True, slots=True)
class Headline:
    """A validated headline, not yet scored. Texts contain no control characters; there is at least one ticker.

    found_instruments: what the tagger found of each ticker, in their order; () if the text was not searched for them.
    has_own_tickers: whether the sender gave the tickers; otherwise they were found in the text.
    has_own_date: whether the sender gave the time of publication; otherwise it is that of arrival.
    is_from_feed: whether it was fetched, and not posted or read from a file.
    """

    title: str
    tickers: tuple[str, ...]
    source: str
    published_at: datetime
    summary: str = ""
    url: str = ""
    external_id: str | None = None
    is_undated: bool = False
    is_historical: bool = False
    is_sample: bool = False
    has_own_tickers: bool = False
    has_own_date: bool = False
    is_from_feed: bool = False
    found_instruments: tuple[FoundInstrument, ...] = ()

    def list_instruments(self) -> tuple[FoundInstrument, ...]:
        """Return what is known of each ticker."""
        return self.found_instruments or rank(self.tickers)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlineChanges:
    """New values of a stored headline's fields; None for those that stay.

    has_own_tickers: whether the sender gave the new tickers; otherwise they were found in the new text.
    """

    title: str | None = None
    summary: str | None = None
    url: str | None = None
    tickers: tuple[str, ...] | None = None
    published_at: datetime | None = None
    has_own_tickers: bool | None = None

    def __iter__(self) -> Iterator[tuple[str, object]]:
        """Yield name and new value of each field that is given, as items store it."""
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None:
                yield name, list(value) if isinstance(value, tuple) else value


def rank(tickers: Sequence[str]) -> tuple[FoundInstrument, ...]:
    """Return tickers that the text does not name: relevance 1, 1/2, 1/3, …"""
    return tuple(FoundInstrument(ticker, 1 / position) for position, ticker in enumerate(tickers, start=1))

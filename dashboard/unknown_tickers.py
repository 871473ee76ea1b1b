"""Tickers that no headline has ever had, with instruments that may be meant."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from news.instruments.book import shorten_name
from news.instruments.current import get_book
from news.search.instruments import InstrumentMatch, search_instruments

MAX_SUGGESTIONS = 3
MIN_CHARACTERS = 2


@dataclass(frozen=True, slots=True)
class UnknownTicker:
    """A ticker without headlines, and other instruments whose symbols or names begin like it."""

    ticker: str
    suggestions: list[InstrumentMatch]

    def payload(self) -> dict[str, Any]:
        """Return it as JSON values for the page's scripts."""
        return {
            "ticker": self.ticker,
            "suggestions": [{"symbol": match.symbol, "name": shorten_name(match.name)} for match in self.suggestions],
        }


def find_unknown_tickers(tickers: Collection[str], counts: Collection[str]) -> list[UnknownTicker]:
    """Return those of `tickers` that have no counts, if none has."""
    if not tickers or any(ticker in counts for ticker in tickers):
        return []
    return [UnknownTicker(ticker, _suggest(ticker)) for ticker in [*tickers][:MAX_SUGGESTIONS]]


def _suggest(ticker: str) -> list[InstrumentMatch]:
    """Return instruments that the ticker names, or else the longest beginning of it that names any."""
    for length in range(len(ticker), MIN_CHARACTERS - 1, -1):
        matches = search_instruments(get_book(), ticker[:length], limit=MAX_SUGGESTIONS + 1)
        others = [match for match in matches if match.symbol != ticker and match.name]
        if others:
            return others[:MAX_SUGGESTIONS]
    return []

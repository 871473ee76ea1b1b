"""Find the instruments that a headline is about."""

from collections.abc import Sequence

from common.parsing import parse_ticker
from news.instruments.extraction import find_tickers
from news.instruments.tagging import FoundInstrument


class Matcher:
    """Tags headlines with instruments."""

    def tag(
        self, title: str, summary: str = "", *, own_tickers: Sequence[str] = (), source: str = ""
    ) -> list[FoundInstrument]:
        """Return the instruments of a headline, the most relevant first; the sender's `own_tickers` are kept."""
        matches = [parse_ticker(symbol) for symbol in find_tickers(f"{title} {summary}")]
        symbols = dict.fromkeys(own_tickers or matches)
        return [FoundInstrument(symbol, 1 / position) for position, symbol in enumerate(symbols, start=1)]

"""The tickers that a text is about, with the shipped book of instruments."""

from functools import cache

from news.instruments.book import load_shipped
from news.instruments.matcher import Matcher


def find_tickers(text: str) -> list[str]:
    """Return the symbols of the instruments that a text is about, the most relevant first."""
    return [instrument.symbol for instrument in _get_matcher().tag(text)]


@cache
def _get_matcher() -> Matcher:
    return Matcher(load_shipped())

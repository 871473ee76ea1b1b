"""Names of tickers on the page, and which are leaders or topics."""

from collections.abc import Collection, Mapping

from news.instruments.book import shorten_name
from news.instruments.current import get_book

LABELS = {"MARKET": "Market"}  # as in ui/format.js


def format_ticker(ticker: str) -> str:
    """Return a ticker as the page shows it."""
    return LABELS.get(ticker, ticker)


def name_instrument(ticker: str) -> str:
    """Return the name of an instrument as lists have it, "" if it is unknown."""
    return shorten_name(get_book().get_name(ticker))


def list_leaders(by_tag: Mapping[str, int], topics: Collection[str], *, limit: int) -> list[dict[str, str | int]]:
    """Return the tickers with the most mentions, without topics."""
    leaders = [(name, count) for name, count in by_tag.items() if name not in topics]
    largest = sorted(leaders, key=lambda tag: (-tag[1], tag[0]))[:limit]
    return [{"name": name, "label": name_instrument(name), "count": count} for name, count in largest]


def list_topics(by_tag: Mapping[str, int], topics: Collection[str]) -> list[dict[str, str | int]]:
    """Return the topics with mentions, largest first."""
    largest = sorted(((name, by_tag[name]) for name in topics if name in by_tag), key=lambda tag: (-tag[1], tag[0]))
    return [{"name": name, "label": format_ticker(name), "count": count} for name, count in largest]

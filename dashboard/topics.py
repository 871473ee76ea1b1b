"""Topics on the page: they are counted and listed, but are no leaders, and MARKET is called Market."""

from collections.abc import Mapping, Sequence

from news.models import Instrument, InstrumentKind

SHIPPED_TOPICS = ("MARKET", "MACRO", "RATES")  # also of a site whose instruments are not stored
LABELS = {"MARKET": "Market"}  # as in ui/format.js


def get_topics() -> list[str]:
    """Return the symbols of all topics."""
    stored = Instrument.objects.filter(kind=InstrumentKind.TOPIC).order_by().values_list("symbol", flat=True)
    return sorted({*SHIPPED_TOPICS, *stored})


def format_ticker(ticker: str) -> str:
    """Return a ticker as the page shows it."""
    return LABELS.get(ticker, ticker)


def list_leaders(by_tag: Mapping[str, int], topics: Sequence[str], *, limit: int) -> list[dict[str, str | int]]:
    """Return the tickers with the most mentions, without topics."""
    leaders = [(name, count) for name, count in by_tag.items() if name not in topics]
    largest = sorted(leaders, key=lambda tag: (-tag[1], tag[0]))[:limit]
    return [{"name": name, "count": count} for name, count in largest]


def list_topics(by_tag: Mapping[str, int], topics: Sequence[str]) -> list[dict[str, str | int]]:
    """Return the topics with mentions, largest first."""
    largest = sorted(((name, by_tag[name]) for name in topics if name in by_tag), key=lambda tag: (-tag[1], tag[0]))
    return [{"name": name, "label": format_ticker(name), "count": count} for name, count in largest]

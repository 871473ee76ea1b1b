"""The headline type that sources produce and ingestion consumes, and what changes one that is stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Headline:
    """A validated headline, not yet scored. Texts contain no control characters; there is at least one ticker.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlineChanges:
    """New values of a stored headline's fields; None for those that stay."""

    title: str | None = None
    summary: str | None = None
    url: str | None = None
    tickers: tuple[str, ...] | None = None
    published_at: datetime | None = None

    def __iter__(self) -> Iterator[tuple[str, object]]:
        """Yield name and new value of each field that is given, as items store it."""
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None:
                yield name, list(value) if isinstance(value, tuple) else value

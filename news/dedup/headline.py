"""The headline type that sources produce and ingestion consumes."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Headline:
    """A validated headline, not yet scored. Texts contain no control characters; there is at least one ticker."""

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

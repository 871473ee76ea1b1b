"""A checked headline, before it is scored."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Headline:
    """One checked headline. Texts hold no control characters, tickers are upper case and at least one."""

    title: str
    tickers: tuple[str, ...]
    source: str
    published_at: datetime
    summary: str = ""
    url: str = ""
    external_id: str | None = None

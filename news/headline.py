"""A headline as it comes in: checked, cleaned, not yet scored."""

from dataclasses import dataclass
from datetime import datetime


class HeadlineError(ValueError):
    """A record that can't become a headline; the text names the field, the value found and the cure."""


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

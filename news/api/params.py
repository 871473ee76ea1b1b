"""Query and path parameters of the API about items, and types that other parameters share."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema

from common.parsing import TICKER_REGEX, parse_ticker, parse_tickers, parse_time
from news.limits import MAX_SOURCE
from news.models import Sentiment

MAX_SEARCH_TEXT = 200  # characters
MAX_SEQ = 2**63 - 1

CURSOR_CURE = "must be the next_cursor of the previous page; leave it out for the first page"


def _parse_unix_seconds(text: str) -> int:
    return int(parse_time(text).timestamp())


def _parse_seq(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,19}", text) or int(text) > MAX_SEQ:
        raise ValueError(CURSOR_CURE)
    return int(text)


def _reject_nul(text: str) -> str:
    # PostgreSQL cannot store NUL in text, so no stored text can match.
    if "\0" in text:
        raise ValueError("contains a NUL character; remove it")
    return text


def as_string(**schema: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **schema})


Ticker = Annotated[str, AfterValidator(parse_ticker), as_string(pattern=f"^{TICKER_REGEX}$")]
Tickers = Annotated[Sequence[str], BeforeValidator(parse_tickers), as_string(examples=["AAPL,MSFT"])]
Time = Annotated[int, BeforeValidator(_parse_unix_seconds), as_string(examples=["2026-01-31T09:30:00Z", "1769851800"])]
Seq = Annotated[int, BeforeValidator(_parse_seq), as_string()]


class ItemFilters(BaseModel):
    """Filters and page of a list of items."""

    ticker: Ticker | None = Field(None, description="Only items with this ticker, in any case.")
    sentiment: Sentiment | None = Field(None, description="Only items of this sentiment.")
    source: Annotated[str, Field(min_length=1, max_length=MAX_SOURCE), AfterValidator(_reject_nul)] | None = Field(
        None, description="Only items of this source."
    )
    q: Annotated[str, Field(max_length=MAX_SEARCH_TEXT), AfterValidator(_reject_nul)] | None = Field(
        None, description="Only items whose title contains this text; A to Z match in any case."
    )
    after: Seq | None = Field(None, description="The next_cursor of the previous page.")
    limit: int = Field(50, ge=1, le=1000, description="Items per page.")

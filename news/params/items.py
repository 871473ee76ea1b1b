"""Query and path parameters of the API about items, and types that other parameters share."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from ninja.errors import HttpError
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema

from common.parsing import TICKER_REGEX, parse_ticker, parse_tickers, parse_time
from common.rate_limit import RateLimit, address_key
from news.limits import MAX_EXTERNAL_ID, MAX_SOURCE
from news.log.as_of import AsOfError, LogPoint, resolve_as_of
from news.models import Sentiment
from news.search.item_query import ItemQuery
from news.search.words import parse_search

MAX_SEARCH_TEXT = 200  # characters
MAX_SEQ = 2**63 - 1

SEARCH_LIMIT = RateLimit(
    "TEXT_SEARCHES_PER_MINUTE",
    seconds=60,
    get_key=address_key,
    applies_to=lambda request: bool(request.GET.get("q")),
)
CURSOR_CURE = "must be the next_cursor of the previous page; leave it out for the first page"


def _parse_unix_seconds(text: str) -> int:
    return int(parse_time(text).timestamp())


def _parse_seq(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,19}", text) or int(text) > MAX_SEQ:
        raise ValueError(CURSOR_CURE)
    return int(text)


def reject_nul(text: str) -> str:
    """Return the text. Errors: ValueError if it holds NUL."""
    # PostgreSQL cannot store NUL in text, so no stored text can match.
    if "\0" in text:
        raise ValueError("contains a NUL character; remove it")
    return text


def _check_search(text: str) -> str:
    if text.strip():
        parse_search(reject_nul(text))
    return text


def as_string(**schema: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **schema})


Ticker = Annotated[str, AfterValidator(parse_ticker), as_string(pattern=f"^{TICKER_REGEX}$")]
Tickers = Annotated[Sequence[str], BeforeValidator(parse_tickers), as_string(examples=["AAPL,MSFT"])]
Time = Annotated[int, BeforeValidator(_parse_unix_seconds), as_string(examples=["2026-01-31T09:30:00Z", "1769851800"])]
Seq = Annotated[int, BeforeValidator(_parse_seq), as_string()]


Moment = Annotated[datetime, BeforeValidator(parse_time), as_string(examples=["2026-01-31T09:30:00Z", "1769851800"])]
Score = Annotated[float, Field(ge=0, le=1)]
ShortText = Annotated[str, AfterValidator(reject_nul)]


AsOfText = Annotated[
    str | None,
    as_string(examples=["2026-01-31T09:30:00Z", "evt_0198ab-1200"]),
    Field(description="A time, or a cursor of the log: answers with what had been appended by then, as it was then."),
]


class AsOfParams(BaseModel):
    """The time as of which an item is asked for."""

    as_of: AsOfText = None


def parse_as_of(text: str | None) -> LogPoint | None:
    """Return the place that `as_of` names. Errors: HttpError 400 for one of which the state is not known."""
    if not text:
        return None
    try:
        return resolve_as_of(text)
    except AsOfError as error:
        raise HttpError(400, f"as_of={text[:80]!r}: {error}.") from error


class ItemFilters(BaseModel):
    """Filters of items."""

    tickers: Tickers | None = Field(None, description="Only items with any of these tickers, separated by commas.")
    ticker: Tickers | None = Field(None, description="Another name for `tickers`.")
    sentiment: Sentiment | None = Field(
        None, description="Only items of this sentiment; with tickers, those in which one of them has it."
    )
    source: Annotated[str, Field(min_length=1, max_length=MAX_SOURCE), AfterValidator(reject_nul)] | None = Field(
        None, description="Only items of this source."
    )
    q: Annotated[str, Field(max_length=MAX_SEARCH_TEXT), AfterValidator(_check_search)] | None = Field(
        None,
        description="Only items with these words in title or summary, in any order, whatever their case and accents. "
        'Also "a phrase", the beginning of a word (earn*) and words that must be absent (-loss).',
        examples=['"record profit" apple -loss'],
    )
    external_id: Annotated[ShortText, Field(max_length=MAX_EXTERNAL_ID)] | None = Field(
        None, description="Only items with this id of their source."
    )
    published_from: Moment | None = Field(None, description="Only items published at this time or later.")
    published_to: Moment | None = Field(None, description="Only items published before this time.")
    appended_from: Moment | None = Field(None, description="Only items that first came at this time or later.")
    appended_to: Moment | None = Field(None, description="Only items that first came before this time.")
    min_score: Score | None = Field(
        None, description="Only items with this confidence or more; with tickers, that of one of them."
    )

    as_of: AsOfText = None

    def get_as_of(self) -> LogPoint | None:
        """Return the place as of which items are read. Errors: HttpError 400."""
        if self.as_of and self.q and self.q.strip():
            raise HttpError(400, "q together with as_of: only the texts of now are searched; leave one of them out.")
        return parse_as_of(self.as_of)

    def build_query(self, *, oldest_first: bool) -> ItemQuery:
        """Return what to select. Errors: HttpError 422 for a period without duration."""
        for name in ("published", "appended"):
            start, end = getattr(self, f"{name}_from"), getattr(self, f"{name}_to")
            if start is not None and end is not None and start >= end:
                raise HttpError(422, f"{name}_from is not before {name}_to: give an earlier one, or leave one out.")
        return ItemQuery(
            tickers=tuple(dict.fromkeys([*(self.tickers or ()), *(self.ticker or ())])),
            sentiment=self.sentiment,
            source=self.source,
            search=parse_search(self.q) if self.q and self.q.strip() else None,
            external_id=self.external_id,
            published_from=self.published_from,
            published_to=self.published_to,
            appended_from=self.appended_from,
            appended_to=self.appended_to,
            min_score=self.min_score,
            oldest_first=oldest_first,
        )


class ItemListParams(ItemFilters):
    """Filters, order and page of a list of items."""

    order: Literal["newest", "oldest"] = Field("newest", description="By arrival.")
    after: Seq | None = Field(None, description="The next_cursor of the previous page.")
    limit: int = Field(50, ge=1, le=1000, description="Items per page.")

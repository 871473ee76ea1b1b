"""REST API of instruments: what news can be about, for suggestions and lists. Public."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from ninja.errors import HttpError
from pydantic import AfterValidator, BaseModel, Field

from common.errors import ErrorDetail
from common.rate_limit import RateLimit, address_key
from news.api.conditional import find_unchanged, get_log_version
from news.api.schemas import Ticker
from news.instruments.current import get_book
from news.models import InstrumentKind
from news.params.items import MAX_SEARCH_TEXT, reject_nul
from news.params.items import Ticker as TickerParameter
from news.search.instruments import InstrumentMatch, list_instruments, search_instruments

router = Router(tags=["news"])
# Counted beside searches of headlines: a page that suggests names makes several requests for one word.
limit_searches = RateLimit(
    "TEXT_SEARCHES_PER_MINUTE",
    seconds=60,
    get_key=lambda request: f"instruments-{address_key(request)}",
    applies_to=lambda request: bool(request.GET.get("q")),
)


class InstrumentParams(BaseModel):
    """What instruments are asked for, and which page of them."""

    q: Annotated[str, Field(max_length=MAX_SEARCH_TEXT), AfterValidator(reject_nul)] | None = Field(
        None,
        description="The beginning of a symbol, or of words of a name, whatever their case and accents.",
        examples=["apple"],
    )
    kind: InstrumentKind | None = Field(None, description="Only instruments of this kind.")
    limit: int = Field(50, ge=1, le=1000, description="Instruments per page.")
    after: TickerParameter | None = Field(None, description="The next_cursor of the previous page; not with `q`.")


class Instrument(BaseModel):
    """Something that news is about."""

    symbol: Ticker
    name: str = Field(description="Empty for a symbol that only its sender knows.", examples=["Apple Inc."])
    kind: InstrumentKind | None = Field(description="null for a symbol that only its sender knows.")
    count: int = Field(ge=0, description="Items that mention it, of all time.")
    last_seen: datetime | None = Field(description="When the newest of them came; null if there was none.")


class InstrumentPage(BaseModel):
    """A page of instruments."""

    instruments: list[Instrument]
    next_cursor: str | None = Field(
        description="Send it as `after` to get the next page; null on the last page, and with `q`."
    )


@router.get(
    "/instruments",
    summary="Search instruments",
    response={200: InstrumentPage, 304: None, 400: ErrorDetail, 422: ErrorDetail, 429: ErrorDetail},
    auth=None,
    throttle=limit_searches,
)
def get_instruments(
    request: HttpRequest, response: HttpResponse, params: Query[InstrumentParams]
) -> InstrumentPage | HttpResponse:
    """Find instruments by symbol or name, the best match first; without `q` list all, in the order of symbols.

    Symbols that senders gave and the book of instruments does not have are listed without name and kind.
    """
    text = (params.q or "").strip()
    if text and params.after:
        raise HttpError(
            400, f"after={params.after!r} together with q: matches have one page; raise limit, or leave after out."
        )
    state, book = get_log_version(), get_book()
    if unchanged := find_unchanged(request, response, *state, book.version):
        return unchanged
    if text:
        matches, has_more = search_instruments(book, text, kind=params.kind, limit=params.limit), False
    else:
        matches, has_more = list_instruments(book, kind=params.kind, after=params.after or "", limit=params.limit)
    return InstrumentPage(
        instruments=[_to_instrument(match) for match in matches], next_cursor=matches[-1].symbol if has_more else None
    )


def _to_instrument(match: InstrumentMatch) -> Instrument:
    return Instrument(
        symbol=match.symbol,
        name=match.name,
        kind=InstrumentKind(match.kind) if match.kind else None,
        count=match.count,
        last_seen=match.last_seen,
    )

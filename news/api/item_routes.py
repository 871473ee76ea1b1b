"""REST API of one item: get, correct and withdraw it, and its history.

GET is public. The others use the authentication with which the router is mounted, which must set `request.auth`.
"""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Status
from ninja.errors import HttpError

from common.errors import ErrorDetail
from common.rate_limit import RateLimit, token_key
from common.request_body import load_body, parse_json_object
from common.time import format_time
from news.api.conditional import find_unchanged
from news.api.edit_schemas import PATCH_BODY, CorrectedItem, WithdrawnItem
from news.api.history import HistoryPage, ItemHistory, get_history
from news.api.schemas import ItemFull, to_full
from news.ingest.corrections import ItemWithdrawn, correct_item, get_item, withdraw_item
from news.ingest.validation import HeadlineError, parse_reason
from news.log.as_of import select_states_as_of
from news.log.reader import LoggedState
from news.models import ChangeKind, Item
from news.params.items import AsOfParams, parse_as_of

ITEM_ID = re.compile(r"[0-9a-f-]{36}")
MAX_PATCH_BYTES = 250_000  # a summary in JSON, all of it in escapes, and the rest
MAX_DELETE_BYTES = 1_000
CHANGE_ERRORS = {
    400: ErrorDetail,
    401: ErrorDetail,
    403: ErrorDetail,
    404: ErrorDetail,
    410: WithdrawnItem,
    422: ErrorDetail,
    429: ErrorDetail,
}

Answer = TypeVar("Answer")

router = Router(tags=["news"])
# As for posts, which they are counted with.
limit = RateLimit("ITEM_POSTS_PER_SECOND", seconds=1, get_key=token_key)


@router.get(
    "/items/{item_id}",
    summary="Get one item",
    response={200: ItemFull, 304: None, 400: ErrorDetail, 404: ErrorDetail, 410: WithdrawnItem},
    auth=None,
)
def get_item_detail(
    request: HttpRequest, response: HttpResponse, item_id: Path[str], params: Query[AsOfParams]
) -> Status[Any] | HttpResponse:
    """Get an item with its scores, their evidence and its sources; with `as_of` in the state that it had then.

    410: it was withdrawn, for the reason given.
    """

    def get() -> Status[Any] | HttpResponse:
        full = to_full(_get_state(item_id, params.as_of))
        # Its content, not the state of the log: an item outlasts many writes, and is fetched fast.
        return find_unchanged(request, response, full.model_dump_json()) or Status(200, full)

    return with_item(item_id, get)


@router.patch(
    "/items/{item_id}",
    summary="Correct an item",
    response={200: CorrectedItem, 413: ErrorDetail, **CHANGE_ERRORS},
    throttle=limit,
    openapi_extra=PATCH_BODY,
)
def patch_item(request: HttpRequest, item_id: Path[str]) -> Status[Any]:
    """Change title, summary, url, tickers or published_at; an item with a new title is scored again.

    The item gets a new place in the log, and its former state stays at the old one. If nothing changes, neither does
    its place.
    """
    record = parse_json_object(
        request, max_bytes=MAX_PATCH_BYTES, expected='an object, such as {"title": "..."}', fields=None, default="{}"
    )
    try:
        reason = parse_reason(record.pop("reason", None))
        return with_item(item_id, lambda: _correct(item_id, record, reason=reason, author=_get_author(request)))
    except HeadlineError as error:
        raise HttpError(422, str(error)) from error


@router.delete(
    "/items/{item_id}",
    summary="Withdraw an item",
    response={204: None, 413: ErrorDetail, **CHANGE_ERRORS},
    throttle=limit,
)
def delete_item(request: HttpRequest, item_id: Path[str], reason: str = "") -> Status[Any]:
    """Erase the texts of an item everywhere, and take it out of lists, totals and series.

    Its id and story stay known: what comes again is a duplicate. The reason is public.
    """
    if load_body(request, max_bytes=MAX_DELETE_BYTES).strip():
        raise HttpError(422, "The body is not empty: send none; the reason is a parameter, ?reason=….")
    try:
        public_reason = parse_reason(reason)
    except HeadlineError as error:
        raise HttpError(422, str(error)) from error

    def withdraw() -> Status[Any]:
        withdraw_item(item_id, reason=public_reason, author=_get_author(request))
        return Status(204, None)

    return with_item(item_id, withdraw)


@router.get(
    "/items/{item_id}/history",
    summary="List the states of an item",
    response={200: ItemHistory, 400: ErrorDetail, 404: ErrorDetail, 422: ErrorDetail},
    auth=None,
)
def get_item_history(request: HttpRequest, item_id: Path[str], page: Query[HistoryPage]) -> ItemHistory:
    """List what an item was from one place in the log to the next, newest first: every score and correction.

    Of a withdrawn item the times, scores and reasons remain, without texts.
    """
    item = Item.with_withdrawn.filter(item_id=item_id).first() if ITEM_ID.fullmatch(item_id) else None
    if item is None:
        raise _unknown(item_id)
    as_of = parse_as_of(page.as_of)
    history = get_history(item, page, up_to=None if as_of is None else as_of.seq)
    if not history.states and page.after is None:
        raise _not_yet(item_id)
    return history


def _get_state(item_id: str, as_of: str | None) -> LoggedState:
    """Return an item, or what it was as of a time or cursor. Errors: HttpError 404 if it had not come by then."""
    item = get_item(item_id)
    if (place := parse_as_of(as_of)) is None:
        return item
    states = select_states_as_of([item.pk], place.seq)
    if item.pk not in states:
        raise _not_yet(item_id)
    return states[item.pk]


def _correct(item_id: str, record: dict[str, Any], *, reason: str, author: str) -> Status[Any]:
    correction = correct_item(item_id, record, reason=reason, author=author)
    return Status(200, CorrectedItem(**to_full(correction.item).model_dump(), warnings=correction.warnings))


def with_item(item_id: str, run: Callable[[], Answer]) -> Answer | Status[Any]:
    """Return what `run` does, or the error if there is no such item, or none any more."""
    try:
        if ITEM_ID.fullmatch(item_id):
            return run()
    except Item.DoesNotExist:
        pass
    except ItemWithdrawn as error:
        return Status(410, _describe_withdrawn(error.item))
    raise _unknown(item_id)


def _describe_withdrawn(item: Item) -> WithdrawnItem:
    change = item.changes.filter(kind=ChangeKind.WITHDRAWN).first()
    reason = change.reason if change else ""
    time = format_time(item.appended_at)
    detail = (
        f"item_id={item.item_id!r}: was withdrawn at {time}{f' ({reason})' if reason else ''}; "
        f"its states without texts are at /api/v2/items/{item.item_id}/history."
    )
    return WithdrawnItem(detail=detail, reason=reason, timestamp=item.appended_at)


def _not_yet(item_id: str) -> HttpError:
    return HttpError(404, f"item_id={item_id!r}: had not come by then; give a later as_of, or leave it out.")


def _unknown(item_id: str) -> HttpError:
    return HttpError(404, f"item_id={item_id[:60]!r}: no such item; GET /api/v2/items lists them.")


def _get_author(request: HttpRequest) -> str:
    return str(request.auth)  # type: ignore[attr-defined]  # ninja sets it; the name of the token

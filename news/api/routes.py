"""REST API of items: post and list them. `item_routes` has the calls about one item.

GET is public. POST uses the authentication with which the router is mounted, which must set `request.auth`.
"""

from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from common.errors import ErrorDetail
from common.kept_answers import Answer
from common.rate_limit import RateLimit, token_key
from news.api.conditional import answer_from_log
from news.api.post_body import parse_posted_records
from news.api.post_schemas import POST_BODY, PostResult, RejectedPost, to_post_result, to_rejected_post
from news.api.schemas import ItemPage, encode_json, to_brief
from news.ingest.pipeline import RecordWarning, ingest_records
from news.params.items import SEARCH_LIMIT, ItemListParams
from news.search.item_query import SearchPage, select_item_page
from news.search.items_as_of import SearchPageAsOf, select_page_as_of

DEFAULT_SOURCE = "api"  # of records without a source that are posted with a token without a name

router = Router(tags=["news"])


@router.post(
    "/items",
    summary="Post one headline or a batch",
    response={
        201: PostResult,
        400: ErrorDetail,
        401: ErrorDetail,
        403: ErrorDetail,
        413: ErrorDetail,
        422: RejectedPost,
        429: ErrorDetail,
    },
    exclude_unset=True,
    throttle=RateLimit("ITEM_POSTS_PER_SECOND", seconds=1, get_key=token_key),
    openapi_extra=POST_BODY,
)
def post_items(request: HttpRequest) -> Status[Any]:
    """Post one headline, or up to 1,000 as a list, `{"items": [...]}` or JSON lines. Each is accepted for itself."""
    posted = parse_posted_records(request, max_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    source = request.auth.name or DEFAULT_SOURCE  # type: ignore[attr-defined]  # ninja sets it
    result = ingest_records(posted.records, source=source)
    if posted.ignored:
        detail = f"{', '.join(map(repr, posted.ignored[:10]))}: beside items, ignored; give fields in each record."
        result = replace(result, warnings=[RecordWarning(0, detail), *result.warnings])
    if len(result.rejected) == len(posted.records):
        return Status(422, to_rejected_post(result, is_batch=posted.is_batch))
    return Status(201, to_post_result(result))


@router.get(
    "/items",
    summary="List items by arrival",
    response={200: ItemPage, 304: None, 400: ErrorDetail, 422: ErrorDetail, 429: ErrorDetail},
    auth=None,
    throttle=SEARCH_LIMIT,
)
def list_items(request: HttpRequest, response: HttpResponse, params: Query[ItemListParams]) -> HttpResponse:
    """List the items that match all filters, one page at a time.

    Pages neither repeat nor lose an item while others arrive or are scored again. A page may be short, even empty,
    before the last one: `is_partial` then says that the search goes on at `next_cursor`.
    """
    return answer_from_log(request, response, partial(_build_page, params))


def _build_page(params: ItemListParams) -> Answer:
    query = params.build_query(oldest_first=params.order == "oldest")
    page: SearchPage | SearchPageAsOf
    if (as_of := params.get_as_of()) is not None:
        page = select_page_as_of(query, as_of, after=params.after, limit=params.limit)
    else:
        page = select_item_page(query, after=params.after, limit=params.limit)
    payload = {
        "items": [to_brief(item, query.choose_entity(item.list_entities())) for item in page.items],
        "next_cursor": None if page.next_key is None else str(page.next_key),
        "is_partial": page.is_partial,
    }
    return Answer((encode_json(payload),))  # an ItemPage

"""REST API of exports. Public."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from ninja import Query, Router
from ninja.errors import HttpError

from common.compression import accepts_gzip
from common.errors import ErrorDetail
from common.rate_limit import address_key
from news.export.formats import FORMATS, Format, FormatName, MissingExtraError, encode_table
from news.export.params import ExportFormat, ItemExportParams, SeriesExportParams
from news.export.slots import ExportLimit, ExportSlot
from news.export.stream import ExportStream, LimitedTable
from news.params.items import SEARCH_LIMIT

RETRY_AFTER_SECONDS = 10
ERRORS = {400: ErrorDetail, 422: ErrorDetail, 429: ErrorDetail}
BODIES: dict[FormatName, dict[str, str]] = {
    "ndjson": {"type": "string", "description": "One JSON object per line."},
    "csv": {"type": "string", "description": "A header and one line per row (RFC 4180)."},
    "parquet": {"type": "string", "format": "binary"},
}
RESPONSE: dict[str, Any] = {
    "responses": {
        200: {
            "description": "OK",
            "content": {
                FORMATS[name].media_type.partition(";")[0]: {"schema": schema} for name, schema in BODIES.items()
            },
        }
    }
}

router = Router(tags=["news"])


@router.get(
    "/export",
    summary="Export items in bulk",
    response=ERRORS,
    auth=None,
    throttle=SEARCH_LIMIT,
    openapi_extra=RESPONSE,
)
def export_items(
    request: HttpRequest, params: Query[ItemExportParams], format_: Query[ExportFormat]
) -> HttpResponseBase:
    """Export all items that match all filters, in the order of the log, as one file.

    An export that was cut goes on after the `cursor` of its last whole row. A later export after that cursor has what
    was added or changed since: the last row of an `item_id` is its newest state.
    """
    return _respond(request, params, FORMATS[format_.format], name="items")


@router.get("/export/timeseries", summary="Export time series", response=ERRORS, auth=None, openapi_extra=RESPONSE)
def export_timeseries(
    request: HttpRequest, params: Query[SeriesExportParams], format_: Query[ExportFormat]
) -> HttpResponseBase:
    """Export the buckets of one ticker after the other as one file, each series oldest first."""
    return _respond(request, params, FORMATS[format_.format], name="timeseries")


def _respond(
    request: HttpRequest, params: ItemExportParams | SeriesExportParams, format_: Format, *, name: str
) -> HttpResponseBase:
    """Return the response of an export, whose first page is read."""
    table = params.make_table()
    try:
        writer = format_.make_writer(table.columns)
    except MissingExtraError as error:
        raise HttpError(400, f"format={format_.name!r}: {error}") from error
    is_gzipped = not format_.is_compressed and accepts_gzip(request.headers.get("Accept-Encoding", ""))
    headers = {
        "Content-Type": format_.media_type,
        "Content-Disposition": f'attachment; filename="{name}.{format_.name}"',
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding",
        "X-Accel-Buffering": "no",  # nginx would read ahead of the client
    } | ({"Content-Encoding": "gzip"} if is_gzipped else {})
    if request.META["REQUEST_METHOD"] == "HEAD":
        return HttpResponse(headers=headers)
    try:
        slot = ExportSlot(address_key(request))
    except ExportLimit as error:
        response = JsonResponse({"detail": str(error)}, status=error.status)
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    try:
        parts = encode_table(LimitedTable(table), writer, is_gzipped=is_gzipped)
        return StreamingHttpResponse(ExportStream(parts, slot, path=request.path), headers=headers)
    except BaseException:
        slot.release()
        raise

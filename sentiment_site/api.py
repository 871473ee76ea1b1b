"""The REST API under api/v2: its routers, its OpenAPI document, and its errors, {"detail": "<text>"}.

Every response is JSON. An unexpected exception is logged, and its response has no details of it.
"""

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Swagger
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError, ValidationErrorContext
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from accounts.api import router as accounts_router
from accounts.auth import BearerToken, SessionCookie
from accounts.models import Scope
from common.database import StatementTimeout, TooManyReads, is_stopped, is_unavailable, limit_statements
from news.api.instrument_routes import router as instrument_router
from news.api.item_routes import router as item_router
from news.api.label_routes import router as label_router
from news.api.metrics_routes import router as metrics_router
from news.api.routes import router as news_router
from news.export.routes import router as export_router
from news.log.as_of import AsOfError
from sentiment_site.api_checks import check_query, check_request
from sentiment_site.openapi import API_PATH, OPERATION_IDS, complete_schema

logger = structlog.get_logger(__name__)


class SiteAPI(NinjaAPI):
    """An API whose validation errors keep the value found, and whose OpenAPI document includes the streams."""

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext[Any]]
    ) -> ValidationError:
        """Return the error that `on_validation_error` responds to."""
        return ValidationError(
            [dict(error) for context in error_contexts for error in context.pydantic_validation_error.errors()]
        )

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        """Check the query parameters: ninja calls this between the authentication and the validation."""
        check_query(request)
        return super().create_temporal_response(request)

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the OpenAPI document, with the streams, which are plain Django views."""
        return complete_schema(super().get_openapi_schema(**{"path_prefix": API_PATH} | options))

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name of an operation for generated clients."""
        name = operation.view_func.__name__
        return OPERATION_IDS.get(name, name)


api = SiteAPI(
    title=settings.SITE_NAME,
    version="2",
    description="Headlines in, scored, and out again. Reading is public; posting takes a token.",
    # Public routes opt out with auth=None, so one that forgets to is closed, not open.
    auth=BearerToken(Scope.INGEST),
    # A validator badge would send the page's address to another host.
    docs=Swagger(settings={"validatorUrl": None}),
)
api.add_decorator(check_request, mode="view")  # before the routers, which inherit it
api.add_router("", news_router)
api.add_router("", item_router)
api.add_router("", metrics_router)
api.add_router("", instrument_router)
api.add_router("", label_router, auth=SessionCookie())  # for staff, who sign in
api.add_router("", export_router)
api.add_router("", accounts_router)


@api.exception_handler(ValidationError)
def on_validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return _build_error(422, "; ".join(_describe(details) for details in error.errors[:5]))


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _build_error(error.status_code, str(error))


@api.exception_handler(AsOfError)
def on_as_of_error(request: HttpRequest, error: AsOfError) -> HttpResponse:
    return _build_error(400, f"as_of={request.GET.get('as_of', '')[:80]!r}: {error}.")


@api.exception_handler(AuthenticationError)
def on_unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = _build_error(401, str(error))
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(Throttled)
def on_throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
    return _build_error(
        429, "Too many requests: retry after the seconds in Retry-After, and make fewer: a post takes several items."
    )


@api.exception_handler(SuspiciousOperation)
def on_suspicious_operation(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
    return _build_error(400, f"{error} Send a smaller, well-formed request.")


@api.exception_handler(RequestDataTooBig)
def on_body_too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return _build_error(
        413, f"The body has more than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes: send it in parts."
    )


@api.exception_handler(InterfaceError)
@api.exception_handler(OperationalError)
@api.exception_handler(ProgrammingError)  # what PostgreSQL raises for a missing table
def on_database_error(request: HttpRequest, error: DatabaseError | InterfaceError) -> HttpResponse:
    if isinstance(error, OperationalError) and is_stopped(error):
        error = StatementTimeout()
    if isinstance(error, StatementTimeout | TooManyReads):
        logger.warning("read_rejected", path=request.path, reason=type(error).__name__)
        response = _build_error(503, str(error))
    elif is_unavailable(error):
        logger.exception("database_unavailable", path=request.path)
        response = _build_error(503, "The database is unavailable: retry in a moment; see /health/ready.")
    else:
        return on_server_error(request, error)
    response["Retry-After"] = "1"
    return response


@api.exception_handler(Exception)
def on_server_error(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.exception("request_failed", method=request.method, path=request.path)
    return _build_error(
        500, "Internal error, logged by the server: retry, and report it to the operator if it persists."
    )


@csrf_exempt
def on_unknown_path(request: HttpRequest) -> HttpResponse:
    """Return 404 for a path that no route matches."""
    return _build_error(
        404,
        f"{request.path[:100]!r}: no such path; "
        f"see {settings.SITE_PREFIX}/api/v2/docs, or docs/protocol.md for the stream.",
    )


def with_json_errors(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Make a view handle HEAD as GET (RFC 9110, 9.3.2), and return 404 and 405 as JSON."""

    @csrf_exempt
    @wraps(view)
    def wrapper(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        try:
            with limit_statements() if request.method == "GET" else nullcontext():
                response = view(request, **arguments)
        except Http404:
            response = on_unknown_path(request)
        except TooManyReads as error:
            response = on_database_error(request, error)
        if is_head:
            request.method = "HEAD"
        if isinstance(response, HttpResponseNotAllowed):
            return _build_method_error(request, response["Allow"].split(", "))
        return response

    return wrapper


def without_parameters(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Make a view that is no operation reject query parameters."""

    @wraps(view)
    def wrapper(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        request.declared_parameters = ()  # type: ignore[attr-defined]
        try:
            check_query(request)
        except Exception as error:
            return api.on_exception(request, error)
        return view(request, **arguments)

    return wrapper


def _build_method_error(request: HttpRequest, allowed: list[str]) -> HttpResponse:
    methods = ", ".join(sorted({*allowed, "HEAD"} if "GET" in allowed else allowed))
    response = _build_error(405, f"{request.method}: this path allows {methods}.")
    response["Allow"] = methods
    return response


def _build_error(status: int, detail: str) -> HttpResponse:
    return JsonResponse({"detail": detail}, status=status)


def _describe(error: dict[str, Any]) -> str:
    """Return what is wrong with one parameter, from an error of pydantic."""
    name = next((str(part) for part in reversed(error["loc"]) if isinstance(part, str)), "request")
    if error["type"] == "missing":
        return f"{name} is missing: give it as a parameter."
    value = error["input"][-1] if isinstance(error["input"], list) and error["input"] else error["input"]
    text = str(value)
    value_text = repr(text if len(text) <= 60 else f"{text[:60]}…")
    return f"{name}={value_text}: {error['msg'].removeprefix('Value error, ')}."


_patterns, _app_name, _namespace = api.urls
for _pattern in _patterns:
    if isinstance(_pattern, URLPattern):
        if _pattern.name in ("openapi-json", "openapi-view"):  # no operations, so `check_request` does not apply
            _pattern.callback = without_parameters(_pattern.callback)
        _pattern.callback = with_json_errors(_pattern.callback)
urls = ([*_patterns, re_path("", on_unknown_path)], _app_name, _namespace)

"""The REST API under api/v2: its calls, its documents, and one shape for every error, {"detail": "<text>"}.

Whatever a caller sends is answered in JSON; an error that is ours is logged and says no more than that.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import bad_request
from ninja import NinjaAPI, Swagger
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError, ValidationErrorContext
from ninja.openapi.schema import OpenAPISchema

from accounts.api import router as accounts_router
from accounts.auth import BearerToken
from accounts.models import Scope
from news.api import router as news_router
from streaming.document import PATHS

logger = structlog.get_logger(__name__)


class SiteAPI(NinjaAPI):
    """An API whose validation errors keep the value found, and whose document has the streams too."""

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext[Any]]
    ) -> ValidationError:
        """Return the error that `refuse_parameters` answers."""
        return ValidationError(
            [dict(error) for context in error_contexts for error in context.pydantic_validation_error.errors()]
        )

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the document, with the streams in it."""
        schema = super().get_openapi_schema(**options)
        schema["paths"] |= PATHS
        return schema


api = SiteAPI(
    title=settings.SITE_NAME,
    version="2",
    description="Headlines in, scored, and out again. Reading is public; posting takes a token.",
    # Calls that are public say so themselves: one that forgets asks for a token.
    auth=BearerToken(Scope.INGEST),
    # A validator badge would send the page's address to another host.
    docs=Swagger(settings={"validatorUrl": None}),
)
api.add_router("", news_router)
api.add_router("", accounts_router)


@api.exception_handler(ValidationError)
def refuse_parameters(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return _refuse(422, "; ".join(_describe(fault) for fault in error.errors[:5]))


@api.exception_handler(HttpError)
def refuse(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _refuse(error.status_code, str(error))


@api.exception_handler(AuthenticationError)
def refuse_stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = _refuse(401, str(error))
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(Throttled)
def refuse_haste(request: HttpRequest, error: Throttled) -> HttpResponse:
    return _refuse(429, "Too many requests: send again after the seconds in Retry-After, or more items in one post.")


@api.exception_handler(SuspiciousOperation)
def refuse_suspicious(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
    return _refuse(400, f"{error} Send a smaller, well-formed request.")


@api.exception_handler(RequestDataTooBig)
def refuse_size(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return _refuse(413, f"The body has more than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes: send it in parts.")


@api.exception_handler(InterfaceError)
@api.exception_handler(OperationalError)
@api.exception_handler(ProgrammingError)  # PostgreSQL's word for a table that is not there
def report_database(request: HttpRequest, error: DatabaseError | InterfaceError) -> HttpResponse:
    logger.exception("database_failed", path=request.path)
    response = _refuse(503, "The database does not answer: send again in a moment; /health/ready says more.")
    response["Retry-After"] = "1"
    return response


@api.exception_handler(Exception)
def report_failure(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.exception("request_failed", method=request.method, path=request.path)
    return _refuse(500, "This failed on our side and is in the log: send again, and tell the operator if it stays.")


def handler400(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer requests that Django refuses before they reach a call."""
    if request.path.startswith("/api/"):
        return _refuse(400, f"{exception}")
    return bad_request(request, exception)


@csrf_exempt
def refuse_path(request: HttpRequest) -> HttpResponse:
    """Answer any path that no call has."""
    return _refuse(404, f"{request.path[:100]!r}: no such path; see /api/v2/docs, or docs/protocol.md for the stream.")


def answer_in_json(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Make a view answer HEAD as GET without a body (RFC 9110, 9.3.2), and refuse other methods in JSON."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        try:
            response = view(request, **arguments)
        except Http404:
            response = refuse_path(request)
        if is_head:
            request.method = "HEAD"
        if isinstance(response, HttpResponseNotAllowed):
            return _refuse_method(request, response["Allow"].split(", "))
        return response

    return answer


def _refuse_method(request: HttpRequest, allowed: list[str]) -> HttpResponse:
    methods = ", ".join(sorted({*allowed, "HEAD"} if "GET" in allowed else allowed))
    response = _refuse(405, f"{request.method}: this path answers {methods}.")
    response["Allow"] = methods
    return response


def _refuse(status: int, detail: str) -> HttpResponse:
    return JsonResponse({"detail": detail}, status=status)


def _describe(fault: dict[str, Any]) -> str:
    name = next((str(part) for part in reversed(fault["loc"]) if isinstance(part, str)), "request")
    if fault["type"] == "missing":
        return f"{name} is missing: give it as a parameter."
    found = fault["input"][-1] if isinstance(fault["input"], list) and fault["input"] else fault["input"]
    text = str(found)
    shown = repr(text if len(text) <= 60 else f"{text[:60]}…")
    return f"{name}={shown}: {fault['msg'].removeprefix('Value error, ')}."


_patterns, _app_name, _namespace = api.urls
for _pattern in _patterns:
    if isinstance(_pattern, URLPattern):
        _pattern.callback = answer_in_json(_pattern.callback)
urls = ([*_patterns, re_path("", refuse_path)], _app_name, _namespace)

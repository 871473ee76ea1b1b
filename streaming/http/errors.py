"""Errors of the stream's views as responses: JSON with the subject, the value found and the cure."""

from collections.abc import Callable
from functools import wraps
from random import randint
from typing import Any

import structlog
from asgiref.sync import iscoroutinefunction
from django.core.exceptions import SuspiciousOperation
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from ninja.errors import HttpError

from common.client_ip import get_client_ip
from common.database import StatementTimeout, TooManyReads, is_unavailable
from streaming.http.params import APIError

RETRY_AFTER_SECONDS = (2, 10)

SAFE_METHODS = ("GET", "HEAD")

# An HttpError is raised by `authenticate`. For a SuspiciousOperation Django would log a traceback, and it is the
# client's mistake.
EXPECTED_ERRORS = (APIError, HttpError, SuspiciousOperation, Error)

View = Callable[..., Any]  # synchronous or asynchronous

logger = structlog.get_logger(__name__)


def get_or_head(view: View) -> View:
    """Allow GET and HEAD only, and return errors, and an unavailable database, as JSON."""

    async def guarded(request: HttpRequest, **arguments: str) -> HttpResponseBase:
        if request.method not in SAFE_METHODS:
            return _build_not_allowed(request)
        try:
            response: HttpResponseBase = await view(request, **arguments)
        except EXPECTED_ERRORS as error:
            return _build_error(request, error)
        return response

    def guarded_on_thread(request: HttpRequest, **arguments: str) -> HttpResponseBase:
        if request.method not in SAFE_METHODS:
            return _build_not_allowed(request)
        try:
            response: HttpResponseBase = view(request, **arguments)
        except EXPECTED_ERRORS as error:
            return _build_error(request, error)
        return response

    # CSRF-exempt, so that POST returns 405 instead of a CSRF error: nothing here writes.
    return csrf_exempt(wraps(view)(guarded if iscoroutinefunction(view) else guarded_on_thread))


def format_client(request: HttpRequest) -> str:
    """Return the client's address and port, for the log."""
    return join_address(get_client_ip(request), request.META.get("REMOTE_PORT", ""))


def join_address(address: str, port: str | int) -> str:
    """Return a client's address and port as text; what connects to a Unix socket has neither."""
    return f"{address or 'unix'}:{port}".rstrip(":")


def random_retry_after() -> str:
    """Return a value for Retry-After, jittered so that clients that were rejected together don't return together."""
    return str(randint(*RETRY_AFTER_SECONDS))


def _build_not_allowed(request: HttpRequest) -> JsonResponse:
    detail = f"{request.method}: not allowed here; send GET or HEAD."
    return JsonResponse({"detail": detail}, status=405, headers={"Allow": "GET, HEAD"})


def _build_error(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the answer to one of EXPECTED_ERRORS. Errors: those of the database that are bugs."""
    if isinstance(error, APIError):
        return error.response
    if isinstance(error, HttpError):
        headers = {"WWW-Authenticate": "Bearer"} if error.status_code == 401 else None
        return JsonResponse({"detail": str(error)}, status=error.status_code, headers=headers)
    if isinstance(error, Error):
        if not is_unavailable(error):
            raise error
        return build_unavailable(request, error)
    return JsonResponse({"detail": f"{error} Send a smaller, well-formed request."}, status=400)


def build_unavailable(request: HttpRequest, error: Error) -> JsonResponse:
    """Return the 503 for a read that could not be made, with what the client can do."""
    if isinstance(error, StatementTimeout | TooManyReads):
        logger.warning("read_rejected", path=request.path, reason=type(error).__name__)
        detail = str(error)
    else:
        logger.error("database_unavailable", path=request.path, error=str(error))
        detail = "The database can't be read at the moment. Please try again later."
    return JsonResponse({"detail": detail}, status=503, headers={"Retry-After": random_retry_after()})


def build_limit_error(request: HttpRequest, status: int, detail: str) -> APIError:
    logger.warning("stream_rejected", client=format_client(request), status=status)
    return APIError(status, detail, **{"Retry-After": random_retry_after()})

"""Compress answers with gzip for clients that accept it (RFC 9110, 12.5.3).

Never compressed: event streams, which would be delayed; HEAD; small answers; and answers that contain secrets. Someone
who sees the size of compressed answers and chooses part of their text can guess a secret in the same answer (BREACH,
CVE-2013-3587), so pages with a CSRF token and answers that must not be stored (tokens, tickets) are left alone.
"""

import asyncio
import gzip
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.decorators import sync_and_async_middleware

MIN_BYTES = 1024
MAX_INLINE_BYTES = 32_768  # more is compressed in a thread: it would delay the events of all streams
LEVEL = 5
TYPES = ("text/", "application/json", "application/javascript", "application/x-ndjson", "image/svg+xml")
CSRF_FIELD = b"csrfmiddlewaretoken"


@sync_and_async_middleware
def compress_responses(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Compress the answers that are worth it."""
    if not iscoroutinefunction(get_response):

        def middleware(request: HttpRequest) -> Any:
            response = get_response(request)
            if is_compressible(request, response):
                _replace_content(response, compress(response.content))
            return response

        return middleware

    async def async_middleware(request: HttpRequest) -> Any:
        response = await get_response(request)
        if is_compressible(request, response):
            is_large = len(response.content) > MAX_INLINE_BYTES
            content = await asyncio.to_thread(compress, response.content) if is_large else compress(response.content)
            _replace_content(response, content)
        return response

    return async_middleware


def is_compressible(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether to compress an answer; one that depends on what the client accepts says so (Vary)."""
    if (
        not isinstance(response, HttpResponse)
        or len(response.content) <= MIN_BYTES
        or response.status_code == HTTPStatus.PARTIAL_CONTENT
        or not _has_text(response)
        or "no-store" in response.get("Cache-Control", "")
        or CSRF_FIELD in response.content
    ):
        return False
    return _is_wanted(request, response)


def is_text(content_type: str) -> bool:
    """Return whether compression is worth it for a type of content."""
    return content_type.startswith(TYPES) and not content_type.startswith("text/event-stream")


def compress(content: bytes) -> bytes:
    """Return the same bytes for the same content, in gzip's format."""
    return gzip.compress(content, LEVEL, mtime=0)


def _has_text(response: HttpResponseBase) -> bool:
    return is_text(response.get("Content-Type", "")) and not response.has_header("Content-Encoding")


def _is_wanted(request: HttpRequest, response: HttpResponseBase) -> bool:
    patch_vary_headers(response, ["Accept-Encoding"])
    return request.method != "HEAD" and accepts_gzip(request.headers.get("Accept-Encoding", ""))


def accepts_gzip(header: str) -> bool:
    """Return whether an Accept-Encoding allows gzip: by its name, or else by `*`, with a weight above 0."""
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        try:
            weights[name.strip()] = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            weights[name.strip()] = 0
    return weights.get("gzip", weights.get("*", 0)) > 0


def _replace_content(response: HttpResponse, content: bytes) -> None:
    response.content = content
    response["Content-Length"] = str(len(content))
    response["Content-Encoding"] = "gzip"
    etag = response.get("ETag", "")
    if etag and not etag.startswith("W/"):
        response["ETag"] = f"W/{etag}"  # other bytes, same meaning

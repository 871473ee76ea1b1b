"""Compress answers with gzip for clients that accept it (RFC 9110, 12.5.3).

Never compressed: event streams, which would be delayed; HEAD; small answers; and answers that contain secrets. Someone
who sees the size of compressed answers and chooses part of their text can guess a secret in the same answer (BREACH,
CVE-2013-3587), so pages with a CSRF token and answers that must not be stored (tokens, tickets) are left alone.

Static files are compressed at their first request and kept in memory. servestatic could serve files that were
compressed before, but only beside the originals or after collectstatic, in a folder that can be written.
"""

import asyncio
import gzip
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.decorators import sync_and_async_middleware

MIN_BYTES = 1024
MAX_INLINE_BYTES = 32_768  # more is compressed in a thread: it would delay the events of all streams
LEVEL = 5
TYPES = ("text/", "application/json", "application/javascript", "application/x-ndjson", "image/svg+xml")
CSRF_FIELD = b"csrfmiddlewaretoken"

_files: dict[str, tuple[str, bytes]] = {}  # by path, of static files: the ETag of the plain file, and it compressed


@sync_and_async_middleware
def compress_responses(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Compress the answers that are worth it."""
    if not iscoroutinefunction(get_response):

        def middleware(request: HttpRequest) -> Any:
            response = get_response(request)
            if is_compressible(request, response):
                _replace_content(response, _compress(response.content))
            return response

        return middleware

    async def async_middleware(request: HttpRequest) -> Any:
        _strip_weak_mark(request)
        response = await get_response(request)
        if is_compressible_file(request, response):
            return await _compress_file(request, response)
        if is_compressible(request, response):
            is_large = len(response.content) > MAX_INLINE_BYTES
            content = await asyncio.to_thread(_compress, response.content) if is_large else _compress(response.content)
            _replace_content(response, content)
        return response

    return async_middleware


def is_compressible(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether to compress an answer; one that depends on what the client accepts says so (Vary)."""
    if (
        not isinstance(response, HttpResponse)
        or len(response.content) <= MIN_BYTES
        or not _has_text(response)
        or "no-store" in response.get("Cache-Control", "")
        or CSRF_FIELD in response.content
    ):
        return False
    return _is_wanted(request, response)


def is_compressible_file(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Return whether to compress a static file, like `is_compressible`."""
    return (
        isinstance(response, FileResponse)
        and response.status_code == 200
        and int(response.get("Content-Length", "0")) > MIN_BYTES
        and response.has_header("ETag")
        and _has_text(response)
        and _is_wanted(request, response)
    )


def _has_text(response: HttpResponseBase) -> bool:
    content_type = response.get("Content-Type", "")
    is_text = content_type.startswith(TYPES) and not content_type.startswith("text/event-stream")
    return is_text and not response.has_header("Content-Encoding")


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


def _strip_weak_mark(request: HttpRequest) -> None:
    """Make the ETag of a compressed file that of the file: servestatic compares them as text, not weakly (RFC 9110)."""
    etag = request.META.get("HTTP_IF_NONE_MATCH", "")
    if etag.startswith("W/"):
        request.META["HTTP_IF_NONE_MATCH"] = etag.removeprefix("W/")


async def _compress_file(request: HttpRequest, response: FileResponse) -> HttpResponse:
    """Return a compressed response in place of that of a static file."""
    etag, content = _files.get(request.path, ("", b""))
    if etag != response["ETag"]:
        plain = b"".join([part async for part in response])
        content = await asyncio.to_thread(_compress, plain)
        _files[request.path] = response["ETag"], content
    compressed = HttpResponse(headers=dict(response.headers))
    _replace_content(compressed, content)
    return compressed


def _compress(content: bytes) -> bytes:
    return gzip.compress(content, LEVEL, mtime=0)


def _replace_content(response: HttpResponse, content: bytes) -> None:
    response.content = content
    response["Content-Length"] = str(len(content))
    response["Content-Encoding"] = "gzip"
    etag = response.get("ETag", "")
    if etag and not etag.startswith("W/"):
        response["ETag"] = f"W/{etag}"  # other bytes, same meaning

"""Serve static files under addresses that change with their contents, so that browsers keep them for good.

All files share one version, the hash of all contents: scripts import each other by relative paths, which then need no
rewriting, and there is no collectstatic step to forget. With the version, our scripts are served
without comments and needless blanks (rjsmin); under the plain address as they are.

A file is read, shortened and compressed at its first request, and kept in memory.
"""

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware
from rjsmin import jsmin
from servestatic.media_types import MediaTypes
from servestatic.responders import StaticFile

from common.compression import MIN_BYTES, accepts_gzip, compress, is_text

KEPT_FOR_GOOD = "max-age=31536000, public, immutable"
KEPT_FOR_A_MINUTE, NOT_KEPT = "max-age=60, public", "max-age=0, public"
VERSION_LENGTH = 12
OWN_FOLDERS = ("dashboard/", "news/", "streaming/")
# The version, if there is one, and the name of the file.
ADDRESS = re.compile(rf"(?:v-([0-9a-f]{{{VERSION_LENGTH}}})/)?(.+)")
CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/")

_media_types = MediaTypes()


@cache
def list_files() -> dict[str, Path]:
    """Return the files of all apps by their names; of two with the same name, the one that Django serves."""
    files: dict[str, Path] = {}
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            files.setdefault(name.replace("\\", "/"), Path(storage.path(name)))
    return files


@cache
def get_version() -> str:
    """Return a hash of the names and contents of all files."""
    digest = hashlib.sha256()
    for name, path in sorted(list_files().items()):
        digest.update(f"{name}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:VERSION_LENGTH]


class VersionedStorage(StaticFilesStorage):
    """Puts the version into the addresses of files, except with DEBUG, where files change while the server runs."""

    def url(self, name: str | None) -> str:
        """Return the address of a file."""
        return super().url(name if settings.DEBUG or not name else f"v-{get_version()}/{name}")


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """What is sent of one file.

    rules: its headers, and what to answer to conditional requests and to those for a part.
    compressed: None for a file that is not worth it.
    """

    rules: StaticFile
    content: bytes
    compressed: bytes | None


# By the name and whether the address has the present version.
_loaded: dict[tuple[str, bool], LoadedFile] = {}


@sync_and_async_middleware
def serve_static_files(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Serve files with and without a version. Those of another version, of an older page, are the present ones."""
    if not iscoroutinefunction(get_response):

        def middleware(request: HttpRequest) -> Any:
            file = find_file(request.path_info)
            return get_response(request) if file is None else build_response(request, file)

        return middleware

    async def async_middleware(request: HttpRequest) -> Any:
        file = find_file(request.path_info)
        return await get_response(request) if file is None else build_response(request, file)

    return async_middleware


def is_loaded(path_info: str) -> bool:
    """Return whether a path is the address of a file in memory."""
    return bool(_loaded) and _parse_address(path_info) in _loaded  # by then the version is known


def find_file(path_info: str) -> LoadedFile | None:
    """Return the file with this address, None if there is none; with DEBUG as it is now."""
    address = _parse_address(path_info)
    if address is None:
        return None
    name, has_current_version = address
    if settings.DEBUG:
        path_now = None if ".." in name.split("/") else finders.find(name)
        return _load(Path(path_now), name, has_current_version=False) if path_now and Path(path_now).is_file() else None
    if address not in _loaded and (path := list_files().get(name)) is not None:
        _loaded[address] = _load(path, name, has_current_version=has_current_version)
    return _loaded.get(address)


def build_response(request: HttpRequest, file: LoadedFile) -> HttpResponse:
    """Return the response to a request for a file, also to a conditional one or one for a part (RFC 9110, 13 and 14).

    That to HEAD has the headers of that to GET.
    """
    conditions = request.META
    if (etag := conditions.get("HTTP_IF_NONE_MATCH", "")).startswith("W/"):  # servestatic compares them as text
        conditions = {**conditions, "HTTP_IF_NONE_MATCH": etag.removeprefix("W/")}
    # Of a GET, too: the content is in memory.
    answer = file.rules.get_response("HEAD" if request.method == "GET" else request.method, conditions)
    headers, content = dict(answer.headers), b""
    if answer.status == HTTPStatus.OK:
        content = file.content
        if file.compressed is not None and accepts_gzip(conditions.get("HTTP_ACCEPT_ENCODING", "")):
            content = file.compressed
            headers |= {"Content-Encoding": "gzip", "ETag": f"W/{headers['ETag']}"}  # other bytes, same meaning
            headers["Content-Length"] = str(len(content))
    elif answer.status == HTTPStatus.PARTIAL_CONTENT and (part := CONTENT_RANGE.match(headers["Content-Range"])):
        content = file.content[int(part[1]) : int(part[2]) + 1]
    response = HttpResponse(b"" if request.method == "HEAD" else content, status=answer.status, headers=headers)
    if "Content-Type" not in headers:
        del response["Content-Type"]
    return response


def is_own_script(name: str) -> bool:
    """Return whether a file is a script of this project."""
    return name.startswith(OWN_FOLDERS) and name.endswith(".js")


def _parse_address(path_info: str) -> tuple[str, bool] | None:
    """Return the name of the file and whether the path has the present version; None for no path of a file."""
    prefix = settings.STATIC_URL.removeprefix(settings.FORCE_SCRIPT_NAME or "")
    match = ADDRESS.fullmatch(path_info, len(prefix)) if path_info.startswith(prefix) else None
    return match and (match[2], match[1] == get_version())


def _load(path: Path, name: str, *, has_current_version: bool) -> LoadedFile:
    content = path.read_bytes()
    if has_current_version and is_own_script(name):
        content = jsmin(content.decode()).encode()
    media_type = _media_types.get_type(name)
    is_compressible = len(content) > MIN_BYTES and is_text(media_type)
    kept = NOT_KEPT if settings.DEBUG else KEPT_FOR_GOOD if has_current_version else KEPT_FOR_A_MINUTE
    headers = [
        ("Content-Type", f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type),
        ("Cache-Control", kept),
    ]
    if is_compressible:
        headers.append(("Vary", "Accept-Encoding"))
    status = path.stat()
    # As if the file had the size of what is sent of it.
    status = os.stat_result((*status[:6], len(content), *status[7:10]))
    rules = StaticFile(str(path), headers, stat_cache={str(path): status})
    return LoadedFile(rules, content, compress(content) if is_compressible else None)

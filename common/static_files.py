"""Serve static files under addresses that change with their contents, so that browsers keep them for good.

All files share one version, the hash of all contents: scripts import each other by relative paths, which then need no
rewriting, and there is no collectstatic step to forget. With the version, our scripts are served
without comments and needless blanks (rjsmin); under the plain address as they are.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

from asgiref.sync import markcoroutinefunction
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rjsmin import jsmin
from servestatic.middleware import ServeStaticMiddleware

GetResponse = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

KEPT_FOR_GOOD = "max-age=31536000, public, immutable"
VERSION_LENGTH = 12
OWN_FOLDERS = ("dashboard/", "news/", "streaming/")
SCRIPT_TYPE = "text/javascript; charset=utf-8"


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


class VersionedStaticMiddleware(ServeStaticMiddleware):  # type: ignore[misc]  # has no types
    """Serves files with and without a version. Those of another version, of an older page, are the present ones."""

    def __init__(self, get_response: GetResponse | None = None) -> None:
        super().__init__(get_response)
        markcoroutinefunction(self)
        self._version = re.compile(rf"{re.escape(self.static_prefix)}v-([0-9a-f]{{{VERSION_LENGTH}}})/(.+)")
        self._scripts: dict[str, bytes] = {}

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve a file, or pass the request on."""
        response: HttpResponseBase
        match = None if settings.DEBUG else self._version.fullmatch(request.path_info)
        if match is None:
            response = await super().__call__(request)
            return response
        version, name = match.groups()
        file = self.files.get(self.static_prefix + name)
        if file is None:
            response = await self.get_response(request)
            return response
        is_present = version == get_version()
        if is_present and request.method == "GET" and is_own_script(name):
            response = HttpResponse(self._get_script(name), content_type=SCRIPT_TYPE)
        else:
            response = await self.aserve(file, request)
        if is_present:
            response["Cache-Control"] = KEPT_FOR_GOOD
        return response

    def _get_script(self, name: str) -> bytes:
        if name not in self._scripts:
            self._scripts[name] = jsmin(list_files()[name].read_text(encoding="utf-8")).encode()
        return self._scripts[name]


def is_own_script(name: str) -> bool:
    """Return whether a file is a script of this project."""
    return name.startswith(OWN_FOLDERS) and name.endswith(".js")

"""The pages of errors, in the look of the site: for people as HTML, below /api/ and the like as JSON.

They need no database, no session and no context processors, because these may be what fails.
"""

import sys
from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.views.decorators.csrf import requires_csrf_token

from common.database import is_unavailable

RETRY_SECONDS = 10
# Below SITE_PREFIX, as path_info is.
JSON_FOLDERS = ("/api/", "/events/", "/health/", "/metrics")
JSON_PATHS = ("/snapshot", "/rows", "/sources", "/words")  # below these are pages

View = Callable[..., HttpResponse]


def on_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django rejects before it reaches a view."""
    if isinstance(exception, DisallowedHost):
        text = "This site does not answer to that host name. Its operator can add the name to ALLOWED_HOSTS."
    else:
        text = "The server could not read this request. Go back, reload the page and try again."
    return build_error(request, 400, "Bad request", text, detail=str(exception))


def on_forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request for what the user may not see."""
    return build_error(
        request, 403, "No access", "Your account may not open this page. Sign in with another one, or ask its operator."
    )


@requires_csrf_token
def on_csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without a valid CSRF token."""
    return build_error(
        request,
        403,
        "The form has expired",
        "Nothing was changed. Go back, reload the page and send the form again. If that does not help, allow cookies "
        f"for this site, or have its operator check that the proxy passes Host and X-Forwarded-Proto on. ({reason})",
    )


def on_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request for a page that does not exist."""
    return build_error(
        request, 404, "Page not found", f"There is no page at {request.path[:100]}. Check the address for mistakes."
    )


def on_server_error(request: HttpRequest) -> HttpResponse:
    """Answer a request whose view has failed; 503 if the database is the reason. Django has logged the exception."""
    error = sys.exc_info()[1]
    if error is not None and is_unavailable(error):
        response = build_error(
            request,
            503,
            "The database does not answer",
            "The site can't read its data at the moment. This page tries again by itself; operators see /health/ready.",
            is_temporary=request.method in ("GET", "HEAD"),
        )
        response["Retry-After"] = str(RETRY_SECONDS)
        return response
    return build_error(
        request,
        500,
        "Something went wrong",
        "The error is in the log of the server. Try again; if it persists, report it to the operator of the site.",
    )


def build_error(
    request: HttpRequest, status: int, title: str, text: str, *, detail: str = "", is_temporary: bool = False
) -> HttpResponse:
    """Return an error as a page; as JSON for programs, with `detail` in place of the text if it is given."""
    if request.path_info in JSON_PATHS or request.path_info.startswith(JSON_FOLDERS):
        return JsonResponse({"detail": detail or text}, status=status)
    context = {
        "status": status,
        "title": title,
        "text": text,
        "refresh_seconds": RETRY_SECONDS if is_temporary else None,
    }
    page = loader.get_template("dashboard/error.html").render(context)
    return HttpResponse(page, status=status, headers={"Cache-Control": "no-store"})

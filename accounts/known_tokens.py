"""Reject every request whose Bearer token is not live, also at public addresses, which need none.

A token that is unknown, expired, revoked, empty or malformed is a mistake of the client: to serve it as a stranger
would hide that. Other schemes, such as Basic for a proxy, are ignored.
"""

from collections.abc import Callable
from secrets import compare_digest
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.utils.decorators import sync_and_async_middleware

from accounts.principals import AUTH_CURE, LIVE_TOKEN_ATTRIBUTE, get_bearer_token
from accounts.tokens import get_token
from common.database import is_unavailable

# Without the value found, which may be a secret.
UNKNOWN_TOKEN = (
    "Unknown or revoked token, or an expired one: "
    f"{AUTH_CURE}, to post with `--scope ingest`; or send none, reading is public."
)


@sync_and_async_middleware
def require_known_token(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Return 401 for a token that is not live. Requests without one do not reach the database."""
    if not iscoroutinefunction(get_response):

        def middleware(request: HttpRequest) -> Any:
            secret = get_bearer_token(request)
            if secret is not None and not is_known(request, secret):
                return build_unknown_token()
            return get_response(request)

        return middleware

    async def async_middleware(request: HttpRequest) -> Any:
        secret = get_bearer_token(request)
        if secret is not None and not await sync_to_async(is_known)(request, secret):
            return build_unknown_token()
        return await get_response(request)

    return async_middleware


def is_known(request: HttpRequest, secret: str) -> bool:
    """Return whether a token is live or the METRICS_TOKEN, and keep it in the request for the authentication.

    True while the database can't be read: what needs a token looks it up and fails, and /health/live must answer.
    """
    metrics_token: str = settings.METRICS_TOKEN
    if metrics_token and compare_digest(secret.encode(), metrics_token.encode()):
        return True
    try:
        token = get_token(secret)
    except Error as error:
        if not is_unavailable(error):
            raise
        return True
    setattr(request, LIVE_TOKEN_ATTRIBUTE, token)
    return token is not None


def build_unknown_token() -> JsonResponse:
    """Return the response to a token that is not live."""
    response = JsonResponse({"detail": UNKNOWN_TOKEN}, status=401, headers={"WWW-Authenticate": "Bearer"})
    response["Content-Length"] = str(len(response.content))  # CommonMiddleware, which sets it, comes later
    return response

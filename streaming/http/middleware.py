"""Django middleware whose hooks run in the event loop: they never block, and a thread for each would cost more."""

from collections.abc import Awaitable, Callable
from functools import cache
from http import HTTPStatus

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponseBase
from django.middleware import common, security
from django.utils.decorators import async_only_middleware
from django.utils.deprecation import MiddlewareMixin

from accounts.known_tokens import build_unknown_token, is_known
from accounts.principals import get_bearer_token
from common.database import is_unavailable
from streaming.broker.service import get_service
from streaming.http.errors import build_unavailable

AsyncView = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@cache
def _get_policy() -> str:
    return build_policy()


class AsyncMiddlewareMixin(MiddlewareMixin):
    """Calls the hooks of a middleware directly; Django's own `__acall__` changes threads for each."""

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.process_request(request) or await self.get_response(request)  # type: ignore[attr-defined, misc]
        return self.process_response(request, response)  # type: ignore[attr-defined, no-any-return]


class SecurityMiddleware(AsyncMiddlewareMixin, security.SecurityMiddleware):
    """Redirects to HTTPS where that is set, and adds security headers."""


class PolicyMiddleware(AsyncMiddlewareMixin):
    """Adds the Content-Security-Policy, which is the same for all pages; not to Django's own pages of errors."""

    def process_request(self, request: HttpRequest) -> None:
        """Do nothing."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the header."""
        if not (settings.DEBUG and response.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR)):
            response.headers.setdefault(HEADER, _get_policy())
        return response


class CommonMiddleware(AsyncMiddlewareMixin, common.CommonMiddleware):
    """Rejects hosts that are not allowed, and sets Content-Length."""


@async_only_middleware
def require_known_token(get_response: AsyncView) -> AsyncView:
    """Return 401 for a token that is not live, as everywhere; streams look it up in the pool of their own reads."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        secret = get_bearer_token(request)
        if secret is not None:
            service = get_service()
            try:
                is_live = await service.run_request_read(is_known, request, secret)
            except Error as error:
                if not is_unavailable(error):
                    raise
                return build_unavailable(request, error)
            if not is_live:
                service.limiter.rejected["unauthorized"] += 1
                return build_unknown_token()
        return await get_response(request)

    return middleware

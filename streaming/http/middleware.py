"""Django middleware whose hooks run in the event loop: they never block, and a thread for each would cost more."""

from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware import common, security
from django.utils.deprecation import MiddlewareMixin


class AsyncMiddlewareMixin(MiddlewareMixin):
    """Calls the hooks of a middleware directly; Django's own `__acall__` changes threads for each."""

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.process_request(request) or await self.get_response(request)  # type: ignore[attr-defined, misc]
        return self.process_response(request, response)  # type: ignore[attr-defined, no-any-return]


class SecurityMiddleware(AsyncMiddlewareMixin, security.SecurityMiddleware):
    """Redirects to HTTPS where that is set, and adds security headers."""


class PolicyMiddleware(AsyncMiddlewareMixin, CSPMiddleware):
    """Adds the Content-Security-Policy."""


class CommonMiddleware(AsyncMiddlewareMixin, common.CommonMiddleware):
    """Rejects hosts that are not allowed, and sets Content-Length."""

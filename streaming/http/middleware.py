"""Middleware that never blocks, called in place and not in a thread: all that streams go through, and more."""

from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware import common, security
from django.utils.deprecation import MiddlewareMixin


class AsyncMiddlewareMixin(MiddlewareMixin):
    """Calls the hooks of a middleware where the request is served; Django changes threads for each."""

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.process_request(request) or await self.get_response(request)  # type: ignore[attr-defined, misc]
        return self.process_response(request, response)  # type: ignore[attr-defined, no-any-return]


class SecurityMiddleware(AsyncMiddlewareMixin, security.SecurityMiddleware):
    """Redirects to HTTPS where that is set, and adds the headers that browsers heed."""


class PolicyMiddleware(AsyncMiddlewareMixin, CSPMiddleware):
    """Says what a page may load and run."""


class CommonMiddleware(AsyncMiddlewareMixin, common.CommonMiddleware):
    """Refuses hosts that are not allowed, and gives short answers their length."""

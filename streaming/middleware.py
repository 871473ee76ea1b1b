"""Django's middleware for the streams: what never blocks is called in place, not in a thread."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware import common, security
from django.utils.deprecation import MiddlewareMixin


class InPlace(MiddlewareMixin):
    """Calls the hooks of a middleware where the request is served; Django changes threads for each."""

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.process_request(request) or await self.get_response(request)  # type: ignore[attr-defined, misc]
        return self.process_response(request, response)  # type: ignore[attr-defined, no-any-return]


class SecurityMiddleware(InPlace, security.SecurityMiddleware):
    """Redirects to HTTPS where that is set, and adds the headers that browsers heed."""


class CommonMiddleware(InPlace, common.CommonMiddleware):
    """Refuses hosts that are not allowed, and gives short answers their length."""

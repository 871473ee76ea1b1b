"""Authorize streams: what a stream depends on (a token, a ticket, a sign-in, a configuration) is its grant."""

from contextlib import suppress
from secrets import compare_digest

from channels.db import database_sync_to_async
from django.conf import settings
from django.http import HttpRequest
from ninja.errors import AuthenticationError, HttpError

from accounts.configurations import CONFIGURATION_NOT_FOUND, get_configuration
from accounts.grants import Grant
from accounts.models import Configuration, Scope
from accounts.principals import Credentials, Principal, authenticate, get_bearer_token, get_credentials
from accounts.tickets import mark_ticket_used
from streaming.broker.service import StreamService
from streaming.eventstream_compat import configuration_of, grant_channel, is_private
from streaming.http.params import APIError


async def authorize_stream(request: HttpRequest, service: StreamService) -> Grant | None:
    """Return the grant of a public stream: the token or ticket that the request carries, if any.

    Streams are public. If the request carries a token or ticket, it must be valid; a session cookie is ignored.
    Errors: AuthenticationError for a token or ticket that is not valid.
    """
    credentials = get_credentials(request)
    if credentials is None or credentials.kind == "session":
        return None
    principal = await service.run_request_read(authenticate, credentials, scopes=Scope.values)
    await consume_ticket(credentials)
    return principal.build_grant()


def check_credentials(request: HttpRequest) -> None:
    """Check the token or ticket that a request to a public endpoint carries, if any. A ticket stays valid.

    Errors: AuthenticationError for one that is not valid.
    """
    credentials = get_credentials(request)
    if credentials is not None and credentials.kind != "session":
        authenticate(credentials, scopes=Scope.values)


def require_metrics_token(request: HttpRequest) -> None:
    """Require METRICS_TOKEN as a Bearer token. It is a setting, so it is checked without the database.

    Errors: APIError 404 while none is set, AuthenticationError for another token or none.
    """
    token: str = settings.METRICS_TOKEN
    if not token:
        raise APIError(404, "METRICS_TOKEN: is not set, so metrics are off; set it, and send it as a Bearer token.")
    if not compare_digest((get_bearer_token(request) or "").encode(), token.encode()):
        raise AuthenticationError(message="Not the METRICS_TOKEN: send the header `Authorization: Bearer <token>`.")


async def authorize_channels(request: HttpRequest, service: StreamService) -> Grant | None:
    """Return the grant of a stream of /events/, and allow the request to read the private channels of its principal.

    Channels of others are rejected later by `LogChannels`, in the form that django-eventstream's clients know.
    """
    credentials = get_credentials(request)
    names = [name for name in request.GET.getlist("channel") if is_private(name)]
    if credentials is None or not names:
        return await authorize_stream(request, service)
    grants = []
    for name in names:
        with suppress(HttpError, APIError):
            principal, configuration = await service.run_request_read(authorize, credentials, configuration_of(name))
            grants.append(principal.build_grant(configuration))
            grant_channel(request, name)
    if not grants:
        return None
    await consume_ticket(credentials)
    return frozenset().union(*grants)


def authorize(credentials: Credentials, config_id: str) -> tuple[Principal, Configuration]:
    """Return the principal and its configuration.

    Errors: AuthenticationError, AuthorizationError; APIError 404 for a configuration that is not the principal's.
    """
    principal = authenticate(credentials)
    configuration = get_configuration(principal, config_id)
    if configuration is None:
        raise APIError(404, CONFIGURATION_NOT_FOUND)
    return principal, configuration


async def consume_ticket(credentials: Credentials) -> None:
    """Mark a ticket as used; other credentials are left alone. Errors: AuthenticationError if it was used before."""
    if credentials.kind == "ticket":
        # Not on the service's thread: where the database is locked, a write waits, and live items would wait with it.
        await database_sync_to_async(mark_ticket_used)(credentials.secret)

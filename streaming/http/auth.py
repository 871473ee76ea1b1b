"""Who is let in to a stream, and what it then stands on: a token, a ticket, a sign-in, a configuration."""

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
from streaming.broker.tailer import Tailer
from streaming.eventstream_compat import configuration_of, grant_channel, is_private
from streaming.http.params import APIError


async def find_grant(request: HttpRequest, tail: Tailer) -> Grant | None:
    """Return what a public stream stands on: the token or ticket that the request shows, if it shows one.

    Streams are open to all; but who shows a secret means it. Who has signed in has not asked for that to matter here.
    Errors: AuthenticationError for a secret that opens nothing.
    """
    shown = get_credentials(request)
    if shown is None or shown.kind == "session":
        return None
    visitor = await tail.read(authenticate, shown, scopes=Scope.values)
    await consume_ticket(shown)
    return visitor.grant()


def require_metrics_token(request: HttpRequest) -> None:
    """Let in who shows METRICS_TOKEN: a setting and no row, for it has to let in also when the database is away.

    Errors: Refusal 404 while none is set, AuthenticationError for who does not show it.
    """
    token: str = settings.METRICS_TOKEN
    if not token:
        raise APIError(
            404, "METRICS_TOKEN is not set, so there is nothing here: set it, and show it as a Bearer token."
        )
    if not compare_digest((get_bearer_token(request) or "").encode(), token.encode()):
        raise AuthenticationError(message="Not the METRICS_TOKEN: send the header `Authorization: Bearer <token>`.")


async def find_channel_grant(request: HttpRequest, tail: Tailer) -> Grant | None:
    """Return what a stream of django-eventstream's door stands on, and let its private channels in for their owner.

    Whoever they are not for is refused by `LogChannels`, in words that its client libraries know.
    """
    shown = get_credentials(request)
    names = [name for name in request.GET.getlist("channel") if is_private(name)]
    if shown is None or not names:
        return await find_grant(request, tail)
    visits = []
    for name in names:
        with suppress(HttpError, APIError):
            visits.append(await tail.read(authorize, shown, configuration_of(name)))
            grant_channel(request, name)
    if visits:
        await consume_ticket(shown)
    facts = [visitor.grant(configuration) for visitor, configuration in visits]
    return frozenset().union(*facts) if facts else None


def authorize(shown: Credentials, config_id: str) -> tuple[Principal, Configuration]:
    """Return who shows this, and their configuration.

    Errors: AuthenticationError, AuthorizationError; Refusal 404 for a configuration that is not theirs.
    """
    visitor = authenticate(shown)
    configuration = get_configuration(visitor, config_id)
    if configuration is None:
        raise APIError(404, CONFIGURATION_NOT_FOUND)
    return visitor, configuration


async def consume_ticket(shown: Credentials) -> None:
    """Use up the ticket that was shown, if it was one. Errors: AuthenticationError when another was faster."""
    if shown.kind == "ticket":
        # Not on the tail's thread: where a database is locked, a write waits, and live items would wait with it.
        await database_sync_to_async(mark_ticket_used)(shown.secret)

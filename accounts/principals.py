"""Tell who asks by what they show: a token, a ticket for a stream, or the cookie of a sign-in.

A public id, such as an X-User-ID header, opens nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from ninja.errors import AuthenticationError, AuthorizationError

from accounts.grants import Fact, Permit, password_mark
from accounts.models import Configuration, Scope, Token
from accounts.tickets import find_ticket
from accounts.tokens import find_token

MISSING = "Missing user identification"
CURE = "POST /api/v2/auth/anonymous gives one, `manage.py create_token --scope read` makes one"
OWNING = (Scope.READ, Scope.ANONYMOUS)  # the scopes whose tokens have configurations


class Shown(NamedTuple):
    """A secret that a request shows, and as what."""

    kind: str  # token, ticket or session
    secret: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who was recognised: by a token, or as a user who is signed in."""

    token: Token | None = None
    user: AbstractBaseUser | None = None
    session_key: str | None = None  # of the user's sign-in

    @property
    def owner(self) -> dict[str, Any]:
        """What configurations of theirs are filtered by, and made with."""
        return {"token": self.token, "user": self.user}

    def permit(self, configuration: Configuration | None = None) -> Permit:
        """Return what a stream of theirs stands on."""
        facts = []
        if self.token is not None:
            facts.append(Fact("token", self.token.pk))
        if self.user is not None:
            facts += [
                Fact("user", self.user.pk, password_mark(self.user.password)),
                Fact("session", self.session_key),
            ]
        if configuration is not None:
            facts.append(Fact("configuration", configuration.pk, configuration.revision))
        return frozenset(facts)


def read_shown(request: HttpRequest) -> Shown | None:
    """Return what a request shows; the header before the ticket, and that before the cookie."""
    secret = read_bearer(request)
    if secret is not None:
        return Shown("token", secret)
    if "ticket" in request.GET:
        return Shown("ticket", request.GET["ticket"])
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return Shown("session", cookie) if cookie else None


def read_bearer(request: HttpRequest) -> str | None:
    """Return the secret in the request's Authorization header, or None without one."""
    scheme, _, secret = request.headers.get("Authorization", "").strip().partition(" ")
    return secret.strip() or None if scheme.lower() == "bearer" else None


def is_session_key(text: str | None) -> bool:
    """Tell whether this can be a session's key. A cookie can hold what a database refuses to look for."""
    return text is not None and text.isascii() and text.isalnum()


def find_visitor(shown: Shown, *, scopes: Collection[str] = OWNING) -> Visitor:
    """Return who shows this; a ticket is looked at and stays good.

    Errors: AuthenticationError for what opens nothing, AuthorizationError for a token that is none of `scopes`.
    """
    if shown.kind == "token":
        return _visitor_of_token(shown.secret, scopes)
    if shown.kind == "ticket":
        ticket = find_ticket(shown.secret)
        return Visitor(token=ticket.token) if ticket.session_id is None else _visitor_of_session(ticket.session_id)
    return _visitor_of_session(shown.secret)


def _visitor_of_token(secret: str, scopes: Collection[str]) -> Visitor:
    token = find_token(secret)
    if token is None:
        # The value is a secret, so unlike other errors this one does not repeat it.
        raise AuthenticationError(message=f"Unknown or revoked token, or one that has expired: {CURE}.")
    if token.scope not in scopes:
        raise AuthorizationError(message=f"Token of scope {token.scope}: this needs one that reads; {CURE}.")
    return Visitor(token=token)


def _visitor_of_session(key: str) -> Visitor:
    if not is_session_key(key):
        raise AuthenticationError(message=MISSING)
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    if not user.is_authenticated:
        raise AuthenticationError(message=MISSING)
    return Visitor(user=user, session_key=key)

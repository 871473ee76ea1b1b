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

from accounts.grants import Condition, Grant, password_fingerprint
from accounts.models import Configuration, Scope, Token
from accounts.tickets import get_ticket
from accounts.tokens import get_token

MISSING = "Missing user identification"
CURE = "POST /api/v2/auth/anonymous gives one, `manage.py create_token --scope read` makes one"
OWNING = (Scope.READ, Scope.ANONYMOUS)  # the scopes whose tokens have configurations


class Credentials(NamedTuple):
    """A secret that a request shows, and as what."""

    kind: str  # token, ticket or session
    secret: str


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who was recognised: by a token, or as a user who is signed in."""

    token: Token | None = None
    user: AbstractBaseUser | None = None
    session_key: str | None = None  # of the user's sign-in

    @property
    def owner(self) -> dict[str, Any]:
        """What configurations of theirs are filtered by, and made with."""
        return {"token": self.token, "user": self.user}

    def grant(self, configuration: Configuration | None = None) -> Grant:
        """Return what a stream of theirs stands on."""
        facts = []
        if self.token is not None:
            facts.append(Condition("token", self.token.pk))
        if self.user is not None:
            facts += [
                Condition("user", self.user.pk, password_fingerprint(self.user.password)),
                Condition("session", self.session_key),
            ]
        if configuration is not None:
            facts.append(Condition("configuration", configuration.pk, configuration.revision))
        return frozenset(facts)


def get_credentials(request: HttpRequest) -> Credentials | None:
    """Return what a request shows; the header before the ticket, and that before the cookie."""
    secret = get_bearer_token(request)
    if secret is not None:
        return Credentials("token", secret)
    if "ticket" in request.GET:
        return Credentials("ticket", request.GET["ticket"])
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return Credentials("session", cookie) if cookie else None


def get_bearer_token(request: HttpRequest) -> str | None:
    """Return the secret in the request's Authorization header, or None without one."""
    scheme, _, secret = request.headers.get("Authorization", "").strip().partition(" ")
    return secret.strip() or None if scheme.lower() == "bearer" else None


def is_session_key(text: str | None) -> bool:
    """Tell whether this can be a session's key. A cookie can hold what a database refuses to look for."""
    return text is not None and text.isascii() and text.isalnum()


def authenticate(shown: Credentials, *, scopes: Collection[str] = OWNING) -> Principal:
    """Return who shows this; a ticket is looked at and stays good.

    Errors: AuthenticationError for what opens nothing, AuthorizationError for a token that is none of `scopes`.
    """
    if shown.kind == "token":
        return _authenticate_token(shown.secret, scopes)
    if shown.kind == "ticket":
        ticket = get_ticket(shown.secret)
        return Principal(token=ticket.token) if ticket.session_id is None else _authenticate_session(ticket.session_id)
    return _authenticate_session(shown.secret)


def _authenticate_token(secret: str, scopes: Collection[str]) -> Principal:
    token = get_token(secret)
    if token is None:
        # The value is a secret, so unlike other errors this one does not repeat it.
        raise AuthenticationError(message=f"Unknown or revoked token, or one that has expired: {CURE}.")
    if token.scope not in scopes:
        raise AuthorizationError(message=f"Token of scope {token.scope}: this needs one that reads; {CURE}.")
    return Principal(token=token)


def _authenticate_session(key: str) -> Principal:
    if not is_session_key(key):
        raise AuthenticationError(message=MISSING)
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    if not user.is_authenticated:
        raise AuthenticationError(message=MISSING)
    return Principal(user=user, session_key=key)

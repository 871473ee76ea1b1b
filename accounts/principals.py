"""Authenticate requests by a token, a stream ticket or the cookie of a login session.

A public id, such as an X-User-ID header, is no credential.
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

MISSING_CREDENTIALS = "Missing user identification"
AUTH_CURE = "get one from POST /api/v2/auth/anonymous or `manage.py create_token --scope read`"
LIVE_TOKEN_ATTRIBUTE = "live_token"  # noqa: S105 - of a request, set by accounts.known_tokens
READ_SCOPES = (Scope.READ, Scope.ANONYMOUS)  # their tokens own configurations and open streams of them


class Credentials(NamedTuple):
    """A secret that a request carries.

    kind: token, ticket or session.
    token: the live token with this secret, if it has been looked up already.
    """

    kind: str
    secret: str
    token: Token | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated client: a token, or a user with a login session."""

    token: Token | None = None
    user: AbstractBaseUser | None = None
    session_key: str | None = None

    @property
    def owner(self) -> dict[str, Any]:
        """The fields that make this principal the owner of a `Configuration`."""
        return {"token": self.token, "user": self.user}

    def build_grant(self, configuration: Configuration | None = None) -> Grant:
        """Return the conditions under which a stream of this principal stays open."""
        conditions = []
        if self.token is not None:
            conditions.append(Condition("token", self.token.pk))
        if self.user is not None:
            conditions += [
                Condition("user", self.user.pk, password_fingerprint(self.user.password)),
                Condition("session", self.session_key),
            ]
        if configuration is not None:
            conditions.append(Condition("configuration", configuration.pk, configuration.revision))
        return frozenset(conditions)


def get_credentials(request: HttpRequest) -> Credentials | None:
    """Return the credentials of a request: the Authorization header, else the ticket, else the session cookie."""
    secret = get_bearer_token(request)
    if secret is not None:
        return Credentials("token", secret, getattr(request, LIVE_TOKEN_ATTRIBUTE, None))
    if "ticket" in request.GET:
        return Credentials("ticket", request.GET["ticket"])
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return Credentials("session", cookie) if cookie else None


def get_bearer_token(request: HttpRequest) -> str | None:
    """Return the secret in the request's Authorization header, "" if it is empty; None for another scheme, or none."""
    scheme, *secret = request.headers.get("Authorization", "").split(maxsplit=1)[:2] or [""]
    return "".join(secret).strip() if scheme.lower() == "bearer" else None


def is_session_key(text: str | None) -> bool:
    """Return whether a text can be a session key. A cookie can contain text that databases reject, such as NUL."""
    return text is not None and text.isascii() and text.isalnum()


def authenticate(credentials: Credentials, *, scopes: Collection[str] = READ_SCOPES) -> Principal:
    """Return the principal with these credentials. A ticket stays valid: see `mark_ticket_used`.

    Errors: AuthenticationError for unknown, expired or revoked credentials, AuthorizationError for a token of a scope
    that is not in `scopes`.
    """
    if credentials.kind == "token":
        return _authenticate_token(credentials, scopes)
    if credentials.kind == "ticket":
        ticket = get_ticket(credentials.secret)
        return Principal(token=ticket.token) if ticket.session_id is None else _authenticate_session(ticket.session_id)
    return _authenticate_session(credentials.secret)


def _authenticate_token(credentials: Credentials, scopes: Collection[str]) -> Principal:
    token = credentials.token or get_token(credentials.secret)
    if token is None:
        # Without the value found, which is a secret.
        raise AuthenticationError(message=f"Unknown or revoked token, or an expired one: {AUTH_CURE}.")
    if token.scope not in scopes:
        raise AuthorizationError(
            message=f"Token of scope {token.scope}: must have scope {' or '.join(scopes)}; {AUTH_CURE}."
        )
    return Principal(token=token)


def _authenticate_session(key: str) -> Principal:
    if not is_session_key(key):
        raise AuthenticationError(message=MISSING_CREDENTIALS)
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    if not user.is_authenticated:
        raise AuthenticationError(message=MISSING_CREDENTIALS)
    return Principal(user=user, session_key=key)

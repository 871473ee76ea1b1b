"""Authentication of the REST API: `Authorization: Bearer <token>` (RFC 6750), or the cookie of a login session.

Stream tickets open streams only, so they are not accepted here.
"""

from django.conf import settings
from django.http import HttpRequest
from ninja.errors import AuthenticationError, AuthorizationError
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from accounts.models import Scope, Token
from accounts.principals import (
    LIVE_TOKEN_ATTRIBUTE,
    MISSING_CREDENTIALS,
    Credentials,
    Principal,
    authenticate,
    get_bearer_token,
    is_session_key,
)
from accounts.tokens import get_token


class BearerToken(HttpBearer):
    """Requires a live token of one scope, and sets `request.auth` to the token."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Token:
        """Return the token of a request. Errors: 401 without a live token, 403 for one of another scope."""
        secret = get_bearer_token(request)
        if secret is None:
            raise AuthenticationError(
                message=f"No token: send the header `Authorization: Bearer <token>`; {self._cure}."
            )
        return self.authenticate(request, secret)

    def authenticate(self, request: HttpRequest, token: str) -> Token:
        """Return the live token whose secret is `token`."""
        live_token = getattr(request, LIVE_TOKEN_ATTRIBUTE, None) or get_token(token)
        if live_token is None:
            # Without the value found, which is a secret.
            raise AuthenticationError(message=f"Unknown or revoked token, or an expired one: {self._cure}.")
        if live_token.scope != self.scope:
            raise AuthorizationError(
                message=f"Token of scope {live_token.scope}: must have scope {self.scope.value}; {self._cure}."
            )
        return live_token

    @property
    def _cure(self) -> str:
        return f"create one with `manage.py create_token --scope {self.scope.value}`"


class ReadToken(HttpBearer):
    """Accepts live tokens of READ_SCOPES, and sets `request.auth` to a `Principal`."""

    def __call__(self, request: HttpRequest) -> Principal | None:
        """Return the principal; None without a token. Errors: 401 for one that is not live, 403 for one that posts."""
        secret = get_bearer_token(request)
        return None if secret is None else self.authenticate(request, secret)

    def authenticate(self, request: HttpRequest, token: str) -> Principal:
        """Return the principal whose token has this secret."""
        return authenticate(Credentials("token", token, getattr(request, LIVE_TOKEN_ATTRIBUTE, None)))


class SessionCookie(APIKeyCookie):
    """Accepts users with a login session, and sets `request.auth` to a `Principal`. Changes need a CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Principal:
        """Return the principal. Errors: 401 without a login session, 403 for a change without a CSRF token."""
        return self.authenticate(request, request.COOKIES.get(self.param_name))

    def authenticate(self, request: HttpRequest, key: str | None) -> Principal:
        """Return the principal whose login session has this key."""
        if not is_session_key(key) or not request.user.is_authenticated:
            raise AuthenticationError(message=MISSING_CREDENTIALS)
        if check_csrf(request) is not None:
            raise AuthorizationError(
                message="No CSRF token: send the cookie csrftoken in the header X-CSRFToken, or use a Bearer token."
            )
        return Principal(user=request.user, session_key=request.session.session_key)


READ_AUTH = [ReadToken(), SessionCookie()]  # tried in this order; the error of the last one is the response

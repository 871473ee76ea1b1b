"""Let programs in by `Authorization: Bearer <token>` (RFC 6750), and browsers by the cookie of a sign-in.

A public id or a query opens nothing here; a ticket opens streams only.
"""

from collections.abc import Collection

from django.conf import settings
from django.http import HttpRequest
from ninja.errors import AuthenticationError, AuthorizationError
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from accounts.models import Scope, Token
from accounts.principals import MISSING, OWNING, Credentials, Principal, authenticate, get_bearer_token, is_session_key
from accounts.tokens import get_token


class BearerToken(HttpBearer):
    """Lets in whoever shows a live token of one scope; the token becomes `request.auth`."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Token:
        """Return the token shown. Errors: 401 without a live one, 403 for one of another scope."""
        secret = get_bearer_token(request)
        if secret is None:
            raise AuthenticationError(
                message=f"No token: send the header `Authorization: Bearer <token>`; {self._cure()}."
            )
        return self.authenticate(request, secret)

    def authenticate(self, request: HttpRequest, token: str) -> Token:
        """Return the live token whose secret is `token`."""
        known = get_token(token)
        if known is None:
            # The value is a secret, so unlike other errors this one does not repeat it.
            raise AuthenticationError(message=f"Unknown or revoked token: {self._cure()}.")
        if known.scope != self.scope:
            raise AuthorizationError(
                message=f"Token of scope {known.scope}: this needs scope {self.scope.value}; {self._cure()}."
            )
        return known

    def _cure(self) -> str:
        return f"`manage.py create_token --scope {self.scope.value}` makes one"


class ReadToken(HttpBearer):
    """Lets in whoever shows a live token that reads; a `Visitor` becomes `request.auth`."""

    scopes: Collection[str] = OWNING

    def __call__(self, request: HttpRequest) -> Principal | None:
        """Return who shows a token, None without one. Errors: 401 for one that is not live, 403 for one that posts."""
        secret = get_bearer_token(request)
        return None if secret is None else self.authenticate(request, secret)

    def authenticate(self, request: HttpRequest, token: str) -> Principal:
        """Return whose token this is."""
        return authenticate(Credentials("token", token), scopes=self.scopes)


class SessionCookie(APIKeyCookie):
    """Lets in users who have signed in; a `Visitor` becomes `request.auth`. What they change needs a CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Principal:
        """Return the user. Errors: 401 for nobody, 403 for a call that another site may have made."""
        return self.authenticate(request, request.COOKIES.get(self.param_name))

    def authenticate(self, request: HttpRequest, key: str | None) -> Principal:
        """Return the user whose sign-in has this key."""
        if not is_session_key(key) or not request.user.is_authenticated:
            raise AuthenticationError(message=MISSING)
        if check_csrf(request) is not None:
            raise AuthorizationError(
                message="No CSRF token: send the cookie csrftoken in the header X-CSRFToken, or use a Bearer token."
            )
        return Principal(user=request.user, session_key=request.session.session_key)


READ_AUTH = [ReadToken(), SessionCookie()]  # asked in turn; the last one answers for those whom nobody knows

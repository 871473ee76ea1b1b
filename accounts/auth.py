"""Let programs in by `Authorization: Bearer <token>` (RFC 6750). A public id, a cookie or a query opens nothing."""

from django.http import HttpRequest
from ninja.errors import AuthenticationError, AuthorizationError
from ninja.security import HttpBearer

from accounts.models import Scope, Token
from accounts.tokens import find_token


class BearerToken(HttpBearer):
    """Lets in whoever shows a live token of one scope; the token becomes `request.auth`."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Token:
        """Return the token shown. Errors: 401 without a live one, 403 for one of another scope."""
        secret = read_bearer(request)
        if secret is None:
            raise AuthenticationError(
                message=f"No token: send the header `Authorization: Bearer <token>`; {self._cure()}."
            )
        return self.authenticate(request, secret)

    def authenticate(self, request: HttpRequest, token: str) -> Token:
        """Return the live token whose secret is `token`."""
        known = find_token(token)
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


def read_bearer(request: HttpRequest) -> str | None:
    """Return the secret in the request's Authorization header, or None without one."""
    scheme, _, secret = request.headers.get("Authorization", "").strip().partition(" ")
    return secret.strip() or None if scheme.lower() == "bearer" else None

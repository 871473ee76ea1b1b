"""Keys by which rate limits count the requests of one client."""

from django.http import HttpRequest

from common.rate_limit import address_key

__all__ = ["address_key", "principal_key"]


def principal_key(request: HttpRequest) -> str:
    """Return the key of the token or user that authenticated a request."""
    principal = request.auth  # type: ignore[attr-defined]  # ninja sets it before it runs throttles
    return f"user-{principal.user.pk}" if principal.token is None else f"token-{principal.token.pk}"

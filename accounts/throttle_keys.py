"""Keys by which rate limits count the requests of one client."""

from ipaddress import ip_address, ip_network

from django.http import HttpRequest

from common.client_ip import get_client_ip


def address_key(request: HttpRequest) -> str:
    """Return the client's IPv4 address or /64 network of IPv6, which one site is assigned as a whole (RFC 6177)."""
    text = get_client_ip(request)
    try:
        address = ip_address(text)
    except ValueError:
        return "unknown"
    return str(address if address.version == 4 else ip_network((address, 64), strict=False))


def principal_key(request: HttpRequest) -> str:
    """Return the key of the token or user that authenticated a request."""
    principal = request.auth  # type: ignore[attr-defined]  # ninja sets it before it runs throttles
    return f"user-{principal.user.pk}" if principal.token is None else f"token-{principal.token.pk}"

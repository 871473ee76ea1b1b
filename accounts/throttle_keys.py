"""Who is counted as one caller, where calls are limited."""

from ipaddress import ip_address, ip_network

from django.http import HttpRequest

from common.client_ip import get_client_ip


def address_key(request: HttpRequest) -> str:
    """Return the client's address; of IPv6 the network, which is what one client is given (RFC 6177)."""
    text = get_client_ip(request)
    try:
        address = ip_address(text)
    except ValueError:
        return "unknown"
    return str(address if address.version == 4 else ip_network((address, 64), strict=False))


def principal_key(request: HttpRequest) -> str:
    """Return the token or the user that the request was let in for."""
    visitor = request.auth  # type: ignore[attr-defined]  # ninja sets it before it asks its throttles
    return f"user-{visitor.user.pk}" if visitor.token is None else f"token-{visitor.token.pk}"

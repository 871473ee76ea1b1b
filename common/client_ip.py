"""Find out who asks: the peer, or whom a trusted proxy speaks for."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest


def get_client_ip(request: HttpRequest) -> str:
    """Return the address of the client.

    X-Forwarded-For counts only from TRUSTED_PROXIES, and is read from its end: what stands before the first entry that
    no trusted proxy made, anybody may have written.
    """
    address = _without_mapping(str(request.META.get("REMOTE_ADDR") or ""))
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    while hops and is_in_networks(address, settings.TRUSTED_PROXIES):
        address = _without_mapping(hops.pop())
    return address


def is_in_networks(address: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    """Tell whether an address is in one of the networks; what is no address is in none."""
    try:
        known = ip_address(_without_mapping(address))
    except ValueError:
        return False
    return any(known in network for network in networks)


def _without_mapping(address: str) -> str:
    """Return an IPv4 address as such; to who listens on `::` it comes as ::ffff:192.0.2.1 (RFC 4291, 2.5.5.2)."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    mapped = known.ipv4_mapped if isinstance(known, IPv6Address) else None
    return address if mapped is None else str(mapped)

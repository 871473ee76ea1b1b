"""Find out who asks: the peer, or whom a trusted proxy speaks for."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address of the client.

    X-Forwarded-For counts only from TRUSTED_PROXIES, and is read from its end: what stands before the first entry that
    no trusted proxy made, anybody may have written.
    """
    address = str(request.META.get("REMOTE_ADDR") or "")
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    while hops and is_in(address, settings.TRUSTED_PROXIES):
        address = hops.pop()
    return address


def is_in(address: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    """Tell whether an address is in one of the networks; what is no address is in none."""
    try:
        return any(ip_address(address) in network for network in networks)
    except ValueError:
        return False

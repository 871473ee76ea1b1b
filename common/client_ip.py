"""Get the address of a client, which a trusted proxy may state for it."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

Network = IPv4Network | IPv6Network
UNIX_SOCKET = "unix"  # in TRUSTED_PROXIES: what connects through a Unix socket, which has no address


def get_client_ip(request: HttpRequest) -> str:
    """Return the address of the client, as `find_client_ip` does."""
    return find_client_ip(str(request.META.get("REMOTE_ADDR") or ""), request.META.get("HTTP_X_FORWARDED_FOR", ""))


def find_client_ip(peer: str, forwarded_for: str) -> str:
    """Return the address of the client. `peer` is what connects, `forwarded_for` the header X-Forwarded-For.

    The header counts only from TRUSTED_PROXIES. It is read from the right: entries to the left of the first address
    that is not a trusted proxy can be forged by the client. What connects through a Unix socket has the address "".
    """
    address = _unmap_ipv4(peer)
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    while hops and is_trusted_proxy(address):
        address = _unmap_ipv4(hops.pop())
    return address


def is_trusted_proxy(address: str) -> bool:
    """Return whether what connects from an address is one of TRUSTED_PROXIES."""
    if not address:
        return UNIX_SOCKET in settings.TRUSTED_PROXIES
    networks: list[Network] = [network for network in settings.TRUSTED_PROXIES if not isinstance(network, str)]
    return is_in_networks(address, networks)


def is_in_networks(address: str, networks: Sequence[Network]) -> bool:
    """Return whether an address is in one of the networks. A text that is not an address is in none."""
    try:
        parsed = ip_address(_unmap_ipv4(address))
    except ValueError:
        return False
    return any(parsed in network for network in networks)


@lru_cache(maxsize=256)
def _unmap_ipv4(address: str) -> str:
    """Return an IPv4-mapped IPv6 address as IPv4: a socket on `::` gives ::ffff:192.0.2.1 (RFC 4291, 2.5.5.2)."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return address if mapped is None else str(mapped)

"""Connect to public addresses only (protection against server-side request forgery).

A host is resolved once per request, all of its addresses are checked, and the connection is made to a checked address,
so DNS rebinding has no effect. Loopback, private and reserved addresses, and IPv6 forms of them, are rejected unless
they are in an allowed network.
"""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx2

from news.sources.http.transport import TolerantTransport

Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], list[str]]  # host and port to addresses; errors: OSError

MAX_ATTEMPTS = 4  # addresses of one host
_PUBLIC_IPV6 = ip_network("2000::/3")  # all unicast addresses that IANA has assigned
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: holds an IPv4 address, for networks with IPv6 only
# Not all versions of Python exclude these from `is_global`, or they hold an IPv4 address that a relay would extract
# (6to4, Teredo).
_REJECTED = [
    ip_network(text)
    for text in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "2001::/23",
        "2002::/16",
        "2001:db8::/32",
        "3fff::/20",
    )
]


class AddressError(OSError):
    """An address that is not public; the text names it and the cure."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address is on the public internet; if it holds an IPv4 address, whether that one is."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
        if address not in _PUBLIC_IPV6:
            return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _REJECTED)


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, without duplicates. Errors: OSError."""
    results = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in results))


class PublicTransport(httpx2.BaseTransport):
    """Sends requests to checked addresses. The Host header, SNI and the certificate check use the host name."""

    def __init__(self, *, allowed: Sequence[Network] = (), resolve: Resolve = resolve) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve
        self._transport = TolerantTransport()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request. Errors: AddressError, and those of httpx2."""
        host = request.url.raw_host.decode("ascii").strip("[]")
        addresses = self.check(host, request.url.port or (443 if request.url.scheme == "https" else 80))
        extensions = {**request.extensions, "sni_hostname": host}
        for address in addresses[:MAX_ATTEMPTS]:
            address_request = httpx2.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,
                stream=request.stream,
                extensions=extensions,
            )
            try:
                return self._transport.handle_request(address_request)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                failure = error
        raise failure

    def check(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host, all of them allowed. Errors: AddressError, OSError."""
        addresses = self._resolve(host, port)
        if not addresses:
            raise AddressError(f"{host[:100]} resolves to no address; check the host's name.")
        for text in addresses:
            address = ip_address(text)
            if not is_public(address) and not any(address in network for network in self._allowed):
                subject = host[:100] if host == text else f"{host[:100]} resolves to {text}, which"
                raise AddressError(
                    f"{subject} is not a public address; give a public address, or add its network to "
                    "SOURCE_ALLOWED_NETWORKS."
                )
        return addresses

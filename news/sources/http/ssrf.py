"""Connect to public addresses only, whatever a name leads to.

A name is resolved once for each request; every address it leads to is checked, and one of those checked is connected
to: what the name leads to a moment later does not matter. Refuses what stands for this machine, its network, or another
address in disguise, unless a network that is allowed holds it.
"""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx2

Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], list[str]]  # host and port to addresses; errors: OSError

MAX_TRIED = 4  # addresses of one name
_PUBLIC_IPV6 = ip_network("2000::/3")  # all that is given out
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address, for networks that have IPv6 only
# Beyond what `is_global` refuses: versions of Python differ on them, or they hold an IPv4 address that a router far
# away would take out (6to4, Teredo).
_REFUSED = [
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
    """An address that is not connected to; the text names it and the cure."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Say whether an address is of the public internet, by the IPv4 address where it holds one."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
        if address not in _PUBLIC_IPV6:
            return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _REFUSED)


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, each once. Errors: OSError."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in answers))


class PublicTransport(httpx2.BaseTransport):
    """Sends requests to checked addresses. Host, TLS and the check of the certificate keep to the name."""

    def __init__(self, *, allowed: Sequence[Network] = (), resolve: Resolve = resolve) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve
        self._transport = httpx2.HTTPTransport(limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0))

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request. Errors: AddressError, and those of httpx2."""
        host = request.url.raw_host.decode("ascii").strip("[]")
        addresses = self.check(host, request.url.port or (443 if request.url.scheme == "https" else 80))
        extensions = {**request.extensions, "sni_hostname": host}
        for address in addresses[:MAX_TRIED]:
            sent = httpx2.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,
                stream=request.stream,
                extensions=extensions,
            )
            try:
                return self._transport.handle_request(sent)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                failure = error
        raise failure

    def check(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host, all of them checked. Errors: AddressError, OSError."""
        addresses = self._resolve(host, port)
        if not addresses:
            raise AddressError(f"{host[:100]} leads to no address; check the host's name.")
        for text in addresses:
            address = ip_address(text)
            if not is_public(address) and not any(address in network for network in self._allowed):
                found = host[:100] if host == text else f"{host[:100]} leads to {text}, which"
                raise AddressError(
                    f"{found} is no public address; give an address of the public internet, or have "
                    "SOURCE_ALLOWED_NETWORKS name the network."
                )
        return addresses

    def close(self) -> None:
        """Close what is open."""
        self._transport.close()

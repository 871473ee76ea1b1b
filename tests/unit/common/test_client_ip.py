"""The client address of a request, behind proxies and on IPv6 sockets."""

from ipaddress import ip_network

import pytest
from django.conf import LazySettings
from django.test import RequestFactory

from common.client_ip import get_client_ip, is_in_networks


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown", "unknown"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("::ffff:10.0.0.1", "198.51.100.1, ::ffff:10.0.0.2", "198.51.100.1"),
    ],
)
def test_get_client_ip_forwarded_for_only_from_trusted_proxies(
    settings: LazySettings, peer: str, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8"), ip_network("::1")]

    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)

    assert get_client_ip(request) == expected


@pytest.mark.parametrize(
    ("proxies", "expected"), [([], ""), ([ip_network("0.0.0.0/0")], ""), (["unix"], "198.51.100.1")]
)
def test_get_client_ip_of_a_unix_socket_is_forwarded_if_it_is_trusted(
    settings: LazySettings, proxies: list[object], expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR="203.0.113.9, 198.51.100.1")
    del request.META["REMOTE_ADDR"]

    assert get_client_ip(request) == expected


def test_is_in_networks_ipv4_mapped_address_is_ipv4() -> None:
    networks = [ip_network("10.0.0.0/8")]

    assert is_in_networks("::ffff:10.0.0.1", networks)
    assert not is_in_networks("::ffff:203.0.113.9", networks)

"""Networks that a source may reach in tests."""

from ipaddress import ip_network

LOOPBACK = [ip_network("127.0.0.0/8")]

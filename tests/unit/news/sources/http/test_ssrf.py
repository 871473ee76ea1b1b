from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.sources.http.client import SourceError, fetch, make_client
from news.sources.http.ssrf import is_public
from tests.helpers.feed_server import item, rss
from tests.helpers.networks import LOOPBACK

PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "192.88.99.1",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::808:808",
        "2002:7f00:1::",
        "2001:0:53aa:64c:0:fbff:80ff:fffe",
        "2001:db8::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_is_public_of_special_address_returns_false(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700::1111"])
def test_is_public_of_public_address_returns_true(address):
    assert is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_is_public_of_ipv4_address_in_ipv6_is_the_same(address):
    mapped = ip_address(f"::ffff:{address}")
    translated = ip_address(int(ip_address("64:ff9b::")) + int(address))

    assert is_public(mapped) == is_public(translated) == is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost:1/",
        "http://127.1:1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0/",
        "http://[::1]:1/",
        "http://[::ffff:127.0.0.1]:1/",
        "http://169.254.169.254/latest/meta-data/",
        "https://user@10.0.0.1/",
    ],
)
def test_fetch_private_address_raises_error_with_the_cure(url):
    with (
        make_client() as client,
        pytest.raises(SourceError, match=r"not a public address; .*add its network to SOURCE_ALLOWED_NETWORKS"),
    ):
        fetch(url, client)


def test_fetch_host_with_one_private_address_raises_error():
    with (
        make_client(resolve=lambda host, port: [PUBLIC, "10.0.0.7"]) as client,
        pytest.raises(SourceError, match=r"feeds\.example resolves to 10\.0\.0\.7, which is not a public address"),
    ):
        fetch("http://feeds.example/rss", client)


def test_fetch_host_that_resolves_to_a_private_address_later_raises_error(server):
    """DNS rebinding: the first lookup returns an allowed address, the second a loopback address."""
    lookups = iter([["127.0.0.1"], ["127.0.0.2"]])
    port = server.server_address[1]
    server.serve(status=302, path="/feed", Location=f"http://feeds.example:{port}/again")

    # The allowed address takes the place of a public one.
    with (
        make_client(allowed=[ip_network("127.0.0.1/32")], resolve=lambda host, port: next(lookups)) as client,
        pytest.raises(SourceError, match=r"feeds\.example resolves to 127\.0\.0\.2, which is not a public address"),
    ):
        fetch(f"http://feeds.example:{port}/feed", client)

    assert [path for path, _ in server.requests] == ["/feed"]


def test_fetch_resolves_the_host_once_and_connects_to_the_checked_address(server):
    lookups = iter([["127.0.0.1"]])
    url = server.serve(rss(item("Apple rises"))).replace("127.0.0.1", "feeds.example")

    with make_client(allowed=LOOPBACK, resolve=lambda host, port: next(lookups)) as client:
        document = fetch(url, client)

    [(_, headers)] = server.requests
    assert headers["Host"] == f"feeds.example:{server.server_address[1]}"
    assert document.url == url
    with pytest.raises(StopIteration):
        next(lookups)


def test_fetch_host_whose_first_address_fails_uses_the_second(server):
    url = server.serve(rss()).replace("127.0.0.1", "feeds.example")

    with make_client(allowed=LOOPBACK, resolve=lambda host, port: ["127.0.0.9", "127.0.0.1"]) as client:
        assert fetch(url, client).body


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/", "http://10.0.0.1/", "http://[::1]/", "//0.0.0.0/"]
)
def test_fetch_redirect_to_private_address_raises_error(server, client, target):
    with pytest.raises(SourceError, match="not a public address"):
        fetch(server.serve(status=302, Location=target), client)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://example.org/", "ws://127.0.0.1/"])
def test_fetch_redirect_to_other_scheme_raises_error(server, client, target):
    with pytest.raises(SourceError, match="redirects to a URL that is not http or https"):
        fetch(server.serve(status=302, Location=target), client)


def test_fetch_ignores_proxies_of_the_environment(server, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, server.url(""))

    with make_client() as client, pytest.raises(SourceError, match="not a public address"):
        fetch("http://127.0.0.2:1/", client)

    assert not server.requests

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
def test_addresses_that_are_not_of_the_public_internet_are_known(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700::1111"])
def test_public_addresses_are_known(address):
    assert is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_the_same_in_each_disguise(address):
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
def test_urls_of_private_addresses_are_refused_with_the_cure(url):
    with (
        make_client() as client,
        pytest.raises(SourceError, match=r"no public address; .*have SOURCE_ALLOWED_NETWORKS name"),
    ):
        fetch(url, client)


def test_a_name_with_one_private_address_among_public_ones_is_refused():
    with (
        make_client(resolve=lambda host, port: [PUBLIC, "10.0.0.7"]) as client,
        pytest.raises(SourceError, match=r"feeds\.example leads to 10\.0\.0\.7, which is no public address"),
    ):
        fetch("http://feeds.example/rss", client)


def test_a_name_that_leads_elsewhere_at_its_second_look_up_is_refused(server):
    """DNS rebinding: public when it is checked, the loopback address when it is asked again."""
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    port = server.server_address[1]
    server.serve(status=302, path="/feed", Location=f"http://feeds.example:{port}/again")

    # The first answer stands for a public one: the server is there, and nowhere else.
    with (
        make_client(allowed=[ip_network("127.0.0.1/32")], resolve=lambda host, port: next(answers)) as client,
        pytest.raises(SourceError, match=r"feeds\.example leads to 127\.0\.0\.2, which is no public address"),
    ):
        fetch(f"http://feeds.example:{port}/feed", client)

    assert [path for path, _ in server.requests] == ["/feed"]


def test_a_name_is_looked_up_once_for_a_request_and_the_checked_address_is_asked(server):
    answers = iter([["127.0.0.1"]])
    url = server.serve(rss(item("Apple rises"))).replace("127.0.0.1", "feeds.example")

    with make_client(allowed=LOOPBACK, resolve=lambda host, port: next(answers)) as client:
        document = fetch(url, client)

    [(_, headers)] = server.requests
    assert headers["Host"] == f"feeds.example:{server.server_address[1]}"
    assert document.url == url
    with pytest.raises(StopIteration):
        next(answers)


def test_the_next_address_is_tried_when_the_first_does_not_answer(server):
    url = server.serve(rss()).replace("127.0.0.1", "feeds.example")

    with make_client(allowed=LOOPBACK, resolve=lambda host, port: ["127.0.0.9", "127.0.0.1"]) as client:
        assert fetch(url, client).body


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/", "http://10.0.0.1/", "http://[::1]/", "//0.0.0.0/"]
)
def test_redirects_to_private_addresses_are_refused(server, client, target):
    with pytest.raises(SourceError, match="no public address"):
        fetch(server.serve(status=302, Location=target), client)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://example.org/", "ws://127.0.0.1/"])
def test_redirects_to_what_is_not_of_the_web_are_refused(server, client, target):
    with pytest.raises(SourceError, match="redirects to what is not reached over http or https"):
        fetch(server.serve(status=302, Location=target), client)


def test_no_proxy_of_the_environment_is_asked(server, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, server.url(""))

    with make_client() as client, pytest.raises(SourceError, match="no public address"):
        fetch("http://127.0.0.2:1/", client)

    assert not server.requests

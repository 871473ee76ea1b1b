"""How often one caller may ask: 429 beyond, with the seconds to wait."""

from ipaddress import ip_network

import pytest

from accounts.throttle_keys import address_key
from common.rate_limit import RateLimit
from tests.helpers.callers import Caller, detail_of

pytestmark = pytest.mark.django_db


def begin(address: str, **headers: str):
    return Caller().call("POST", "auth/anonymous", REMOTE_ADDR=address, headers=headers)


def refused(response) -> None:
    assert 1 <= int(response["Retry-After"]) <= 60
    assert "Retry-After" in detail_of(response, 429)


def test_an_address_begins_only_so_many_sessions_a_minute(settings):
    settings.ANONYMOUS_SESSIONS_PER_MINUTE = 2
    # Twice as often as one minute allows and once more: a minute may end in between.
    answers = [begin("198.51.100.1") for _ in range(5)]

    refused(answers[-1])
    assert begin("198.51.100.2").status_code == 201
    settings.RATELIMIT_ENABLE = False
    assert begin("198.51.100.1").status_code == 201


def test_only_a_trusted_proxy_says_for_whom_it_asks(settings):
    settings.ANONYMOUS_SESSIONS_PER_MINUTE = 1
    answers = [begin("198.51.100.1", **{"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(3)]
    refused(answers[-1])

    settings.TRUSTED_PROXIES = [ip_network("198.51.100.0/24")]

    assert begin("198.51.100.1", **{"X-Forwarded-For": "203.0.113.9"}).status_code == 201


def test_a_token_gets_only_so_many_tickets_a_minute(settings, reader):
    settings.STREAM_TICKETS_PER_MINUTE = 2
    answers = [reader.call("POST", "stream/tickets") for _ in range(5)]

    refused(answers[-1])
    assert Caller(begin("198.51.100.9").json()["token"]).call("POST", "stream/tickets").status_code == 201


def test_the_wait_is_until_the_next_minute_and_then_all_are_let_in(settings, rf):
    settings.ANONYMOUS_SESSIONS_PER_MINUTE = 3
    now = [59.0]
    rate = RateLimit("ANONYMOUS_SESSIONS_PER_MINUTE", seconds=60, caller=address_key, now=lambda: now[0])
    request = rf.get("/")

    assert [rate.allow_request(request) for _ in range(4)] == [True, True, True, False]
    assert rate.wait() == 1
    now[0] = 60.0
    assert rate.allow_request(request)
    assert rate.wait() == 60


@pytest.mark.parametrize(
    ("address", "counted_for"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_a_network_of_ipv6_counts_as_one_caller(rf, address, counted_for):
    assert address_key(rf.get("/", REMOTE_ADDR=address)) == counted_for

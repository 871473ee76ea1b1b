"""Rate limits of the account routes: 429 with Retry-After, counted per address or token."""

from ipaddress import ip_network

import pytest

from accounts.throttle_keys import address_key
from common.rate_limit import RateLimit
from tests.helpers.api_client import APIClient, detail_of

pytestmark = pytest.mark.django_db


def create_session(address: str, **headers: str):
    return APIClient().call("POST", "auth/anonymous", REMOTE_ADDR=address, headers=headers)


def assert_throttled(response) -> None:
    assert 1 <= int(response["Retry-After"]) <= 60
    assert "Retry-After" in detail_of(response, 429)


def test_create_session_beyond_limit_of_address_returns_429(settings):
    settings.ANONYMOUS_SESSIONS_PER_MINUTE = 2
    # Twice the limit and one more: the minute may end in between.
    responses = [create_session("198.51.100.1") for _ in range(5)]

    assert_throttled(responses[-1])
    assert create_session("198.51.100.2").status_code == 201
    settings.RATELIMIT_ENABLE = False
    assert create_session("198.51.100.1").status_code == 201


def test_create_session_forwarded_for_untrusted_proxy_is_ignored(settings):
    settings.ANONYMOUS_SESSIONS_PER_MINUTE = 1
    responses = [create_session("198.51.100.1", **{"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(3)]
    assert_throttled(responses[-1])

    settings.TRUSTED_PROXIES = [ip_network("198.51.100.0/24")]

    assert create_session("198.51.100.1", **{"X-Forwarded-For": "203.0.113.9"}).status_code == 201


def test_create_ticket_beyond_limit_of_token_returns_429(settings, anonymous_client):
    settings.STREAM_TICKETS_PER_MINUTE = 2
    responses = [anonymous_client.call("POST", "stream/tickets") for _ in range(5)]

    assert_throttled(responses[-1])
    assert APIClient(create_session("198.51.100.9").json()["token"]).call("POST", "stream/tickets").status_code == 201


def test_rate_limit_next_window_allows_requests_again(settings, rf):
    settings.ANONYMOUS_SESSIONS_PER_MINUTE = 3
    now = [59.0]
    limit = RateLimit("ANONYMOUS_SESSIONS_PER_MINUTE", seconds=60, get_key=address_key, now=lambda: now[0])
    request = rf.get("/")

    assert [limit.allow_request(request) for _ in range(4)] == [True, True, True, False]
    assert limit.wait() == 1
    now[0] = 60.0
    assert limit.allow_request(request)
    assert limit.wait() == 60


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_address_key_ipv6_is_the_64_bit_network(rf, address, key):
    assert address_key(rf.get("/", REMOTE_ADDR=address)) == key

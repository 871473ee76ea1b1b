"""Failed logins are limited per IP address, on the login pages of the site and of the admin."""

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from accounts.login_throttle import WINDOW_SECONDS, throttle_login

pytestmark = pytest.mark.django_db

LOGIN_PATHS = ["/accounts/login/", "/admin/login/"]
SECRET = "only-for-this-test"


@pytest.fixture(autouse=True)
def _three_failures(settings: LazySettings) -> None:
    settings.SIGN_IN_FAILURES = 3
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast
    User.objects.create_superuser("ann", password=SECRET)


def log_in(path: str, password: str = "wrong", address: str = "198.51.100.1") -> HttpResponse:
    return Client(REMOTE_ADDR=address).post(path, {"username": "ann", "password": password})


@pytest.mark.parametrize("path", LOGIN_PATHS)
def test_login_too_many_failures_returns_429_on_both_pages(path: str) -> None:
    # Twice the limit and one more: the window may end in between.
    responses = [log_in(path) for _ in range(7)]

    assert responses[0].status_code == 200
    assert responses[-1].status_code == 429
    assert 1 <= int(responses[-1]["Retry-After"]) <= WINDOW_SECONDS
    assert "Too many sign-in attempts" in responses[-1].text
    for other_path in LOGIN_PATHS:
        assert log_in(other_path, SECRET).status_code == 429, "the correct password is not checked either"
        assert Client(REMOTE_ADDR="198.51.100.1").get(other_path).status_code == 200
        assert log_in(other_path, SECRET, address="198.51.100.2").status_code == 302


def test_throttle_login_concurrent_attempts_are_counted_before_responses(rf: RequestFactory) -> None:
    request = rf.post("/", REMOTE_ADDR="198.51.100.9")
    statuses: list[int] = []

    @throttle_login
    def login(request: HttpRequest, attempts: int) -> HttpResponse:
        """Attempt again before this attempt has its response."""
        if attempts:
            statuses.append(login(request, attempts - 1).status_code)
        return HttpResponse("the form again")

    login(request, 7)

    assert statuses[0] == 429


def test_login_success_is_not_counted() -> None:
    assert {log_in(LOGIN_PATHS[0], SECRET).status_code for _ in range(9)} == {302}


def test_login_ratelimit_disabled_is_not_throttled(settings: LazySettings) -> None:
    settings.RATELIMIT_ENABLE = False

    assert {log_in(LOGIN_PATHS[1]).status_code for _ in range(9)} == {200}

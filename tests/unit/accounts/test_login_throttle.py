"""Whoever fails to sign in too often waits, at both doors; others and other addresses do not."""

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from accounts.login_throttle import WINDOW_SECONDS, throttle_login

pytestmark = pytest.mark.django_db

DOORS = ["/accounts/login/", "/admin/login/"]
SECRET = "only-for-this-test"


@pytest.fixture(autouse=True)
def _three_failures(settings: LazySettings) -> None:
    settings.SIGN_IN_FAILURES = 3
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick
    User.objects.create_superuser("ann", password=SECRET)


def sign_in(door: str, password: str = "wrong", address: str = "198.51.100.1") -> HttpResponse:
    return Client(REMOTE_ADDR=address).post(door, {"username": "ann", "password": password})


@pytest.mark.parametrize("door", DOORS)
def test_too_many_failures_close_both_doors_to_an_address(door: str) -> None:
    # Twice as often and once more: the quarter of an hour may end in between.
    answers = [sign_in(door) for _ in range(7)]

    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1]["Retry-After"]) <= WINDOW_SECONDS
    assert "Too many tries" in answers[-1].text
    for other in DOORS:
        assert sign_in(other, SECRET).status_code == 429, "the right password tells nothing now"
        assert Client(REMOTE_ADDR="198.51.100.1").get(other).status_code == 200
        assert sign_in(other, SECRET, address="198.51.100.2").status_code == 302


def test_tries_at_once_are_counted_before_any_is_answered(rf: RequestFactory) -> None:
    request = rf.post("/", REMOTE_ADDR="198.51.100.9")
    answers: list[int] = []

    @throttle_login
    def door(request: HttpRequest, left: int) -> HttpResponse:
        """Try again before this try is answered."""
        if left:
            answers.append(door(request, left - 1).status_code)
        return HttpResponse("the form once more")

    door(request, 7)

    assert answers[0] == 429


def test_who_signs_in_is_not_counted() -> None:
    assert {sign_in(DOORS[0], SECRET).status_code for _ in range(9)} == {302}


def test_it_can_be_turned_off(settings: LazySettings) -> None:
    settings.RATELIMIT_ENABLE = False

    assert {sign_in(DOORS[1]).status_code for _ in range(9)} == {200}

"""Users who sign in: Django's own pages and cookie, and what the cookie opens."""

import re

import pytest
from django.contrib.auth.models import User

from accounts.models import Configuration
from tests.helpers.callers import Caller, detail_of

pytestmark = pytest.mark.django_db

SECRET = "only-for-this-test"


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann", password=SECRET)


@pytest.fixture
def browser(ann) -> Caller:
    """A browser in which ann has signed in."""
    browser = Caller()
    assert sign_in(browser)["Location"] == "/"
    return browser


def sign_in(browser: Caller, password: str = SECRET, **fields: str):
    page = browser.get("/accounts/login/").text
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    form = {"username": "ann", "password": password, "csrfmiddlewaretoken": token}
    return browser.post("/accounts/login/", form | fields)


def csrf(browser: Caller) -> dict[str, str]:
    return {"X-CSRFToken": browser.cookies["csrftoken"].value}


def test_a_user_signs_in_has_configurations_and_signs_out(browser, ann):
    made = browser.call("POST", "configurations", {"name": "Tech", "tickers": ["AAPL"]}, headers=csrf(browser))

    assert made.status_code == 201
    assert browser.call("GET", "configurations").json() == {"configurations": [made.json()]}
    assert Configuration.objects.get().user == ann
    assert browser.post("/accounts/logout/", headers=csrf(browser))["Location"] == "/"
    assert detail_of(browser.call("GET", "configurations"), 401) == "Missing user identification"


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "configurations"), ("PATCH", ""), ("DELETE", ""), ("POST", "stream/tickets")]
)
def test_a_cookie_alone_changes_nothing(browser, ann, method, path):
    configuration = Configuration.objects.create(user=ann, name="Tech", tickers=["AAPL"])
    body = {"name": "Other", "tickers": ["MSFT"]}
    address = path or f"configurations/{configuration.config_id}"

    response = browser.call(method, address, body)

    assert "X-CSRFToken" in detail_of(response, 403)
    assert list(Configuration.objects.values_list("name", "tickers")) == [("Tech", ["AAPL"])]


def test_a_token_needs_no_csrf_token_beside_a_cookie(browser, reader):
    bearer = {"Authorization": reader.defaults["HTTP_AUTHORIZATION"]}

    response = browser.call("POST", "configurations", {"name": "Tech", "tickers": ["AAPL"]}, headers=bearer)

    assert response.status_code == 201
    assert Configuration.objects.get().user is None


def test_a_wrong_password_is_told_and_lets_nobody_in(ann):
    browser = Caller()

    response = sign_in(browser, "wrong")

    assert response.status_code == 200
    assert "match an account" in response.text
    detail_of(browser.call("GET", "configurations"), 401)


def test_the_way_back_leads_to_no_other_site(ann):
    assert sign_in(Caller(), next="/admin/")["Location"] == "/admin/"
    assert sign_in(Caller(), next="https://evil.example/")["Location"] == "/"


def test_a_user_who_may_sign_in_no_more_is_nobody(browser, ann):
    ann.is_active = False
    ann.save()

    detail_of(browser.call("GET", "configurations"), 401)


@pytest.mark.parametrize("cookie", ["x", "\\000", '"a\\000b"', "é", "a" * 32])
def test_a_cookie_of_nobodys_is_nobody(cookie):
    stranger = Caller()
    stranger.cookies["sessionid"] = cookie

    for method, path in (("GET", "configurations"), ("POST", "stream/tickets")):
        assert detail_of(stranger.call(method, path), 401) == "Missing user identification"


def test_deleting_a_user_deletes_what_was_theirs(browser, ann):
    Configuration.objects.create(user=ann, name="Tech", tickers=["AAPL"])

    ann.delete()

    assert not Configuration.objects.exists()

"""Logins: Django's own pages and cookie, and the routes that the cookie gives access to."""

import re

import pytest
from django.contrib.auth.models import User

from accounts.models import Configuration
from tests.helpers.api_client import APIClient, detail_of

pytestmark = pytest.mark.django_db

SECRET = "only-for-this-test"


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann", password=SECRET)


@pytest.fixture
def browser(ann) -> APIClient:
    """A browser in which ann is logged in."""
    browser = APIClient()
    assert log_in(browser)["Location"] == "/"
    return browser


def log_in(browser: APIClient, password: str = SECRET, **fields: str):
    page = browser.get("/accounts/login/").text
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    form = {"username": "ann", "password": password, "csrfmiddlewaretoken": token}
    return browser.post("/accounts/login/", form | fields)


def get_csrf_headers(browser: APIClient) -> dict[str, str]:
    return {"X-CSRFToken": browser.cookies["csrftoken"].value}


def test_login_user_has_configurations_until_logout(browser, ann):
    created = browser.call(
        "POST", "configurations", {"name": "Tech", "tickers": ["AAPL"]}, headers=get_csrf_headers(browser)
    )

    assert created.status_code == 201
    assert browser.call("GET", "configurations").json() == {"configurations": [created.json()]}
    assert Configuration.objects.get().user == ann
    assert browser.post("/accounts/logout/", headers=get_csrf_headers(browser))["Location"] == "/"
    assert detail_of(browser.call("GET", "configurations"), 401) == "Missing user identification"


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "configurations"), ("PATCH", ""), ("DELETE", ""), ("POST", "stream/tickets")]
)
def test_session_cookie_without_csrf_token_returns_403(browser, ann, method, path):
    configuration = Configuration.objects.create(user=ann, name="Tech", tickers=["AAPL"])
    body = {"name": "Other", "tickers": ["MSFT"]}
    path = path or f"configurations/{configuration.config_id}"

    response = browser.call(method, path, body)

    assert "X-CSRFToken" in detail_of(response, 403)
    assert list(Configuration.objects.values_list("name", "tickers")) == [("Tech", ["AAPL"])]


def test_bearer_token_with_session_cookie_needs_no_csrf_token(browser, anonymous_client):
    bearer = {"Authorization": anonymous_client.defaults["HTTP_AUTHORIZATION"]}

    response = browser.call("POST", "configurations", {"name": "Tech", "tickers": ["AAPL"]}, headers=bearer)

    assert response.status_code == 201
    assert Configuration.objects.get().user is None


def test_login_wrong_password_shows_error(ann):
    browser = APIClient()

    response = log_in(browser, "wrong")

    assert response.status_code == 200
    assert "match an account" in response.text
    detail_of(browser.call("GET", "configurations"), 401)


def test_login_next_on_another_site_is_ignored(ann):
    assert log_in(APIClient(), next="/admin/")["Location"] == "/admin/"
    assert log_in(APIClient(), next="https://evil.example/")["Location"] == "/"


def test_session_cookie_of_inactive_user_returns_401(browser, ann):
    ann.is_active = False
    ann.save()

    detail_of(browser.call("GET", "configurations"), 401)


@pytest.mark.parametrize("cookie", ["x", "\\000", '"a\\000b"', "é", "a" * 32])
def test_session_cookie_unknown_or_malformed_returns_401(cookie):
    client = APIClient()
    client.cookies["sessionid"] = cookie

    for method, path in (("GET", "configurations"), ("POST", "stream/tickets")):
        assert detail_of(client.call(method, path), 401) == "Missing user identification"


def test_delete_user_deletes_their_configurations(browser, ann):
    Configuration.objects.create(user=ann, name="Tech", tickers=["AAPL"])

    ann.delete()

    assert not Configuration.objects.exists()

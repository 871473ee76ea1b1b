"""Errors as pages in the look of the site, and as JSON for programs; they need no database."""

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.db import OperationalError
from django.http import HttpRequest
from django.test import Client, RequestFactory

from sentiment_site import error_pages


@pytest.fixture
def client() -> Client:
    return Client(SERVER_NAME="127.0.0.1", raise_request_exception=False, enforce_csrf_checks=True)


def assert_page(response: object, status: int, title: str) -> str:
    text = response.content.decode()
    assert response.status_code == status
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Cache-Control"] == "no-store"
    assert f"<title>{title} · Market Sentiment</title>" in text
    assert "dashboard/css/simple.css" in text
    return text


def test_unknown_page_is_404_with_its_path_escaped(client: Client) -> None:
    text = assert_page(client.get("/<b>no"), 404, "Page not found")

    assert "There is no page at /&lt;b&gt;no." in text


@pytest.mark.parametrize("path", ["/api/none", "/api/v2/none", "/events/none", "/health/none"])
def test_unknown_address_of_a_program_is_404_as_json(client: Client, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 404
    assert set(response.json()) == {"detail"}


def test_host_that_is_not_allowed_is_400_and_names_the_cure(client: Client, settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]

    assert "ALLOWED_HOSTS" in assert_page(client.get("/", SERVER_NAME="evil.example"), 400, "Bad request")
    assert "evil.example" in client.get("/api/v2/items", SERVER_NAME="evil.example").json()["detail"]


@pytest.mark.django_db
def test_form_without_csrf_token_is_403_and_says_what_to_do(client: Client) -> None:
    text = assert_page(client.post("/accounts/login/", {"username": "ann"}), 403, "The form has expired")

    assert "Nothing was changed" in text
    assert "CSRF cookie not set" in text


@pytest.mark.django_db
def test_page_of_the_admin_without_permission_is_403(client: Client) -> None:
    client.force_login(User.objects.create_user("ann", is_staff=True))

    assert_page(client.get("/admin/news/source/"), 403, "No access")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/sources/add", "/sources/export.opml"])
def test_page_below_an_address_of_programs_without_permission_is_403(client: Client, path: str) -> None:
    client.force_login(User.objects.create_user("ann"))

    assert_page(client.get(path), 403, "No access")


@pytest.mark.parametrize("path", ["/snapshot", "/rows", "/sources", "/words"])
def test_data_of_the_page_that_fails_is_json(path: str) -> None:
    answer = fail(RequestFactory().get(path), ValueError("a secret"))

    assert answer.headers["Content-Type"] == "application/json"


def test_page_without_database_is_503_and_tries_again(client: Client) -> None:
    """The test may not use the database, which Django reports as an error of its own kind."""
    request = RequestFactory().get("/")
    text = assert_page(fail(request, OperationalError("no such file")), 503, "The database does not answer")

    assert '<meta http-equiv="refresh" content="10">' in text
    assert "no such file" not in text
    assert fail(request, OperationalError())["Retry-After"] == "10"
    assert "refresh" not in fail(RequestFactory().post("/"), OperationalError()).content.decode()


def test_page_that_fails_is_500_without_the_exception() -> None:
    text = assert_page(fail(RequestFactory().get("/"), ValueError("a secret")), 500, "Something went wrong")

    assert "a secret" not in text
    assert fail(RequestFactory().get("/api/x"), ValueError("a secret")).headers["Content-Type"] == "application/json"


def fail(request: HttpRequest, error: Exception) -> object:
    """Return the answer to a request while an error is handled, as Django asks for it."""
    try:
        raise error
    except type(error):
        return error_pages.on_server_error(request)

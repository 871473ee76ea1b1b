"""API clients of the account tests."""

from collections.abc import Callable

import pytest
from django.core.cache import cache

from tests.helpers.api_client import APIClient


@pytest.fixture(autouse=True)
def _no_requests_counted() -> None:
    cache.clear()


@pytest.fixture
def create_anonymous_client() -> Callable[..., APIClient]:
    """Return a function that creates an anonymous session and returns its client."""

    def create() -> APIClient:
        response = APIClient().call("POST", "auth/anonymous", REMOTE_ADDR="198.51.100.7")
        return APIClient(response.json()["token"])

    return create


@pytest.fixture
def anonymous_client(db: None, create_anonymous_client: Callable[..., APIClient]) -> APIClient:
    """A client with an anonymous session."""
    return create_anonymous_client()

"""Clients of the API, as programs and browsers are."""

from collections.abc import Callable

import pytest
from django.core.cache import cache

from tests.helpers.callers import Caller


@pytest.fixture(autouse=True)
def _no_calls_counted() -> None:
    cache.clear()


@pytest.fixture
def begin() -> Callable[..., Caller]:
    """Return a function that begins an anonymous session and returns its client."""

    def begin_session() -> Caller:
        return Caller(Caller().call("POST", "auth/anonymous", REMOTE_ADDR="198.51.100.7").json()["token"])

    return begin_session


@pytest.fixture
def reader(db: None, begin: Callable[..., Caller]) -> Caller:
    """A client in an anonymous session of its own."""
    return begin()

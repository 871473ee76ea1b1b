"""Fixtures of the news tests."""

import time

import pytest
from django.test import Client

from accounts.models import Scope
from accounts.tokens import create_token
from tests.helpers.random_sequence import Clock


@pytest.fixture
def poster(db: None) -> Client:
    """A client with an ingest token, for which CSRF checks are enforced."""
    return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {create_token(Scope.INGEST)[1]}"})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still, in place of `time.time`; for `assert_counts_exact`."""
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    return clock

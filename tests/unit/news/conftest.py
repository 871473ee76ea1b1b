"""Fixtures of the news tests."""

import pytest
from django.test import Client

from accounts.models import Scope
from accounts.tokens import create_token


@pytest.fixture
def poster(db: None) -> Client:
    """A client with an ingest token, for which CSRF checks are enforced."""
    return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {create_token(Scope.INGEST)[1]}"})

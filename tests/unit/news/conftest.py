"""Who posts to the API."""

import pytest
from django.test import Client

from accounts.models import Scope
from accounts.tokens import create_token


@pytest.fixture
def poster(db: None) -> Client:
    """A client that shows an ingest token and sends its cookies' checks like a stranger's browser would."""
    return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {create_token(Scope.INGEST)[1]}"})

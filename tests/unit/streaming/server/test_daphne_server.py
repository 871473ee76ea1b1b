"""Functions of the server that need no connection."""

import pytest

from streaming.server.daphne_server import redact_secrets


@pytest.mark.parametrize(
    ("address", "redacted"),
    [
        ("/api/v2/stream", "/api/v2/stream"),
        ("/api/v2/stream?ticket=abc", "/api/v2/stream?ticket=…"),
        ("/api/v2/stream?tickers=AAPL&ticket=abc&ticket=def", "/api/v2/stream?tickers=AAPL&ticket=…&ticket=…"),
        ("/api/v2/stream?t%69cket=abc", "/api/v2/stream?t%69cket=…"),
        ("/api/v2/stream?ticket", "/api/v2/stream?ticket=…"),
        ("/api/v2/stream?tickets=abc", "/api/v2/stream?tickets=abc"),
    ],
)
def test_redact_secrets_replaces_their_values_only(address: str, redacted: str) -> None:
    assert redact_secrets(address) == redacted

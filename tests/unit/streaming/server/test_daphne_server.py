"""Functions of the server that need no connection."""

import pytest

from streaming.server.daphne_server import redact_ticket


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
def test_redact_ticket_replaces_values_of_tickets_only(address: str, redacted: str) -> None:
    assert redact_ticket(address) == redacted

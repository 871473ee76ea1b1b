"""Functions of the server that need no connection."""

import pytest

from streaming.server.daphne_server import open_listener, redact_ticket


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


def test_listen_on_a_shared_port_succeeds_twice() -> None:
    with open_listener("127.0.0.1", 0) as first, open_listener("127.0.0.1", first.getsockname()[1]) as second:
        assert first.getsockname() == second.getsockname()


def test_listen_on_a_taken_port_raises_os_error() -> None:
    with open_listener("127.0.0.1", 0, is_shared=False) as taken, pytest.raises(OSError, match="in use"):
        open_listener("127.0.0.1", taken.getsockname()[1], is_shared=False)

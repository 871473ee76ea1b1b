"""Descriptors in the environment that systemd sets."""

import pytest

from streaming.systemd import parse_descriptors


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LISTEN_FDS": "2", "LISTEN_PID": "7", "LISTEN_FDNAMES": "a:b"}, [3, 4]),
        ({"LISTEN_FDS": "2", "LISTEN_PID": "8"}, []),
        ({"LISTEN_FDS": "two", "LISTEN_PID": "7"}, []),
        ({"LISTEN_PID": "7"}, []),
        ({}, []),
    ],
)
def test_parse_descriptors_returns_those_of_this_process(environment: dict[str, str], expected: list[int]) -> None:
    assert parse_descriptors(environment, pid=7) == expected

"""What systemd passes in the environment: descriptors, and the socket for its watchdog."""

import socket
from pathlib import Path

import pytest

from streaming.systemd import Watchdog, parse_descriptors


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


@pytest.mark.parametrize("is_abstract", [False, True])
def test_watchdog_notifies_systemd_and_survives_its_end(is_abstract: bool, tmp_path: Path) -> None:
    address = f"@{tmp_path}" if is_abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(address.replace("@", "\0"))
        watchdog = Watchdog({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "7"}, pid=7)

        watchdog.notify()

        assert receiver.recv(100) == b"WATCHDOG=1"
    watchdog.notify()


@pytest.mark.parametrize("others", [{"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "8"}, {}])
def test_watchdog_of_another_process_or_none_is_not_notified(others: dict[str, str], tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "notify"))
        receiver.setblocking(False)

        Watchdog({"NOTIFY_SOCKET": str(tmp_path / "notify"), **others}, pid=7).notify()

        with pytest.raises(BlockingIOError):
            receiver.recv(100)

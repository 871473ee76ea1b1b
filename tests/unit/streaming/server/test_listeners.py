"""The sockets of `serve`: shared and taken ports, Unix sockets, inherited descriptors."""

import os
import socket
from pathlib import Path

import pytest

from streaming.server.listeners import (
    ListenError,
    adopt_listener,
    bind_port,
    listen_on_port,
    listen_on_unix_socket,
    remove_unix_socket,
)


@pytest.fixture
def unix_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a path that is short enough for a socket."""
    monkeypatch.chdir(tmp_path)
    return Path("site.sock")


def test_listen_on_port_of_the_same_database_is_shared() -> None:
    with (
        listen_on_port("127.0.0.1", 0, database_id="one") as first,
        listen_on_port("127.0.0.1", first.port, database_id="one") as second,
    ):
        assert second.port == first.port
        assert (first.shared_with, second.shared_with) == (0, 1)


@pytest.mark.parametrize(
    ("taken", "wanted"), [("127.0.0.1", "127.0.0.1"), ("127.0.0.1", "0.0.0.0"), ("127.0.0.1", "::1"), ("::1", "::")]
)
def test_listen_on_port_of_another_database_is_rejected(taken: str, wanted: str) -> None:
    with listen_on_port(taken, 0, database_id="one") as first:
        port = first.port
        with pytest.raises(ListenError) as rejection:
            listen_on_port(wanted, port, database_id="two")

    assert str(rejection.value) == (
        f"--host {wanted} --port {port}: process {os.getpid()} serves another site there, with another database; "
        "choose another port with PORT=, or stop that process."
    )


def test_listen_on_port_after_the_other_site_has_ended_succeeds() -> None:
    with listen_on_port("127.0.0.1", 0, database_id="one") as first:
        port = first.port
    with listen_on_port("127.0.0.1", port, database_id="two") as second:
        assert second.shared_with == 0


@pytest.mark.parametrize("is_shared", [False, True], ids=["its own", "one that it would share"])
def test_listen_on_port_of_another_program_is_rejected(*, is_shared: bool) -> None:
    with bind_port("127.0.0.1", 0, is_shared=is_shared) as other:
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ListenError, match=f"--port {port}: .*choose another port with PORT="):
            listen_on_port("127.0.0.1", port, database_id="one")


@pytest.mark.parametrize(
    ("host", "port"), [("127.0.0.1", -1), ("127.0.0.1", 65_536), ("192.0.2.1", 8000), ("no host", 1)]
)
def test_listen_on_port_that_is_not_available_names_it(host: str, port: int) -> None:
    with pytest.raises(ListenError, match=f"--host {host} --port {port}: "):
        listen_on_port(host, port, database_id="one")


def test_listen_on_unix_socket_limits_access_and_is_removed(unix_path: Path) -> None:
    listener = listen_on_unix_socket(unix_path, mode=0o620)
    status = unix_path.stat()

    assert status.st_mode & 0o777 == 0o620
    remove_unix_socket(listener.sock, unix_path, status.st_ino)
    assert not unix_path.exists()


def test_listen_on_unix_socket_replaces_one_whose_process_has_ended(unix_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as ended:
        ended.bind(str(unix_path))
    with listen_on_unix_socket(unix_path, mode=0o600), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(unix_path))


def test_listen_on_unix_socket_in_use_is_rejected(unix_path: Path) -> None:
    with listen_on_unix_socket(unix_path, mode=0o600), pytest.raises(ListenError, match="another process listens"):
        listen_on_unix_socket(unix_path, mode=0o600)


def test_listen_on_unix_socket_keeps_other_files(unix_path: Path) -> None:
    unix_path.write_text("text")

    with pytest.raises(ListenError, match=r"--unix site\.sock: a file that is not a socket"):
        listen_on_unix_socket(unix_path, mode=0o600)

    assert unix_path.read_text() == "text"


@pytest.mark.parametrize("path", [Path("no/such/folder/s.sock"), Path("x" * 120)], ids=["no folder", "too long"])
def test_listen_on_unix_socket_that_cannot_be_made_names_it(unix_path: Path, path: Path) -> None:
    with pytest.raises(ListenError, match=f"--unix {path}: .*writable folder"):
        listen_on_unix_socket(path, mode=0o600)


def test_remove_unix_socket_keeps_that_of_a_successor(unix_path: Path) -> None:
    first = listen_on_unix_socket(unix_path, mode=0o600)
    inode = unix_path.stat().st_ino
    unix_path.rename("first.sock")
    with listen_on_unix_socket(unix_path, mode=0o600):
        remove_unix_socket(first.sock, unix_path, inode)

        assert unix_path.exists()


def test_adopt_listener_returns_the_inherited_socket() -> None:
    with bind_port("127.0.0.1", 0) as inherited:
        inherited.listen()
        with adopt_listener(os.dup(inherited.fileno()), database_id="one") as listener:
            assert listener.address == f"http://127.0.0.1:{inherited.getsockname()[1]}"


def test_adopt_listener_of_a_port_of_another_database_is_rejected() -> None:
    with bind_port("127.0.0.1", 0) as inherited:
        inherited.listen()
        with (
            adopt_listener(os.dup(inherited.fileno()), database_id="one"),
            pytest.raises(ListenError, match="serves another site"),
        ):
            adopt_listener(os.dup(inherited.fileno()), database_id="two")


def test_adopt_listener_of_anything_else_is_rejected(tmp_path: Path) -> None:
    with (
        bind_port("127.0.0.1", 0) as bound,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram,
        (tmp_path / "file").open("w") as file,
    ):
        for descriptor in (bound.fileno(), datagram.fileno(), file.fileno(), 999, -1):
            with pytest.raises(ListenError, match=f"--fd {descriptor}: "):
                adopt_listener(descriptor, database_id="one")
            if descriptor == bound.fileno():
                assert bound.getsockname()  # still open

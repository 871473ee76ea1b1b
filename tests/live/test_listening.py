"""Where a server listens: a port that only one site may serve, a Unix socket, an inherited descriptor."""

import http.client
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from tests.helpers.paths import ROOT
from tests.helpers.ports import free_port, is_listening
from tests.helpers.server import Server
from tests.helpers.waiting import WAIT_SECONDS, until

# As a process manager does it.
PASS_AS_3 = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""


class UnixConnection(http.client.HTTPConnection):
    """HTTP through a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=WAIT_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def accepts(path: Path) -> bool:
    """Return whether a process listens on a Unix socket: the file is there before."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def other_site(server: Server, folder: Path) -> Server:
    """Return a site, not started, on a copy of the database of a server."""
    copy = shutil.copy(folder / "site.sqlite3", folder / "other.sqlite3")
    return Server(server.environment | {"DATABASE_URL": f"sqlite:///{copy}"}, server.port, server.token)


def test_serve_on_the_port_of_another_site_is_rejected(start_server: Callable[..., Server], tmp_path: Path) -> None:
    server = start_server()
    other = other_site(server, tmp_path)

    for arguments in (
        ["serve"],
        ["serve", "--host", "::1"],
        ["serve", "--host", "0.0.0.0"],
        ["runserver", "--noreload"],
    ):
        rejected = other.manage(*arguments, PORT=str(server.port))

        assert rejected.returncode == 1
        assert f"process {server.process.pid} serves " in rejected.stderr
        assert "choose another port with PORT=" in rejected.stderr
        assert "Traceback" not in rejected.stderr


def test_serve_postgresql_under_two_names_is_one_site(
    start_server: Callable[..., Server], postgres: Callable[[str], str], postgres_url: str, tmp_path: Path
) -> None:
    folder = quote(unquote(postgres_url).partition("@")[2].rpartition("/")[0], safe="")
    (tmp_path / "pg").symlink_to(unquote(folder))
    server = start_server(DATABASE_URL=postgres_url)
    second = start_server(
        DATABASE_URL=postgres_url.replace(folder, quote(str(tmp_path / "pg"), safe="")), port=server.port
    )
    other = Server(server.environment | {"DATABASE_URL": postgres("postgres")}, server.port, token="")
    assert other.manage("migrate", "-v0").returncode == 0

    assert "a port that another process serves too" in second.log.read_text()
    assert "with another database" in other.manage("serve", PORT=str(server.port)).stderr


def test_serve_two_sites_at_once_exactly_one_serves(start_server: Callable[..., Server], tmp_path: Path) -> None:
    server = start_server()
    other, port = other_site(server, tmp_path), free_port()
    command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(port)]
    processes = [
        subprocess.Popen(command, env=site.environment, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for site in (server, other, server, other)
    ]

    until(lambda: sum(process.poll() == 1 for process in processes) == 2, what="one site is rejected")
    until(lambda: is_listening(port), what="the other serves")
    for process in processes:
        process.send_signal(signal.SIGTERM)
    logs = {process: process.communicate(timeout=WAIT_SECONDS)[1] for process in processes}

    rejected = [process for process in processes if process.returncode == 1]
    assert rejected in (processes[::2], processes[1::2])
    assert all("with another database" in logs[process] for process in rejected)


def test_serve_unix_socket_streams_behind_a_proxy_and_is_removed(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    path = tmp_path / "s"
    server = start_server()
    options = ["serve", "--unix", str(path), "--unix-mode", "600"]
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), *options],
        env=server.environment | {"TRUSTED_PROXIES": "unix", "STREAM_MAX_PER_ADDRESS": "1"}, cwd=ROOT,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        until(lambda: accepts(path), what="the socket")
        connections, responses = [], []
        for address, status in (("198.51.100.1", 200), ("198.51.100.2", 200), ("198.51.100.1", 429)):
            connection = UnixConnection(path)
            connection.request("GET", "/api/v2/stream", headers={"X-Forwarded-For": address})
            connections.append(connection)
            responses.append(connection.getresponse())
            assert responses[-1].status == status
            assert status != 200 or responses[-1].readline().startswith(b"retry:")
        rejected = server.manage(*options)
        assert "another process listens there" in rejected.stderr
        assert path.stat().st_mode & 0o777 == 0o600
    finally:
        process.send_signal(signal.SIGTERM)
        for opened in (*responses, *connections):
            opened.close()
        log = process.communicate(timeout=WAIT_SECONDS)[1]

    assert process.returncode == 0, log
    assert not path.exists()
    assert "client=198.51.100.1" in log
    assert "Traceback" not in log


@pytest.mark.parametrize("variant", ["--fd", "LISTEN_FDS", "LISTEN_FDS of workers"])
def test_serve_inherited_socket_accepts_what_came_before_its_start(
    start_server: Callable[..., Server], variant: str
) -> None:
    server = start_server()
    port = free_port()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        early = socket.create_connection(("127.0.0.1", port), WAIT_SECONDS)  # the kernel accepts it
        early.sendall(b"GET /health/live HTTP/1.0\r\nHost: localhost\r\n\r\n")
        options = ["--fd", "3"] if variant == "--fd" else []
        options += ["--workers", "2"] if "workers" in variant else []
        process = subprocess.Popen(
            [sys.executable, "-c", PASS_AS_3, str(listener.fileno()), str(ROOT / "manage.py"), "serve", *options],
            env=server.environment | ({} if "--fd" in options else {"LISTEN_FDS": "1"}), cwd=ROOT,
            pass_fds=[listener.fileno()], stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        with early:
            assert early.recv(100).startswith(b"HTTP/1.0 200")
    process.send_signal(signal.SIGTERM)
    log = process.communicate(timeout=WAIT_SECONDS)[1]

    assert process.returncode == 0, log
    assert f"Serving on http://127.0.0.1:{port}" in log

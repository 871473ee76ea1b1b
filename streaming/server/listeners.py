"""The sockets that `serve` listens on: a port that the processes of a site share, a Unix socket, inherited ones."""

import errno
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from streaming.server.port_owners import PortOwner, find_owners, startup_lock
from streaming.server.private_names import Feature, is_available
from streaming.unix_file import remove_socket_file

BACKLOG = 4096  # with Daphne's 50, a thousand clients that connect at once wait for many seconds
MAX_PORT = 65_535


class ListenError(Exception):
    """Why a place can't be listened on, and the cure."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A listening socket, the socket that registers it as an owner of its port, and what else serves it."""

    sock: socket.socket
    marker: socket.socket | None = None
    shared_with: int = 0  # processes of this site on the same port

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening, and leave the port to others."""
        self.sock.close()
        if self.marker is not None:
            self.marker.close()

    @property
    def port(self) -> int:
        """The number of its port."""
        port: int = self.sock.getsockname()[1]
        return port

    @property
    def address(self) -> str:
        """Where it listens, as a URL or as the path of a Unix socket."""
        name = self.sock.getsockname()
        if self.sock.family == socket.AF_UNIX:
            return f"unix:{name}"
        host, port = name[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def listen_on_port(host: str, port: int, *, database_id: str) -> Listener:
    """Listen on a port that other processes with the same database may serve, too.

    Errors: ListenError if the port is not available, or serves something else.
    """
    where = f"--host {host} --port {port}"
    if not 0 <= port <= MAX_PORT:
        raise ListenError(f"{where}: a port is 0 to {MAX_PORT}; choose another with PORT=.")
    with _describe_errors(where, "choose another port with PORT="), startup_lock(f"port {port}"):
        is_taken = not _can_bind_alone(host, port)
        listener = bind_port(host, port)
        with _closed_on_error(listener):
            owners = check_port(where, listener, database_id=database_id)
            if is_taken and not owners:
                raise ListenError(
                    f"{where}: another program listens there; choose another port with PORT=, or stop it."
                )
            listener.listen(BACKLOG)
            marker = _register(listener, database_id)
        return Listener(listener, marker, len(owners))


def check_port(where: str, listener: socket.socket, *, database_id: str) -> list[PortOwner]:
    """Return the other owners of a socket's port. Errors: ListenError if one of them has another database."""
    address, port = listener.getsockname()[:2]
    owners = find_owners(port, address)
    for owner in owners:
        if owner.database_id != database_id:
            raise ListenError(
                f"{where}: process {owner.pid} serves another site there, with another database; "
                "choose another port with PORT=, or stop that process."
            )
    return owners


def listen_on_unix_socket(path: Path, *, mode: int) -> Listener:
    """Listen on a Unix socket with these permissions; replace the file of a process that has ended.

    Errors: ListenError if a process listens there, or the file is something else.
    """
    where = f"--unix {path}"
    _require_unix_sockets(where)
    with (
        _describe_errors(where, "give a path of a socket in a writable folder"),
        startup_lock(f"unix {path.resolve()}"),
    ):
        _remove_stale_socket(path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with _closed_on_error(listener):
            umask = os.umask(0o777 & ~mode)  # no moment in which others can connect
            try:
                listener.bind(str(path))
            finally:
                os.umask(umask)
            listener.listen(BACKLOG)
            listener.setblocking(False)
        return Listener(listener)


def remove_unix_socket(listener: socket.socket, path: Path, inode: int) -> None:
    """Close a Unix socket and remove its file, unless another process has replaced that."""
    remove_socket_file(path, inode)
    listener.close()


def adopt_listener(descriptor: int, *, database_id: str) -> Listener:
    """Return the listening socket that this process has inherited as a descriptor.

    Errors: ListenError if it is none, or if its port serves a site with another database.
    """
    where = f"--fd {descriptor}"
    try:
        listener = socket.socket(fileno=descriptor)
    except (OSError, OverflowError, ValueError) as error:
        raise ListenError(f"{where}: no open socket; pass one to the process, or use --port or --unix.") from error
    is_listening = listener.type == socket.SOCK_STREAM and listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    if not is_listening or listener.family not in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
        listener.detach()
        raise ListenError(f"{where}: not a listening stream socket; call listen() before the process starts.")
    listener.setblocking(False)
    if listener.family == socket.AF_UNIX:
        _require_unix_sockets(where)
        return Listener(listener)
    with _closed_on_error(listener), startup_lock(f"port {listener.getsockname()[1]}"):
        owners = check_port(where, listener, database_id=database_id)
        return Listener(listener, _register(listener, database_id), len(owners))


def bind_port(host: str, port: int, *, is_shared: bool = True) -> socket.socket:
    """Return a socket bound to a port, which several processes can share (SO_REUSEPORT) unless `is_shared` is false.

    Errors: OSError when the address is not available.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    with _closed_on_error(listener):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, is_shared)
        listener.bind((host, port))
        listener.setblocking(False)
    return listener


def listen_on_own_port(port: int) -> Listener:
    """Listen on a port of 127.0.0.1 for this process alone. Errors: ListenError."""
    with _describe_errors(f"--metrics-port {port}", "choose another"):
        listener = bind_port("127.0.0.1", port, is_shared=False)
        with _closed_on_error(listener):
            listener.listen(BACKLOG)
        return Listener(listener)


def _require_unix_sockets(where: str) -> None:
    if not is_available(Feature.UNIX_SOCKETS):
        raise ListenError(f"{where}: the installed Twisted can't take one; install from the lock file, or use --port.")


def _register(listener: socket.socket, database_id: str) -> socket.socket:
    address, port = listener.getsockname()[:2]
    return PortOwner(port, address, database_id, os.getpid()).register()


def _can_bind_alone(host: str, port: int) -> bool:
    try:
        bind_port(host, port, is_shared=False).close()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return False
    return True


def _remove_stale_socket(path: Path) -> None:
    """Remove the file of a socket on which no process listens. Errors: ListenError for any other file."""
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise ListenError(f"--unix {path}: a file that is not a socket is there; give another path, or remove it.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except TimeoutError:
            pass  # its backlog is full
    raise ListenError(
        f"--unix {path}: another process listens there; give another path, stop that process, or let a process manager "
        "pass one socket to several (--fd)."
    )


@contextmanager
def _describe_errors(where: str, cure: str) -> Iterator[None]:
    try:
        yield
    except (OSError, OverflowError) as error:
        raise ListenError(f"{where}: {getattr(error, 'strerror', None) or error}; {cure}.") from error


@contextmanager
def _closed_on_error(listener: socket.socket) -> Iterator[None]:
    try:
        yield
    except BaseException:
        listener.close()
        raise

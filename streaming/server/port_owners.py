"""Find out which site serves a port, so that two sites with different databases never share one.

The kernel lets any process of a user share a port (SO_REUSEPORT) and distributes the connections. Therefore each
`serve` binds an abstract Unix socket (unix(7)) whose name states its port, address and database. Such names belong to
the network namespace, as ports do, and end with their process in any case.
"""

import errno
import hashlib
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from pathlib import Path

from django.db import DatabaseError, connection

PREFIX = "sentiment-site"
SOCKET_TABLE = Path("/proc/net/unix")
STARTUP_LOCK_SECONDS = 20.0
STARTUP_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class PortOwner:
    """A process that serves a port: its address there, the id of its database, and its process id."""

    port: int
    address: str
    database_id: str
    pid: int

    def register(self) -> socket.socket:
        """Return the socket that shows this owner to other processes until it is closed."""
        marker = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        # The descriptor makes the name unique for a process that listens there twice.
        marker.bind(f"\0{PREFIX}/{self.port}/{self.address}/{self.database_id}/{self.pid}/{marker.fileno()}")
        return marker


def find_owners(port: int, address: str) -> list[PortOwner]:
    """Return the processes that serve a port at an address whose clients can reach both."""
    try:
        table = SOCKET_TABLE.read_text(errors="replace")
    except OSError:
        return []
    names = [columns[7] for line in table.splitlines() if len(columns := line.split(maxsplit=7)) == 8]
    owners = [_parse_owner(name.removeprefix("@")) for name in names if name.startswith(f"@{PREFIX}/")]
    return [owner for owner in owners if owner and owner.port == port and can_meet(owner.address, address)]


def can_meet(first: str, second: str) -> bool:
    """Return whether a client of one address can reach what listens at the other, on the same port.

    `::` takes IPv4, too (ipv6(7), IPV6_V6ONLY), and `localhost` names both 127.0.0.1 and ::1.
    """
    one, other = _normalize(first), _normalize(second)
    if one == other or "::" in (one, other):
        return True
    return "0.0.0.0" in (one, other) and ":" not in one + other  # noqa: S104 - compared, not bound


def get_database_id() -> str:
    """Return an id of the database that is the same for every process and under every name of the server.

    A copy of a database has another id: it is made of SQLite's file, or of PostgreSQL's cluster and the database in it.
    Errors: django.db.Error if the database can't be read.
    """
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        try:
            status = Path(name).stat()
        except OSError:  # in memory
            return _hash(name, str(os.getpid()))
        return _hash(str(status.st_dev), str(status.st_ino))
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        (oid,) = cursor.fetchone()
        try:
            cursor.execute("SELECT system_identifier FROM pg_control_system()")
            (cluster,) = cursor.fetchone()
        except DatabaseError:  # the provider of the database has revoked it
            cluster = f"{connection.settings_dict['HOST']}:{connection.settings_dict['PORT']}"
    return _hash(str(cluster), str(oid))


@contextmanager
def startup_lock(address: str) -> Iterator[None]:
    """Let one process at a time check an address and listen there. Errors: TimeoutError."""
    deadline = time.monotonic() + STARTUP_LOCK_SECONDS
    name = f"\0{PREFIX}/starting/{_hash(address)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as lock:
        while not _try_bind(lock, name):
            if time.monotonic() > deadline:
                raise TimeoutError("another process has been starting there for 20 s")
            time.sleep(STARTUP_POLL_SECONDS)
        yield


def _try_bind(lock: socket.socket, name: str) -> bool:
    try:
        lock.bind(name)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return False
    return True


def _parse_owner(name: str) -> PortOwner | None:
    try:
        _, port, address, database_id, pid, _ = name.split("/")
        return PortOwner(int(port), address, database_id, int(pid))
    except ValueError:
        return None  # a startup lock


def _normalize(address: str) -> str:
    parsed = ip_address(address.partition("%")[0])
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return "127.0.0.1" if parsed.is_loopback else str(parsed.ipv4_mapped or parsed)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

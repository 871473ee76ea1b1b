"""An nginx in front of a server, for as long as a test runs."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.helpers.ports import free_port, is_listening
from tests.helpers.waiting import WAIT_SECONDS, until


@contextmanager
def running_nginx(locations: str, folder: Path, *, http: str = "access_log off;") -> Iterator[int]:
    """Run nginx with `location` blocks, and directives of the `http` block, on a free port, and return the port."""
    port = free_port()
    paths = "".join(f"{kind}_temp_path {folder};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    server = f"server {{ listen 127.0.0.1:{port};\n{locations}\n}}"
    # Started by root, its workers would give up the right to write into the folder.
    user = "" if os.getuid() else "user root;"
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log; events {{}} "
        f"http {{ {http} {paths} {server} }}"
    )
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "nginx.conf"], stdout=log, stderr=log)
    try:
        until(lambda: is_listening(port), what="nginx listens")
        yield port
    finally:
        process.terminate()
        process.wait(WAIT_SECONDS)

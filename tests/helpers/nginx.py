"""An nginx in front of a server, for as long as a test runs."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.helpers.paths import ROOT
from tests.helpers.ports import free_port, is_listening
from tests.helpers.waiting import WAIT_SECONDS, until


@contextmanager
def running_nginx(locations: str, folder: Path, *, http: str = "access_log off;") -> Iterator[int]:
    """Run nginx with `location` blocks, and directives of the `http` block, on a free port, and return the port."""
    port = free_port()
    with running_site(f"{http}\nserver {{ listen 127.0.0.1:{port};\n{locations}\n}}", folder, port=port):
        yield port


@contextmanager
def running_site(site: str, folder: Path, *, port: int) -> Iterator[None]:
    """Run nginx with the directives of its `http` block; one of its servers listens on `port`."""
    folder.mkdir(exist_ok=True)
    paths = "".join(f"{kind}_temp_path {folder};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    # Started by root, its workers would give up the right to write into the folder.
    user = "" if os.getuid() else "user root;"
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log; "
        f"events {{ worker_connections 4096; }} http {{ {paths}\n{site}\n}}"
    )
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "nginx.conf"], stdout=log, stderr=log)
    try:
        until(lambda: is_listening(port), what="nginx listens")
        yield
    finally:
        process.terminate()
        process.wait(WAIT_SECONDS)


def load_site(name: str, replacements: Mapping[str, str]) -> str:
    """Return a configuration of deploy/ with other addresses and paths, and without an access log."""
    site = (ROOT / "deploy" / name).read_text()
    for old, new in replacements.items():
        assert old in site
        site = site.replace(old, new)
    return f"access_log off;\n{site}"


@contextmanager
def running_origins_nginx(origin_port: int, folder: Path) -> Iterator[int]:
    """Run the nginx that stands between Pushpin and an origin; gives its port."""
    port = free_port()
    addresses = {"127.0.0.1:8001": f"127.0.0.1:{port}", "127.0.0.1:8000": f"127.0.0.1:{origin_port}"}
    with running_site(load_site("nginx-origins.conf", addresses), folder, port=port):
        yield port

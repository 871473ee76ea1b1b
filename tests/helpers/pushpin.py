"""A real Pushpin in front of servers: the configuration of deploy/ with other ports and folders, and its own zurl."""

import subprocess
from collections.abc import Iterator, Sequence
from configparser import RawConfigParser
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.paths import ROOT
from tests.helpers.ports import free_port, is_listening
from tests.helpers.waiting import WAIT_SECONDS, until

KEY = "the-key-that-the-proxy-signs-with"


@dataclass
class Edge:
    """A running Pushpin: `url` for clients, `grip_url` for publishers."""

    folder: Path
    port: int
    publish_port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def grip_url(self) -> str:
        return f"http://127.0.0.1:{self.publish_port}?key={KEY}"

    @property
    def log(self) -> str:
        """The log of its handler so far."""
        return (self.folder / "pushpin-handler.log").read_text()

    def configure(self, origin_ports: Sequence[int], *, connections: int) -> Path:
        """Write the configuration, and return its path."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.route(*origin_ports)
        site = RawConfigParser()
        site.read(ROOT / "deploy" / "pushpin.conf")
        ipc = f"ipc://{self.folder}/pushpin-"
        site.read_dict(
            {
                "global": {"rundir": self.folder},
                "runner": {
                    "services": "condure,zurl,pushpin-proxy,pushpin-handler",
                    "http_port": f"127.0.0.1:{self.port}",
                    "logdir": self.folder,
                    "client_maxconn": connections,
                },
                "proxy": {
                    "sig_key": KEY,
                    # Debian's internal.conf expects a zurl that runs as a service; Pushpin starts its own here.
                    "zurl_out_specs": f"{ipc}zurl-in",
                    "zurl_out_stream_specs": f"{ipc}zurl-in-stream",
                    "zurl_in_specs": f"{ipc}zurl-out",
                },
                "handler": {"push_in_http_port": self.publish_port},
            }
        )
        configuration = self.folder / "pushpin.conf"
        with configuration.open("w") as file:
            site.write(file, space_around_delimiters=False)
        return configuration

    def route(self, *origin_ports: int) -> None:
        """Route requests to these origins; a running Pushpin reloads the file."""
        (self.folder / "routes").write_text("* " + " ".join(f"127.0.0.1:{port}" for port in origin_ports) + "\n")


@contextmanager
def running_pushpin(
    folder: Path, origin_ports: Sequence[int], *, connections: int = 1000, before: Sequence[str] = ()
) -> Iterator[Edge]:
    """Run Pushpin in a folder whose path is short enough for a Unix socket; `before` precedes its command."""
    edge = Edge(folder, free_port(), free_port())
    configuration = edge.configure(origin_ports, connections=connections)
    with (folder / "pushpin.log").open("wb") as log:
        command = [*before, "pushpin", f"--config={configuration}"]
        edge.process = process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until(lambda: is_listening(edge.port) and is_listening(edge.publish_port), what="Pushpin listens")
        yield edge
    finally:
        process.terminate()
        process.wait(WAIT_SECONDS)

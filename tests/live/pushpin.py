"""A real Pushpin, with a zurl of its own, in front of servers."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import accepts, free_port, until

KEY = "the-key-by-which-the-proxy-is-known"
SERVICES = ("condure", "zurl", "pushpin-proxy", "pushpin-handler")


@dataclass
class Edge:
    """A Pushpin that runs: `url` for clients, `grip_url` for those who publish."""

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
        """What its handler has logged."""
        return (self.folder / "pushpin-handler.log").read_text()

    def configure(self, origin_ports: Sequence[int], *, connections: int) -> Path:
        """Write the configuration, and return its path."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.route(*origin_ports)
        ipc = f"ipc://{self.folder}/p-"
        configuration = self.folder / "pushpin.conf"
        # Debian's internal.conf looks for a zurl that runs as a service; here it is one of ours.
        configuration.write_text(
            "\n".join(
                [
                    "[global]", "include={libdir}/internal.conf", f"rundir={self.folder}", "ipc_prefix=p-",
                    "port_offset=0",
                    "[runner]", f"services={','.join(SERVICES)}", f"http_port=127.0.0.1:{self.port}",
                    f"logdir={self.folder}", "log_level=2", "client_buffer_size=8192",
                    f"client_maxconn={connections}", "condure_bin=condure", "zurl_bin=zurl",
                    "[proxy]", f"routesfile={self.folder}/routes", f"sig_key={KEY}", f"zurl_out_specs={ipc}zurl-in",
                    f"zurl_out_stream_specs={ipc}zurl-in-stream", f"zurl_in_specs={ipc}zurl-out",
                    "[handler]", "push_in_http_addr=127.0.0.1", f"push_in_http_port={self.publish_port}",
                    "push_in_http_max_body_size=1000000", "message_rate=100000", "message_hwm=100000",
                    "id_cache_ttl=60",
                ]
            )
        )  # fmt: skip
        return configuration

    def route(self, *origin_ports: int) -> None:
        """Send requests to these origins; a running Pushpin sees it."""
        (self.folder / "routes").write_text("* " + " ".join(f"127.0.0.1:{port}" for port in origin_ports) + "\n")


@contextmanager
def running_pushpin(
    folder: Path, origin_ports: Sequence[int], *, connections: int = 1000, before: Sequence[str] = ()
) -> Iterator[Edge]:
    """Run Pushpin in a folder whose path is short enough for a Unix socket; `before` stands before its command."""
    edge = Edge(folder, free_port(), free_port())
    configuration = edge.configure(origin_ports, connections=connections)
    with (folder / "pushpin.log").open("wb") as log:
        command = [*before, "pushpin", f"--config={configuration}"]
        edge.process = process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until(lambda: accepts(edge.port) and accepts(edge.publish_port), seconds=20, what="Pushpin listens")
        yield edge
    finally:
        process.terminate()
        process.wait(15)

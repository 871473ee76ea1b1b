"""The configurations of deploy/: nginx in front of a server, and the commands of the systemd units."""

import json
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from configparser import RawConfigParser
from pathlib import Path

import pytest

from tests.helpers.certificates import write_certificate
from tests.helpers.items import headline
from tests.helpers.nginx import load_site, running_site
from tests.helpers.paths import ROOT
from tests.helpers.ports import free_port, is_listening
from tests.helpers.server import Server
from tests.helpers.sse import Stream
from tests.helpers.waiting import allow_for_load, until

SYSTEMD = ROOT / "deploy" / "systemd"
CHECK = SYSTEMD / "sentiment-check.service"  # the one unit that ends by itself
UNITS = sorted(set(SYSTEMD.glob("*.service")) - {CHECK})
STREAM = "/api/v2/stream"
FOLLOW = """
const session = require("node:http2").connect(process.argv[1], { rejectUnauthorized: false });
for (let number = 0; number < 10; number++) {
    session.request({ ":path": "/api/v2/stream" }).on("data", (chunk) => process.stdout.write(chunk));
}
"""


@pytest.fixture
def server(start_clean_server: Callable[..., Server]) -> Server:
    return start_clean_server(TRUSTED_PROXIES="127.0.0.1")


@pytest.fixture
def nginx_port(server: Server, tmp_path: Path) -> Iterator[int]:
    """Start nginx with the configuration of deploy/, other ports and a certificate."""
    port, certificate = free_port(), tmp_path / "site.pem"
    write_certificate(certificate)
    replacements = {
        "listen 443": f"listen 127.0.0.1:{port}",
        "127.0.0.1:8000": f"127.0.0.1:{server.port}",
        "/etc/ssl/sentiment-site.pem": str(certificate),
    }
    with running_site(load_site("nginx.conf", replacements), tmp_path / "nginx", port=port):
        yield port


def trusting(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False
    return context


def test_nginx_sends_events_unbuffered_and_compresses_pages_only(
    server: Server, nginx_port: int, tmp_path: Path
) -> None:
    tls = trusting(tmp_path / "site.pem")
    url = f"https://127.0.0.1:{nginx_port}"
    asking = {"Accept-Encoding": "gzip"}
    with Stream(url, tls=tls, **asking) as stream:
        stream.receive_until(lambda s: {event.kind for event in s.events} >= {"heartbeat", "metrics"}, seconds=3)
        server.post(headline(1))
        stream.receive_items(1, seconds=3)

        assert "content-encoding" not in stream.headers
    request = urllib.request.Request(f"{url}/", headers=asking)
    with urllib.request.urlopen(request, context=tls, timeout=60) as page:
        assert page.headers["Content-Encoding"] == "gzip"
    until(lambda: server.call(f"{STREAM}/status")[1]["connections"] == 0, seconds=5, what="the slot is free")


def test_nginx_passes_host_and_scheme(nginx_port: int, tmp_path: Path) -> None:
    tls = trusting(tmp_path / "site.pem")
    with urllib.request.urlopen(f"https://127.0.0.1:{nginx_port}/", context=tls, timeout=60) as page:
        assert f"//127.0.0.1:{nginx_port}/api/v2/items" in page.read().decode()


def test_nginx_http_2_carries_ten_streams_on_one_connection(server: Server, nginx_port: int, tmp_path: Path) -> None:
    """A browser opens at most six HTTP/1.1 connections to a site."""
    received = tmp_path / "received.txt"
    with received.open("wb") as output:
        node = subprocess.Popen(["node", "-e", FOLLOW, f"https://127.0.0.1:{nginx_port}"], stdout=output)
    try:
        until(lambda: received.read_text().count("event: metrics\n") >= 10, what="ten snapshots")
        server.post(headline(1))
        until(lambda: received.read_text().count("event: new_item\n") == 10, seconds=3, what="ten items")
    finally:
        node.terminate()
        node.wait(60)
    until(lambda: server.call(f"{STREAM}/status")[1]["connections"] == 0, seconds=5, what="the slots are free")


def test_nginx_http_1_1_is_accepted(nginx_port: int, tmp_path: Path) -> None:
    with Stream(f"https://127.0.0.1:{nginx_port}", path="/health/live", tls=trusting(tmp_path / "site.pem")) as plain:
        assert plain.status == 200


def parse_unit(path: Path) -> tuple[RawConfigParser, list[str]]:
    """Return a unit, and the arguments of its command without the interpreter."""
    parsed = RawConfigParser(strict=True, interpolation=None)
    parsed.optionxform = str
    parsed.read(path)
    python, *arguments = shlex.split(parsed["Service"]["ExecStart"])
    assert python == f"{parsed['Service']['WorkingDirectory']}/.venv/bin/python"
    return parsed, arguments


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_systemd_unit_command_starts_and_ends_on_sigterm(
    start_server: Callable[..., Server], notifications: socket.socket, unit: Path, tmp_path: Path
) -> None:
    parsed, arguments = parse_unit(unit)
    port = free_port()
    server = start_server()
    arguments = [{"8000": str(port)}.get(argument, argument) for argument in arguments]
    grip_url = f"http://127.0.0.1:{free_port()}?key=a-key-of-the-edge"
    environment = server.environment | {"GRIP_URL": grip_url, "SAMPLE_FEED": "1"}
    if "WatchdogSec" in parsed["Service"]:
        environment |= {"NOTIFY_SOCKET": notifications.getsockname(), "WATCHDOG_USEC": "60000000"}
    log = tmp_path / "unit.log"
    with log.open("wb") as output:
        command = [sys.executable, *arguments]
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=output, stderr=output)
    served = Server(environment, port, "")

    def works() -> bool:
        """Return whether the relay leads, an item was ingested, or the server answers."""
        if "relay_leader_acquired" in log.read_text() or server.call("/api/v2/metrics")[1]["total"]:
            return True
        return is_listening(port) and served.call("/health/live")[0] == 200

    until(works, what=f"{unit.name} works")
    if "WatchdogSec" in parsed["Service"]:
        assert notifications.recv(100) == b"WATCHDOG=1"
    process.send_signal(signal.SIGTERM)

    assert process.wait(allow_for_load(float(parsed["Service"]["TimeoutStopSec"]))) == 0, log.read_text()
    assert "Traceback" not in log.read_text()


def test_check_unit_healthy_site_exits_with_0(start_server: Callable[..., Server]) -> None:
    server = start_server(STREAM_HEARTBEAT_SECONDS=0.2)
    parsed, (script, *arguments) = parse_unit(CHECK)
    arguments = [{"${CHECK_URL}": server.url}.get(argument, argument) for argument in arguments]

    done = server.manage(*arguments, "--open-seconds", "60", "--heartbeat-seconds", "60", "--seconds", "60")

    assert (script, parsed["Service"]["Type"]) == ("manage.py", "oneshot")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["ok"]
    assert CHECK.with_suffix(".timer").exists()


def test_run_cluster_streams_from_two_servers_and_ends_on_ctrl_c(server: Server, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "cluster.log"
    environment = server.environment | {"PORT": str(port), "SAMPLE_FEED": "1"}
    with log.open("wb") as output:
        command = [sys.executable, "-m", "scripts.run_cluster"]
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=output, stderr=output)
    cluster = Server(environment, port, "")

    try:
        until(lambda: is_listening(port), what="the cluster listens")
        until(
            lambda: cluster.call(f"{STREAM}/status")[1].get("cluster", {}).get("processes") == 2,
            what="two serve",
        )
        with Stream(cluster.url) as stream:
            assert stream.receive_items(1)
    finally:
        process.send_signal(signal.SIGINT)
    process.wait(60)

    assert not is_listening(port)
    assert "export DATABASE_URL='postgres://" in log.read_text()
    assert "Traceback" not in log.read_text(), log.read_text()[-3000:]

"""A server that terminates TLS itself: streams can't write to the socket, and stay with Django."""

import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.helpers.certificates import write_certificate
from tests.helpers.items import headline
from tests.helpers.paths import ROOT
from tests.helpers.ports import free_port, is_listening
from tests.helpers.server import Server
from tests.helpers.sse import Stream
from tests.helpers.waiting import until

SERVE = """
import sys
from sentiment_site.asgi import application
from streaming.server.daphne_server import StreamServer
StreamServer(application, endpoints=[sys.argv[1]]).run()
"""


def test_stream_over_tls_delivers_items_and_drains(start_clean_server: Callable[..., Server], tmp_path: Path) -> None:
    plain = start_clean_server()
    write_certificate(tmp_path / "server.pem")
    port = free_port()
    endpoint = f"ssl:{port}:interface=127.0.0.1:privateKey={tmp_path}/server.pem:certKey={tmp_path}/server.pem"
    log = tmp_path / "tls.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, endpoint], env=plain.environment, cwd=ROOT, stdout=output, stderr=output
        )
    tls_context = ssl.create_default_context(cafile=tmp_path / "server.pem")
    tls_context.check_hostname = False
    try:
        until(lambda: is_listening(port), seconds=60, what="the server listens")
        with Stream(f"http://127.0.0.1:{port}", tls=tls_context) as stream:
            stream.receive_kinds("heartbeat", "metrics")
            plain.post(headline(1))
            stream.receive_items(1)

            process.terminate()
            stream.receive_to_end()
    finally:
        process.terminate()
        status = process.wait(60)

    assert status == 0
    assert "reason=drain" in log.read_text()
    assert "Traceback" not in log.read_text()

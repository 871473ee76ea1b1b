"""A server that terminates TLS itself: streams can't write to the socket, and stay with Django."""

import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.conftest import ROOT, Server, free_port, until
from tests.helpers.sse import Stream
from tests.live.test_stream import headline

SERVE = """
import sys
from sentiment_site.asgi import application
from streaming.server.daphne_server import StreamServer
StreamServer(application, endpoints=[sys.argv[1]]).run()
"""


def write_certificate(path: Path) -> None:
    """Write a key and a self-signed certificate for localhost to one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private_key = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private_key + certificate.public_bytes(pem))


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


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
            stream.read_kinds("heartbeat", "metrics")
            plain.post(headline(1))
            stream.read_items(1)

            process.terminate()
            stream.read_to_end()
    finally:
        process.terminate()
        status = process.wait(60)

    assert status == 0
    assert "reason=drain" in log.read_text()
    assert "Traceback" not in log.read_text()

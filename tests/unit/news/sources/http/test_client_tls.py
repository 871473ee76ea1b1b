import ssl
import threading

import pytest

from news.sources.http.client import SourceError, fetch, make_client
from tests.helpers.certificates import write_certificate
from tests.helpers.feed_server import FeedServer, item, rss
from tests.helpers.networks import LOOPBACK


@pytest.fixture
def certificate(tmp_path):
    path = tmp_path / "server.pem"
    write_certificate(path)
    return path


@pytest.fixture
def secure_server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = FeedServer()
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    server.serve(rss(item("Apple rises")))
    yield server
    server.shutdown()
    server.server_close()


def fetch_from(server, host="localhost"):
    with make_client(allowed=LOOPBACK, resolve=lambda host, port: ["127.0.0.1"]) as client:
        return fetch(f"https://{host}:{server.server_address[1]}/feed", client)


def test_fetch_with_untrusted_certificate_raises_error_with_the_cure(secure_server):
    with pytest.raises(
        SourceError, match=r"localhost: its certificate is not trusted \(.*\); .* SSL_CERT_FILE"
    ) as error:
        fetch_from(secure_server)

    assert not secure_server.requests
    assert "self-signed certificate" in str(error.value)


def test_fetch_with_trusted_certificate_returns_the_document(secure_server, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    assert b"Apple rises" in fetch_from(secure_server).body


def test_fetch_with_certificate_of_another_host_raises_error(secure_server, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    with pytest.raises(SourceError, match=r"news\.example\.org: its certificate is not trusted .*mismatch"):
        fetch_from(secure_server, "news.example.org")

    assert not secure_server.requests

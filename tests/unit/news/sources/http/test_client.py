import gzip
import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from news.sources.http.client import SourceError, fetch
from news.sources.http.size_limit import MAX_BYTES, SizeLimit
from tests.helpers.feed_server import item, rss
from tests.helpers.raw_server import raw_server


def test_fetch_sends_user_agent_and_no_validators(server, client):
    document = fetch(server.serve(rss(item("Apple rises"))), client)

    [(_, headers)] = server.requests
    assert headers["User-Agent"].startswith("sentiment-site/")
    assert "If-None-Match" not in headers
    assert document.body.startswith(b"<?xml")


def test_fetch_follows_redirects(server, client):
    server.serve(status=301, path="/old", Location="/feed")
    server.serve(rss())

    assert fetch(server.url("/old"), client).url == server.url("/feed")


@pytest.mark.parametrize(
    ("status", "cure"),
    [
        (403, "needs no login"),
        (404, "correct the source's URL"),
        (410, "gone"),
        (429, "longer interval"),
        (500, "retried later"),
        (204, "correct the source's URL"),
    ],
)
def test_fetch_error_status_raises_error_with_host_status_and_cure(server, client, status, cure):
    with pytest.raises(SourceError, match=rf"127\.0\.0\.1: answered {status}; .*{cure}"):
        fetch(server.serve(status=status), client)


def test_fetch_endless_body_stops_at_the_byte_limit(server, client):
    def flood():
        while not server.closing.is_set():
            yield b"x" * 100_000

    with pytest.raises(SourceError, match="more than 10,000,000 bytes"):
        fetch(server.serve(flood), client)


def test_byte_limit_counts_decompressed_bytes(server, client):
    url = server.serve(gzip.compress(b"x" * (MAX_BYTES + 1)), Content_Encoding="gzip")

    with pytest.raises(SourceError, match="more than 10,000,000 bytes"):
        fetch(url, client)


def test_fetch_undecodable_body_raises_error(server, client):
    with pytest.raises(SourceError, match="can't be decompressed"):
        fetch(server.serve(b"not gzip at all", Content_Encoding="gzip"), client)


def test_fetch_dripping_body_raises_error_at_the_deadline(server, client):
    def drip():
        yield b"<rss>"
        while not server.closing.wait(0.02):
            yield b" "

    with pytest.raises(SourceError, match=r"not done after 0\.3 s"):
        fetch(server.serve(drip), client, total_seconds=0.3)


def test_fetch_stalled_body_raises_error_at_the_deadline(server, client):
    def stall():
        yield b"<rss>"
        server.closing.wait()

    with pytest.raises(SourceError, match=r"not done after 0\.3 s"):
        fetch(server.serve(stall), client, total_seconds=0.3)


def test_fetch_from_silent_server_raises_error_at_the_deadline(client):
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(SourceError, match=r"not done after 0\.3 s"):
        fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/", client, total_seconds=0.3)


def test_fetch_refused_connection_raises_error_with_the_cure(client):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"

    with pytest.raises(SourceError, match=r"127\.0\.0\.1: no connection .*check the host's name"):
        fetch(url, client)


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/feed", "file:///etc/passwd", "//x", "http://", "http://[bad", f"http://{'a' * 300}.example/"],
)
def test_fetch_invalid_url_raises_error(client, url):
    with pytest.raises(SourceError, match=r"not http|the source's URL|can't be resolved"):
        fetch(url, client)


def test_fetch_redirect_to_another_scheme_raises_error(server, client):
    with pytest.raises(SourceError, match="https://"):
        fetch(server.serve(status=302, Location="file:///etc/passwd"), client)


def test_fetch_redirect_loop_raises_error(server, client):
    with pytest.raises(SourceError, match="redirects more than 5 times"):
        fetch(server.serve(status=302, Location="/feed"), client)


def test_fetch_error_omits_the_password_of_the_url(server, client):
    url = server.serve(status=404).replace("http://", "http://user:secret@")

    with pytest.raises(SourceError) as caught:
        fetch(url, client)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_parsed_as_seconds_or_date(server, client, form):
    moment = datetime.now(UTC) + timedelta(seconds=90)
    value = "90" if form == "seconds" else format_datetime(moment, usegmt=True)

    with pytest.raises(SourceError) as caught:
        fetch(server.serve(status=503, Retry_After=value), client)

    assert 1 < caught.value.retry_after_seconds <= 90


def test_large_documents_are_fetched_one_at_a_time(server, client):
    large = server.serve(b"x" * 1_000_001 + b">", path="/large")
    small = server.serve(b"x" * 999_999 + b">", path="/small")

    with SizeLimit() as limit:
        assert len(fetch(large, client, size_limit=limit).body) == 1_000_002
        assert len(fetch(small, client).body) == 1_000_000
        with pytest.raises(SourceError, match=r"not done after 0\.3 s"):
            fetch(large, client, total_seconds=0.3)

    assert len(fetch(large, client).body) == 1_000_002


def test_large_document_that_fails_leaves_its_place_to_the_next(server, client):
    url = server.serve(b"x" * (MAX_BYTES + 1))
    for _ in range(2):
        with pytest.raises(SourceError, match="more than 10,000,000 bytes"):
            fetch(url, client)


# Compressed bodies


def test_large_compressed_document_is_fetched(server, client):
    body = b"x" * (MAX_BYTES - 1) + b">"

    assert fetch(server.serve(gzip.compress(body), Content_Encoding="gzip"), client).body == body


def test_byte_limit_counts_all_gzip_members(server, client):
    url = server.serve(gzip.compress(b"x" * 110_000) * 99, Content_Encoding="gzip")

    with pytest.raises(SourceError, match="more than 10,000,000 bytes"):
        fetch(url, client)


@pytest.mark.parametrize("encoding", ["compress", "x" * 300, "br, x"])
def test_fetch_unknown_content_encoding_raises_error(server, client, encoding):
    with pytest.raises(SourceError, match="not as gzip, deflate, br or zstd"):
        fetch(server.serve(b"\x00\x01", Content_Encoding=encoding), client)


def test_fetch_truncated_compressed_body_raises_error(server, client):
    compressed = gzip.compress(rss(item("Apple rises")).encode())

    with pytest.raises(SourceError, match="the connection ended in the middle of the document; it is retried later"):
        fetch(server.serve(compressed[:-12], Content_Encoding="gzip"), client)


def test_byte_limit_counts_compressed_bytes_without_output(server, client):
    empty_blocks = b"\x00\x00\x00\xff\xff" * 20_000

    def flood():
        yield gzip.compress(b"")[:10]
        while not server.closing.is_set():
            yield empty_blocks

    with pytest.raises(SourceError, match="more than 10,000,000 bytes"):
        fetch(server.serve(flood, Content_Encoding="gzip"), client)


# Servers that break the protocol


def test_fetch_does_not_download_the_body_of_a_redirect(server, client):
    def flood():
        while not server.closing.is_set():
            yield b"x" * 100_000

    server.serve(flood, status=302, path="/old", Location="/feed")
    server.serve(rss())

    assert fetch(server.url("/old"), client, total_seconds=5).body


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000, "the connection broke"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1_000_000, "the connection broke"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000, "the connection broke"),
        (b"not http\r\n\r\n", "the connection broke"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffff\r\nx", "ended in the middle"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\nnot hex\r\n", "the connection broke"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss><channel", "ended in the middle"),
        (b"", "the connection broke .it sent nothing."),
    ],
)
def test_fetch_invalid_http_response_raises_error(client, response, problem):
    with raw_server(lambda peer: peer.sendall(response)) as url, pytest.raises(SourceError, match=problem):
        fetch(url, client, total_seconds=5)


@pytest.mark.parametrize("drop", [b"HTTP/1.1 100 Continue\r\n\r\n", b"x"])
def test_fetch_dripping_headers_raises_error_at_the_deadline(client, drop):
    is_done = threading.Event()

    def drip(peer):
        peer.sendall(b"" if drop[:1] == b"H" else b"HTTP/1.1 200 OK\r\nX: ")
        with suppress(OSError):
            while not is_done.wait(0.02):
                peer.sendall(drop)

    with raw_server(drip) as url, pytest.raises(SourceError, match=r"not done after 0\.3 s"):
        fetch(url, client, total_seconds=0.3)
    is_done.set()

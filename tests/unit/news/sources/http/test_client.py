import gzip
import socket
import threading
import zlib
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.sources.http.client import MAX_BYTES, SourceError, fetch
from news.sources.http.decompress import PIECE_BYTES, Decompressor
from tests.helpers.feed_server import FeedServer, item, rss


def test_fetch_names_the_project_and_sends_no_validators_at_first(server, client):
    document = fetch(server.serve(rss(item("Apple rises"))), client)

    [(_, headers)] = server.requests
    assert headers["User-Agent"].startswith("sentiment-site/")
    assert "If-None-Match" not in headers
    assert document.body.startswith(b"<?xml")


def test_redirects_are_followed_to_the_feed(server, client):
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
        (500, "asked again later"),
        (204, "correct the source's URL"),
    ],
)
def test_error_answers_name_host_status_and_cure(server, client, status, cure):
    with pytest.raises(SourceError, match=rf"127\.0\.0\.1: answered {status}; .*{cure}"):
        fetch(server.serve(status=status), client)


def test_endless_body_is_cut_at_the_byte_limit(server, client):
    def flood():
        while not server.closing.is_set():
            yield b"x" * 100_000

    with pytest.raises(SourceError, match="more than 2,000,000 bytes"):
        fetch(server.serve(flood), client)


def test_bytes_are_counted_after_decompression(server, client):
    url = server.serve(gzip.compress(b"x" * (MAX_BYTES + 1)), Content_Encoding="gzip")

    with pytest.raises(SourceError, match="more than 2,000,000 bytes"):
        fetch(url, client)


def test_body_that_can_not_be_decompressed_is_an_error(server, client):
    with pytest.raises(SourceError, match="can't be decompressed"):
        fetch(server.serve(b"not gzip at all", Content_Encoding="gzip"), client)


def test_body_that_drips_is_cut_when_time_is_up(server, client):
    def drip():
        yield b"<rss>"
        while not server.closing.wait(0.02):
            yield b" "

    with pytest.raises(SourceError, match=r"not done after 0\.3 s"):
        fetch(server.serve(drip), client, total_seconds=0.3)


def test_body_that_stalls_is_cut_when_time_is_up(server, client):
    def stall():
        yield b"<rss>"
        server.closing.wait()

    with pytest.raises(SourceError, match=r"not done after 0\.3 s"):
        fetch(server.serve(stall), client, total_seconds=0.3)


def test_server_that_never_answers_is_cut_when_time_is_up(client):
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(SourceError, match=r"not done after 0\.3 s"):
        fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/", client, total_seconds=0.3)


def test_refused_connection_is_an_error_with_a_cure(client):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"

    with pytest.raises(SourceError, match=r"127\.0\.0\.1: no connection .*check the host's name"):
        fetch(url, client)


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/feed", "file:///etc/passwd", "//x", "http://", "http://[bad", f"http://{'a' * 300}.example/"],
)
def test_addresses_that_can_not_be_asked_are_errors(client, url):
    with pytest.raises(SourceError, match=r"over http|the source's URL|leads nowhere"):
        fetch(url, client)


def test_redirect_to_another_scheme_is_refused(server, client):
    with pytest.raises(SourceError, match="https://"):
        fetch(server.serve(status=302, Location="file:///etc/passwd"), client)


def test_redirects_in_a_circle_are_refused(server, client):
    with pytest.raises(SourceError, match="redirects more than 5 times"):
        fetch(server.serve(status=302, Location="/feed"), client)


def test_errors_show_no_password(server, client):
    url = server.serve(status=404).replace("http://", "http://user:secret@")

    with pytest.raises(SourceError) as caught:
        fetch(url, client)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_read_as_seconds_or_date(server, client, form):
    moment = datetime.now(UTC) + timedelta(seconds=90)
    value = "90" if form == "seconds" else format_datetime(moment, usegmt=True)

    with pytest.raises(SourceError) as caught:
        fetch(server.serve(status=503, Retry_After=value), client)

    assert 1 < caught.value.retry_after_seconds <= 90


# What is sent packed


def test_packed_bodies_are_unpacked(server, client):
    body = rss(item("Apple rises")).encode()
    bare = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    bodies = {
        "gzip": [
            gzip.compress(body),
            gzip.compress(body[:50]) + gzip.compress(body[50:]),
            gzip.compress(body) + bytes(9),
        ],
        "deflate": [zlib.compress(body), bare.compress(body) + bare.flush()],
    }

    for encoding, packed in bodies.items():
        for sent in packed:
            assert fetch(server.serve(sent, Content_Encoding=encoding), client).body == body


def test_every_member_of_a_gzip_body_counts(server, client):
    url = server.serve(gzip.compress(b"x" * 100_000) * 90, Content_Encoding="gzip")

    with pytest.raises(SourceError, match="more than 2,000,000 bytes"):
        fetch(url, client)


def test_a_body_of_many_gzip_members_is_refused(server, client):
    with pytest.raises(SourceError, match="more than 100 parts"):
        fetch(server.serve(gzip.compress(b"x") * 5_000, Content_Encoding="gzip"), client)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "deflate, gzip", "br", "zstd", "x" * 300])
def test_bodies_packed_twice_or_unasked_are_refused(server, client, encoding):
    url = server.serve(gzip.compress(gzip.compress(b"x" * 100)), Content_Encoding=encoding)

    with pytest.raises(SourceError, match="only gzip or deflate, once"):
        fetch(url, client)


def test_packed_body_that_ends_early_is_an_error(server, client):
    packed = gzip.compress(rss(item("Apple rises")).encode())

    with pytest.raises(SourceError, match="it ends too early"):
        fetch(server.serve(packed[:-12], Content_Encoding="gzip"), client)


def test_packed_body_that_never_says_anything_is_cut(server, client):
    nothing = b"\x00\x00\x00\xff\xff" * 20_000  # blocks of no bytes

    def flood():
        yield gzip.compress(b"")[:10]
        while not server.closing.is_set():
            yield nothing

    with pytest.raises(SourceError, match="more than 2,000,000 bytes"):
        fetch(server.serve(flood, Content_Encoding="gzip"), client)


@given(st.binary(max_size=300))
def test_any_bytes_are_unpacked_or_refused(noise):
    with suppress(zlib.error):
        assert all(len(piece) <= PIECE_BYTES for piece in Decompressor()(noise))


@given(
    st.binary(min_size=1, max_size=20),
    st.integers(0, 3 * PIECE_BYTES),
    st.sampled_from([gzip.compress, zlib.compress]),
    st.integers(1, 500),
)
def test_a_body_comes_whole_in_pieces_however_it_was_cut(seed, size, pack, cut):
    body = (seed * (size // len(seed) + 1))[:size]
    packed, inflate = pack(body), Decompressor()

    pieces = [piece for start in range(0, len(packed), cut) for piece in inflate(packed[start : start + cut])]

    assert b"".join(pieces) == body
    assert inflate.is_whole
    assert all(len(piece) <= PIECE_BYTES for piece in pieces)


@pytest.mark.parametrize("size", [PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, PIECE_BYTES + 99, 2 * PIECE_BYTES + 9])
def test_what_is_kept_back_at_the_end_of_a_piece_comes_too(size):
    bare = zlib.compressobj(wbits=-zlib.MAX_WBITS)  # nothing stands behind its last byte
    inflate = Decompressor()

    pieces = list(inflate(bare.compress(bytes(size)) + bare.flush()))

    assert sum(map(len, pieces)) == size
    assert inflate.is_whole


# Odd servers


def test_the_body_of_a_redirect_is_not_read(server, client):
    def flood():
        while not server.closing.is_set():
            yield b"x" * 100_000

    server.serve(flood, status=302, path="/old", Location="/feed")
    server.serve(rss())

    assert fetch(server.url("/old"), client, total_seconds=5).body


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000, "the connection broke"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1_000_000, "the connection broke"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000, "the connection broke"),
        (b"nothing of the kind\r\n\r\n", "the connection broke"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffff\r\nx", "the connection broke"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss/>", "the connection broke"),
        (b"", "the connection broke"),
    ],
)
def test_servers_that_do_not_speak_http_are_errors(client, answer, problem):
    with raw_server(lambda peer: peer.sendall(answer)) as url, pytest.raises(SourceError, match=problem):
        fetch(url, client, total_seconds=5)


@pytest.mark.parametrize("drop", [b"HTTP/1.1 100 Continue\r\n\r\n", b"x"])
def test_server_that_drips_its_headers_is_cut_when_time_is_up(client, drop):
    over = threading.Event()

    def drip(peer):
        peer.sendall(b"" if drop[:1] == b"H" else b"HTTP/1.1 200 OK\r\nX: ")
        with suppress(OSError):
            while not over.wait(0.02):
                peer.sendall(drop)

    with raw_server(drip) as url, pytest.raises(SourceError, match=r"not done after 0\.3 s"):
        fetch(url, client, total_seconds=0.3)
    over.set()


def test_credentials_go_to_their_own_server_only(server, client):
    other = FeedServer()
    threading.Thread(target=other.serve_forever, args=[0.01], daemon=True).start()
    try:
        other.serve(rss())
        server.serve(status=302, path="/old", Location="/moved")
        server.serve(status=302, path="/moved", Location=other.url())

        fetch(server.url("/old"), client, headers={"Accept": "x/y"}, credentials={"X-Key": "secret"})
    finally:
        other.shutdown()
        other.server_close()

    assert [headers.get("X-Key") for _, headers in server.requests] == ["secret", "secret"]
    [(_, headers)] = other.requests
    assert "secret" not in str(headers)
    assert headers["Accept"] == "x/y"


@contextmanager
def raw_server(answer):
    """Answer one request by hand; gives the URL."""

    def serve():
        with suppress(OSError):
            peer, _ = listener.accept()
            with peer:
                peer.recv(65_536)
                answer(peer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"

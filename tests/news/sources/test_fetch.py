import gzip
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from news.sources.fetch import MAX_BYTES, SourceError, fetch
from tests.news.sources.server import item, rss


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

    with pytest.raises(SourceError, match="more than 5,000,000 bytes"):
        fetch(server.serve(flood), client)


def test_bytes_are_counted_after_decompression(server, client):
    url = server.serve(gzip.compress(b"x" * (MAX_BYTES + 1)), Content_Encoding="gzip")

    with pytest.raises(SourceError, match="more than 5,000,000 bytes"):
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

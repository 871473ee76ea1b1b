import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.sources.http.response_reader import ResponseError, ResponseReader


def parse(response):
    reader = ResponseReader(io.BytesIO(response))
    return reader, b"".join(reader.iter_body())


def test_read_response_returns_status_headers_and_body():
    reader, body = parse(b"HTTP/1.1 200 OK\r\nA: 1\r\nB : 2\r\n 3\r\nC D: 4\r\nContent-Length: 2\r\n\r\nabc")

    assert (reader.status, body, reader.is_complete) == (200, b"ab", True)
    assert reader.headers == [(b"A", b"1"), (b"B", b"2 3"), (b"Content-Length", b"2")]


@pytest.mark.parametrize(
    ("framing", "body"),
    [
        (b"Content-Length: 9", b"abc"),
        (b"Transfer-Encoding: chunked", b"3\r\nabc\r\n"),
        (b"Transfer-Encoding: chunked", b"9\r\nabc"),
    ],
)
def test_read_body_that_ends_early_is_incomplete(framing, body):
    reader, received = parse(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n" + body)

    assert (received, reader.is_complete) == (b"abc", False)


@pytest.mark.parametrize("status", [b"204", b"304"])
def test_read_response_without_body_reads_nothing_after_the_head(status):
    _, body = parse(b"HTTP/1.1 " + status + b" x\r\nContent-Length: 3\r\n\r\nabc")

    assert body == b""


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        (b"", "it sent nothing"),
        (b"SSH-2.0-OpenSSH\r\n", "instead of an HTTP status line"),
        (b"<rss>", "instead of an HTTP status line"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000, "longer than 100,000 bytes"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 5_000, "longer than 100,000 bytes"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nzz\r\n", "instead of the size of a chunk"),
    ],
)
def test_read_other_response_raises_error(response, problem):
    with pytest.raises(ResponseError, match=problem):
        parse(response)


@given(st.binary(max_size=200), st.sampled_from([b"", b"Content-Length: ", b"Transfer-Encoding: chunked\r\n\r\n"]))
def test_read_any_response_returns_it_or_raises_response_error(noise, beginning):
    with suppress(ResponseError):
        parse(b"HTTP/1.1 200 OK\r\n" + beginning + noise)

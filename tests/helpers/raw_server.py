"""A server on the loopback address that sends bytes as they are, and the bytes of responses that are slightly wrong."""

import gzip
import socket
import threading
import zlib
from contextlib import contextmanager, suppress

import brotli
from backports import zstd

from tests.helpers.feed_server import item, rss

CHUNKED = "Transfer-Encoding: chunked"


@contextmanager
def raw_server(respond):
    """Call `respond` with the connection of each request; yields the URL."""

    def serve():
        with suppress(OSError):
            while True:
                peer, _ = listener.accept()
                with peer, suppress(OSError):
                    peer.recv(65_536)
                    respond(peer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`


def make_response(*headers, body, status="HTTP/1.1 200 OK", has_length=True, line_end="\r\n"):
    """Return a response; each header is a line."""
    lines = [status, "Content-Type: application/rss+xml", *headers]
    lines += [f"Content-Length: {len(body)}"] if has_length else []
    return line_end.join([*lines, "", ""]).encode("latin-1") + body


def make_chunks(body, *, extension=b"", end=b"0\r\n\r\n", line_end=b"\r\n"):
    """Return a body as two chunks."""
    halves = [body[: len(body) // 2], body[len(body) // 2 :]]
    return b"".join(b"%x%s%s%s%s" % (len(half), extension, line_end, half, line_end) for half in halves) + end


def make_wrong_responses(feed: bytes) -> dict[str, bytes]:
    """Return responses that break a rule and that browsers read; each holds the whole feed."""
    zipped, deflate = gzip.compress(feed), zlib.compressobj(wbits=-zlib.MAX_WBITS)
    raw_deflated = deflate.compress(feed) + deflate.flush()
    size = len(feed)

    def gzipped(body):
        return make_response("Content-Encoding: gzip", body=body)

    def sized(*lengths):
        return make_response(*(f"Content-Length: {length}" for length in lengths), body=feed, has_length=False)

    def chunked(*headers, **parts):
        return make_response(*(headers or [CHUNKED]), body=make_chunks(feed, **parts), has_length=False)

    return {
        "gzip-no-header": make_response(body=zipped),
        "gzip-header-utf-8": make_response("Content-Encoding: UTF-8", body=zipped),
        "gzip-named-deflate": make_response("Content-Encoding: deflate", body=zipped),
        "gzip-without-check-sum": gzipped(zipped[:-8]),
        "gzip-wrong-check-sum": gzipped(zipped[:-8] + bytes(8)),
        "gzip-truncated-trailer": gzipped(zipped[:-3]),
        "gzip-with-name": gzipped(b"\x1f\x8b\x08\x08" + zipped[4:10] + b"feed.xml\0" + zipped[10:]),
        "gzip-and-garbage": gzipped(zipped + b"garbage"),
        "gzip-two-members": gzipped(gzip.compress(feed[:50]) + gzip.compress(feed[50:])),
        "gzip-twice": make_response("Content-Encoding: gzip, gzip", body=gzip.compress(zipped)),
        "gzip-announced-only": gzipped(feed),
        "gzip-upper-case": make_response("Content-Encoding: GZIP", body=zipped),
        "x-gzip": make_response("Content-Encoding: x-gzip", body=zipped),
        "deflate-zlib": make_response("Content-Encoding: deflate", body=zlib.compress(feed)),
        "deflate-raw": make_response("Content-Encoding: deflate", body=raw_deflated),
        "deflate-wrong-check-sum": make_response("Content-Encoding: deflate", body=zlib.compress(feed)[:-4] + bytes(4)),
        "brotli": make_response("Content-Encoding: br", body=brotli.compress(feed)),
        "brotli-announced-only": make_response("Content-Encoding: br", body=feed),
        "zstd": make_response("Content-Encoding: zstd", body=zstd.compress(feed)),
        "zstd-no-header": make_response(body=zstd.compress(feed)),
        **{
            f"encoding-{name}": make_response(f"Content-Encoding: {name}", body=feed)
            for name in ("none", "utf-8", "UTF-8", "identity", "8bit", "", "application/xml", "none, identity")
        },
        "blank-before-colon": make_response("X-Powered-By : PHP", "Server\t: x", body=feed),
        "blank-before-colon-of-chunked": chunked("Transfer-Encoding : chunked"),
        "blank-before-colon-of-length": make_response(f"Content-Length : {size}", body=feed + b"x", has_length=False),
        "blanks-in-name": make_response("X Powered By: PHP", "Cache Control : x", body=feed),
        "blanks-in-name-then-chunked": chunked("X Powered By: PHP", CHUNKED),
        "slash-in-name": make_response("X/Powered/By: PHP", "a(b)[c]: d", body=feed),
        "no-colon": make_response("no header at all", "<b>Warning</b>", body=feed),
        "no-name": make_response(": value", body=feed),
        "8-bit-header": make_response("X-Name: M\xfcller", "\xdcber: x", body=feed),
        "control-characters": make_response("X-Name: a\0b\1c", body=feed),
        "folded-header": make_response("Cache-Control: no-cache,\r\n  max-age=0", body=feed),
        "folded-first": make_response(body=feed).replace(b"OK\r\n", b"OK\r\n folded\r\n", 1),
        "line-feeds-only": make_response(body=feed, line_end="\n"),
        "many-headers": make_response(*(f"X-{number}: 1" for number in range(300)), body=feed),
        "long-header": make_response("X-Long: " + "x" * 60_000, body=feed),
        "length-too-long": sized(size + 10),
        "length-negative": sized(-1),
        "length-no-number": sized("abc"),
        "length-empty": sized(""),
        "length-twice": sized(size, size),
        "length-list": sized(f"{size}, {size}"),
        "lengths-differ": sized(0, size),
        "length-and-chunked": chunked("Content-Length: 5", CHUNKED),
        "no-length": make_response(body=feed, has_length=False),
        "chunked-and-blank": chunked("Transfer-Encoding:  Chunked "),
        "chunk-end-missing": chunked(end=b""),
        "chunk-end-half": chunked(end=b"0\r\n"),
        "chunk-trailers": chunked(end=b"0\r\nX-Sum: 1\r\n\r\n"),
        "chunk-extensions": chunked(extension=b';name="a;b"'),
        "chunk-size-blanks": chunked(extension=b"   "),
        "chunk-line-feeds-only": chunked(line_end=b"\n", end=b"0\n\n"),
        "chunked-announced-only": make_response(CHUNKED, body=feed, has_length=False),
        "transfer-encoding-identity": make_response("Transfer-Encoding: identity", body=feed),
        "status-203": make_response(body=feed, status="HTTP/1.1 203 Non-Authoritative Information"),
        "status-206": make_response(body=feed, status="HTTP/1.1 206 Partial Content"),
        "status-without-reason": make_response(body=feed, status="HTTP/1.1 200"),
        "status-8-bit-reason": make_response(body=feed, status="HTTP/1.1 200 D\xe9j\xe0"),
        "status-lower-case": make_response(body=feed, status="http/1.1 200 ok"),
        "status-two-blanks": make_response(body=feed, status="HTTP/1.1  200 OK"),
        "version-1.0": make_response(body=feed, status="HTTP/1.0 200 OK", has_length=False),
        "version-1": make_response(body=feed, status="HTTP/1 200 OK"),
        "version-1.2": make_response(body=feed, status="HTTP/1.2 200 OK"),
        "icy": make_response(body=feed, status="ICY 200 OK"),
        "blank-line-first": b"\r\n" + make_response(body=feed),
        "early-hints": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + make_response(body=feed),
        "continue": b"HTTP/1.1 100 Continue\r\n\r\n" + make_response(body=feed),
        "no-content-type": make_response(body=feed).replace(b"Content-Type: application/rss+xml\r\n", b""),
        "content-type-text": make_response(body=feed).replace(b"application/rss+xml", b"text/plain; charset=latin-1"),
        "blanks-before-xml": make_response(body=b"\r\n\t " + feed),
        "byte-order-mark": make_response(body=b"\xef\xbb\xbf" + feed),
        "byte-order-mark-and-blanks": make_response(body=b"\xef\xbb\xbf\r\n" + feed),
        "blanks-and-byte-order-mark": make_response(body=b"\n\xef\xbb\xbf" + feed),
        "two-byte-order-marks": make_response(body=b"\xef\xbb\xbf\xef\xbb\xbf" + feed),
        "comment-after-feed": make_response(body=feed + b"\n<!-- cached -->", has_length=False),
    }


FEED = rss(item("Oracle & Müller sign deal", link="https://news.example.org/1"), item("Apple rises")).encode()
FEED_TITLES = ["Oracle & Müller sign deal", "Apple rises"]

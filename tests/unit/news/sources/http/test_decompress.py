import gzip
import zlib
from contextlib import suppress

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from news.sources.http.decompress import DecompressionError, TooLargeError, decompress

LIMIT = 200_000


def deflate(body):
    bare = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return bare.compress(body) + bare.flush()


CODINGS = {
    "gzip": ("gzip", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "deflate": ("deflate", deflate),
    "brotli": ("br", brotli.compress),
    "zstd": ("zstd", zstd.compress),
}


@given(st.binary(min_size=1, max_size=20), st.integers(1, LIMIT), st.sampled_from(sorted(CODINGS)))
def test_decompress_returns_the_whole_body(seed, size, name):
    body = b"<" + (seed * (size // len(seed) + 1))[: size - 1]
    encoding, compress = CODINGS[name]

    assert decompress(compress(body), encoding, max_bytes=LIMIT) == (body, True)


@pytest.mark.parametrize("name", CODINGS)
def test_decompress_body_over_the_limit_raises_error(name):
    encoding, compress = CODINGS[name]

    assert decompress(compress(bytes(LIMIT)), encoding, max_bytes=LIMIT) == (bytes(LIMIT), True)
    with pytest.raises(TooLargeError):
        decompress(compress(bytes(LIMIT + 1)), encoding, max_bytes=LIMIT)


@pytest.mark.parametrize("name", CODINGS)
def test_decompress_truncated_body_returns_its_beginning_as_incomplete(name):
    encoding, compress = CODINGS[name]
    body = b"".join(b"<item>%d</item>" % number**7 for number in range(5_000))

    compressed = compress(body)
    beginning, is_complete = decompress(compressed[: len(compressed) // 2], encoding, max_bytes=LIMIT)

    assert body.startswith(beginning)
    assert not is_complete


def test_decompress_more_than_two_layers_raises_error():
    body = gzip.compress(gzip.compress(b"<rss/>"))

    assert decompress(body, "gzip, gzip", max_bytes=LIMIT) == (b"<rss/>", True)
    assert decompress(body, "gzip", max_bytes=LIMIT) == (b"<rss/>", True)
    with pytest.raises(DecompressionError, match="compressed more than 2 times"):
        decompress(gzip.compress(body), "gzip", max_bytes=LIMIT)


def test_decompress_many_gzip_members_raises_error():
    with pytest.raises(DecompressionError, match="more than 100 parts"):
        decompress(gzip.compress(b"x") * 5_000, "gzip", max_bytes=LIMIT)


def test_decompress_gzip_head_with_all_fields_returns_the_body():
    head = b"\x1f\x8b\x08\x1f" + bytes(6) + b"\x03\x00abc" + b"feed.xml\0" + b"a comment\0" + b"\x12\x34"

    assert decompress(head + deflate(b"<rss/>") + bytes(8), "", max_bytes=LIMIT) == (b"<rss/>", True)


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "zstd", "", "x"]), st.booleans())
def test_decompress_any_bytes_returns_bytes_or_raises_its_errors(noise, encoding, is_gzip):
    with suppress(DecompressionError, TooLargeError):
        body, _ = decompress(b"\x1f\x8b\x08" * is_gzip + noise, encoding, max_bytes=LIMIT)
        assert len(body) <= LIMIT

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.sources.record_files.lines import CHUNK_BYTES, MAX_LINE_BYTES, FileOffset, LineError, LineReader

PARTS = ["a", "ü", "\r", "\n", "\r\n", "\u0d0a", "\u0a0d", "\u0a00", "\u2028"]
ENCODINGS = ["utf-8", "cp1252", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]


def list_lines(reader):
    """Return the lines that a reader has left, with where each ends."""
    return [(line, reader.current_offset) for line in reader]


@given(
    st.lists(st.sampled_from(PARTS)).map("".join),
    st.sampled_from([encoding for encoding in ENCODINGS if encoding != "cp1252"]),
)
def test_line_reader_splits_at_line_ends_and_continues_at_any(text, encoding):
    content = text.encode(encoding)

    lines = list_lines(LineReader(io.BytesIO(content), encoding))

    assert [line for line, _ in lines] == re.findall(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z", text)
    assert [offset.line for _, offset in lines] == list(range(1, len(lines) + 1))
    for index, (_, offset) in enumerate(lines):
        reader = LineReader(io.BytesIO(content), encoding)
        reader.seek(offset)
        assert list_lines(reader) == lines[index + 1 :]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_reader_finds_line_ends_at_the_edge_of_a_chunk(encoding, line_end):
    width = len("a".encode(encoding))
    for length in range(CHUNK_BYTES // width - 2, CHUNK_BYTES // width + 2):
        text = f"{'a' * length}{line_end}b{line_end}"

        lines = [line for line, _ in list_lines(LineReader(io.BytesIO(text.encode(encoding)), encoding))]

        assert lines == [f"{'a' * length}{line_end}", f"b{line_end}"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_reader_skips_an_overlong_line_as_one(encoding, line_end):
    text = f"first{line_end}{'x' * (3 * MAX_LINE_BYTES)}{line_end}last{line_end}"
    reader = LineReader(io.BytesIO(text.encode(encoding)), encoding)

    assert next(reader) == f"first{line_end}"
    with pytest.raises(LineError, match=r"is longer than 1,000,000 bytes; check its quotes and line ends\."):
        next(reader)
    reader.start_record()
    assert next(reader) == f"last{line_end}"
    assert reader.current_offset == FileOffset(3, len(text.encode(encoding)))


@pytest.mark.parametrize(
    ("content", "is_terminated"), [(b"a\n", True), (b"a\r\n", True), (b"a", False), (b"a\r", False), (b"a\rb", True)]
)
def test_line_reader_reports_whether_a_line_can_grow(content, is_terminated):
    reader = LineReader(io.BytesIO(content))

    next(reader)

    assert reader.is_terminated == is_terminated


def test_line_reader_continues_after_lines_that_are_no_text():
    reader = LineReader(io.BytesIO(b"\xef\xbb\xbffirst\nCaf\xe9\na\0b\nlast"))

    assert next(reader) == "first\n"
    with pytest.raises(LineError, match=r"is not UTF-8 \(byte 0xe9 as byte 4\); save the file as UTF-8"):
        next(reader)
    with pytest.raises(LineError, match=r"holds a NUL character as character 2; take it out"):
        next(reader)
    assert next(reader) == "last"

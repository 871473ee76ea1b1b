import json
import tracemalloc
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.sources.record_files.json_records import JSONDocument
from news.sources.record_files.lines import FileFormatError
from tests.helpers.record_files import parse_records, titles_and_problems, write_lines

VALUES = st.text() | st.none() | st.floats(allow_nan=False, allow_infinity=False)


def test_parse_jsonl_malformed_lines_have_a_problem(tmp_path):
    path = write_lines(
        tmp_path / "news.jsonl",
        b'\xef\xbb\xbf{"title": "First"}\r',
        b'{"title": "Caf\xe9"}',
        b'{"title": "a\0b"}',
        b'{"title": "' + b"x" * 1_000_001 + b'"}',
        "{" * 100_000,
        "{'title': 'Python'}",
        '{"title": "Last"}',
    )

    first, utf8, nul, long, deep, python, last = titles_and_problems(parse_records(path))

    assert (first, last) == ((1, "First"), (7, "Last"))
    assert utf8 == (2, "is not UTF-8 (byte 0xe9 as byte 15); save the file as UTF-8.")
    assert nul == (3, "holds a NUL character as character 13; take it out.")
    assert long == (4, "is longer than 1,000,000 bytes; check its quotes and line ends.")
    assert deep[0] == 5
    assert deep[1].startswith("is not JSON (")
    assert python == (
        6,
        "is not JSON (Expecting property name enclosed in double quotes at column 2); "
        "write one JSON object in each line.",
    )


def test_parse_jsonl_takes_nan_as_nothing_and_half_a_surrogate_pair_as_text(tmp_path):
    path = write_lines(tmp_path / "news.jsonl", '{"title": "a", "score": NaN}', '{"title": "b\\ud83d"}')

    assert [record.data for record in parse_records(path)] == [{"title": "a", "score": None}, {"title": "b\ud83d"}]


@given(
    st.lists(st.dictionaries(st.text(max_size=5), VALUES, max_size=3)),
    st.sampled_from([None, 0, 2]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
)
def test_json_document_round_trips_any_objects(tmp_path_factory, objects, indent, encoding):
    path = tmp_path_factory.mktemp("json") / "news.json"
    text = json.dumps({"status": "ok", "items": objects, "n": [1, {}]}, indent=indent)
    path.write_bytes(text.encode(encoding))

    records = parse_records(path)

    assert [record.data for record in records] == objects
    assert [record.number for record in records] == list(range(1, len(objects) + 1))


def test_json_document_of_any_size_uses_bounded_memory(tmp_path):
    path = tmp_path / "news.json"
    with path.open("w") as file:
        file.write('{"articles": [')
        file.writelines('{"title": "Apple rises", "text": "' + "x" * 1000 + '"},\n' for _ in range(30_000))
        file.write('{"title": "Last"}]}')

    tracemalloc.start()
    with path.open("rb") as file:
        (last,) = deque(JSONDocument(file, "utf-8").parse(), maxlen=1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (last.line, last.number, last.data) == (30_001, 30_001, {"title": "Last"})
    assert peak < 5_000_000


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"title": "a"}', "line 1: is not JSON (the file ends where ',' or ']' belongs)"),
        ('[{"title": "a"},]', "line 1: is not JSON (Expecting value at line 1)"),
        ('[{"title": "a"},\n\n{"title" "b"}]', "line 3: is not JSON (Expecting ':' delimiter at line 3)"),
        ('[\n{"title":\n"a\n"}]', "line 2: is not JSON (Invalid control character at at line 3)"),
        ('{"items": [{"title": "a"}] "n": 1}', "line 1: is not JSON (found '\"' where ',' or '}' belongs)"),
        ('{"items": [{"title": "a"}], n: 1}', "line 1: is not JSON (a name in quotes is missing)"),
        ('[{"title": "a"}] x', "line 1: is not JSON (found 'x')"),
        ("[" * 100_000, "line 1: is nested too deeply"),
        ('["' + "x" * 1_300_000 + '"]', "or is longer than 1,000,000 characters"),
    ],
)
def test_json_document_that_is_invalid_is_rejected_with_its_line(tmp_path, text, reason):
    path = tmp_path / "news.json"
    path.write_text(text)

    with pytest.raises(FileFormatError) as rejected:
        parse_records(path)

    assert reason in str(rejected.value)
    assert str(rejected.value).endswith("; give valid JSON, or one JSON object in each line.")

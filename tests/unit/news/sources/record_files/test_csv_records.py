import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.sources.record_files.csv_records import parse_delimiter
from news.sources.record_files.lines import Record
from tests.helpers.record_files import parse_records, titles_and_problems, write_lines


def test_parse_rows_malformed_records_have_a_problem(tmp_path):
    path = write_lines(
        tmp_path / "news.csv",
        "title,ticker",
        "First,AAPL",
        "Too few",
        "Too,many,cells",
        "",
        b"a\0b,AAPL",
        '"Several',
        'lines",AAPL',
        "",
        "x" * 1_000_001,
        "Last,AAPL",
    )

    first, few, many, nul, several, long, last = titles_and_problems(parse_records(path))

    assert (first, several, last) == ((2, "First"), (7, "Several\nlines"), (11, "Last"))
    assert few == (3, "has 1 cells where the header has 2; put cells that hold a comma in quotes.")
    assert many == (4, "has 3 cells where the header has 2; put cells that hold a comma in quotes.")
    assert nul == (6, "holds a NUL character as character 2; take it out.")
    assert long == (10, "is longer than 1,000,000 bytes; check its quotes and line ends.")


@pytest.mark.parametrize("following", [["Good,AAPL"], ['"Good",AAPL'], ["Good,AAPL"] * 20_000])
def test_parse_rows_stray_quote_affects_its_line_only(tmp_path, following):
    path = write_lines(tmp_path / "news.csv", "title,ticker", '"Stray,AAPL', *following)

    stray, *good = titles_and_problems(parse_records(path))

    assert stray[0] == 2
    assert stray[1].startswith("is not CSV (")
    assert good == [(number, "Good") for number in range(3, 3 + len(following))]


def test_parse_rows_cell_of_an_ignored_column_may_be_long(tmp_path):
    path = write_lines(tmp_path / "news.csv", "title,body", f"Apple,{'x' * 500_000}")

    assert titles_and_problems(parse_records(path)) == [(2, "Apple")]


@pytest.mark.parametrize("name", ["news.jsonl", "news.csv"])
def test_read_records_of_long_line_uses_bounded_memory(tmp_path, name):
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(b"title\n" if name.endswith("csv") else b'{"title": "a"}\n')
        file.truncate(50_000_000)

    tracemalloc.start()
    records = parse_records(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert records[-1].problem.startswith("is longer than")
    assert peak < 10_000_000


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=3, max_size=3)))
def test_parse_rows_any_cells_round_trip(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "news.csv"
    quoted = [
        ",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [["title", "url", "other"], *rows]
    ]
    path.write_text("\n".join(quoted) + "\n", encoding="utf-8", newline="")

    records = parse_records(path)

    cells = [[cell if cell.strip() else None for cell in row] for row in rows]
    assert [[record.data.get(name) for name in ("title", "url", "other")] for record in records] == [
        row for row in cells if any(row)
    ]


@given(
    st.binary() | st.lists(st.sampled_from([b'"', b",", b"\n", b"\r", b"\0", b"a", b"\xff", b"title"])).map(b"".join)
)
def test_parse_rows_any_bytes_yields_records_in_line_order(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "news.csv"
    path.write_bytes("\ufefftitle,ticker\n".encode() + content)

    records = parse_records(path)

    assert all(isinstance(record, Record) for record in records)
    assert [record.line for record in records] == sorted({record.line for record in records})
    assert all(record.end.offset <= path.stat().st_size for record in records)


@pytest.mark.parametrize(
    ("text", "delimiter"), [(";", ";"), ("tab", "\t"), ("\\t", "\t"), ("\t", "\t"), ("Semicolon", ";"), ("pipe", "|")]
)
def test_parse_delimiter_returns_one_character(text, delimiter):
    assert parse_delimiter(text) == delimiter


@pytest.mark.parametrize("text", ["", ";;", "a", "1", '"', "\n", "\0"])
def test_parse_delimiter_of_anything_else_is_rejected(text):
    with pytest.raises(ValueError, match="must be one character that is no letter, digit or quote"):
        parse_delimiter(text)

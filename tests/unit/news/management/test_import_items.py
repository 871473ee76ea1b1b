import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tracemalloc
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from news.models import Item
from news.sources.record_files import LineError, LineReader, Record, parse_csv, parse_jsonl
from tests.helpers.paths import ROOT
from tests.helpers.waiting import until


def run(path, *arguments):
    """Import `path`; return stdout, stderr and the CommandError, if any."""
    out, err = StringIO(), StringIO()
    try:
        call_command("import_items", str(path), *arguments, stdout=out, stderr=err, no_color=True)
    except CommandError as error:
        return out.getvalue(), err.getvalue(), error
    return out.getvalue(), err.getvalue(), None


def write(path, *lines):
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines) + b"\n")
    return path


def line_of(title, **fields):
    return json.dumps({"title": title, "ticker": "AAPL", "published_at": "2026-01-05T10:00:00Z"} | fields)


def records_of(path):
    with path.open("rb") as file:
        lines = LineReader(file)
        return list(parse_csv(lines) if path.suffix == ".csv" else parse_jsonl(lines))


def titles_and_problems(path):
    return [(record.line, record.problem or record.data["title"]) for record in records_of(path)]


@pytest.mark.django_db
def test_import_jsonl_creates_items_and_prints_counts(tmp_path):
    path = write(tmp_path / "news.jsonl", line_of("Profit rises"), "", line_of("Profit falls", source="Wire"))

    out, err, error = run(path, "--source", "archive")

    assert out.startswith("imported=2 duplicates=0 rejected=0 seconds=")
    assert (err, error) == ("", None)
    assert list(Item.objects.order_by("seq").values_list("title", "source")) == [
        ("Profit rises", "archive"),
        ("Profit falls", "Wire"),
    ]


@pytest.mark.django_db
def test_import_csv_stores_all_columns(tmp_path):
    path = write(
        tmp_path / "news.csv",
        "\ufeffTitle,Tickers,text,mood,URL,source,published_at,external_id\r",
        '"Profit, they say, rises","aapl, MSFT","Two\r',
        'lines",x,https://example.org/1,Wire,2026-01-05,17\r',
        "Ford recalls trucks,,,,,,,\r",
    )

    out, _, error = run(path)

    assert error is None
    assert out.startswith("imported=2 duplicates=0 rejected=0")
    first, second = Item.objects.order_by("seq")
    assert (first.title, first.tickers, first.summary) == ("Profit, they say, rises", ["AAPL", "MSFT"], "Two lines")
    assert (first.url, first.source, first.external_id) == ("https://example.org/1", "Wire", "17")
    assert first.published_at.isoformat() == "2026-01-05T00:00:00+00:00"
    assert (second.tickers, second.source, second.url, second.external_id) == (["F"], "import", "", None)


@pytest.mark.django_db
def test_import_invalid_lines_are_reported_and_others_imported(tmp_path):
    path = write(tmp_path / "news.jsonl", line_of("Profit rises"), line_of(""), "[1, 2]", "{no", line_of("Loss widens"))

    out, err, error = run(path)

    assert error is None
    assert out.startswith("imported=2 duplicates=0 rejected=3")
    first, second, third = err.splitlines()
    assert first == "line 2: title='': is empty; give the headline's text, 1 to 2,000 characters."
    assert second.startswith("line 3: record=[1, 2]: must be an object")
    assert third.startswith("line 4: is not JSON (")


@pytest.mark.django_db
def test_import_many_invalid_lines_are_all_reported(tmp_path):
    path = write(tmp_path / "news.jsonl", line_of("Profit rises"), *["{}"] * 120)

    out, err, _ = run(path, "--batch", "30")

    assert "rejected=120" in out
    assert [line.partition(":")[0] for line in err.splitlines()] == [f"line {n}" for n in range(2, 122)]


@pytest.mark.django_db
def test_import_same_file_twice_counts_duplicates(tmp_path):
    path = write(tmp_path / "news.jsonl", *[line_of(f"Profit rises {n}") for n in range(5)])
    run(path)

    out, _, error = run(path)

    assert error is None
    assert out.startswith("imported=0 duplicates=5 rejected=0")
    assert Item.objects.count() == 5


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("news.jsonl", b"", "holds no records"),
        ("news.jsonl", b"\n \r\n\n", "holds no records"),
        ("news.csv", b"title,ticker\n", "holds no records"),
        ("news.csv", b"headline,ticker\nProfit,AAPL\n", "no column is named title; found 'headline, ticker'"),
        ("news.csv", b"title;ticker\nProfit;AAPL\n", "no column is named title; found 'title;ticker'"),
        ("news.csv", b'"title,ticker\nProfit,AAPL\n', "the header is not CSV"),
        ("news.jsonl", "{}".encode("utf-16"), "is UTF-16; save the file as UTF-8."),
        ("news.jsonl", b'{"title": ""}\n[]\n', "none of its 2 records is valid"),
        ("news.txt", b"Profit rises\n", "give --format jsonl or --format csv"),
    ],
)
def test_import_file_without_valid_record_fails(tmp_path, name, content, reason):
    path = tmp_path / name
    path.write_bytes(content)

    _, _, error = run(path)

    assert reason in str(error)
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_import_missing_file_or_directory_fails(tmp_path):
    assert "can't be read (No such file or directory)" in str(run(tmp_path / "absent.csv")[2])
    assert "can't be read (Is a directory)" in str(run(tmp_path, "--format", "csv")[2])


@pytest.mark.parametrize("arguments", [("--batch", "0"), ("--batch", "10001"), ("--source", " "), ("--source", "a\nb")])
def test_import_invalid_option_fails_with_its_name(tmp_path, arguments):
    _, _, error = run(write(tmp_path / "news.jsonl", "{}"), *arguments)

    assert str(error).startswith(f"{arguments[0]}=")


@pytest.mark.django_db
def test_import_format_option_overrides_extension(tmp_path):
    path = write(tmp_path / "news.txt", "title,ticker", "Profit rises,AAPL")

    assert run(path, "--format", "csv")[0].startswith("imported=1")


def test_parse_jsonl_malformed_lines_have_a_problem(tmp_path):
    path = write(
        tmp_path / "news.jsonl",
        b"\xef\xbb\xbf" + line_of("First").encode() + b"\r",
        b'{"title": "Caf\xe9"}',
        b'{"title": "a\0b"}',
        b'{"title": "' + b"x" * 1_000_001 + b'"}',
        "{" * 100_000,
        line_of("Last"),
    )

    first, utf8, nul, long, deep, last = titles_and_problems(path)

    assert (first, last) == ((1, "First"), (6, "Last"))
    assert utf8 == (2, "is not UTF-8 (byte 0xe9 as byte 15); save the file as UTF-8.")
    assert nul == (3, "holds a NUL byte as byte 13; take it out.")
    assert long == (4, "is longer than 1,000,000 bytes; check its quotes and line ends.")
    assert deep[0] == 5
    assert deep[1].startswith("is not JSON (")


def test_parse_csv_malformed_records_have_a_problem(tmp_path):
    path = write(
        tmp_path / "news.csv",
        "title,ticker",
        "First,AAPL",
        "Too few",
        "Too,many,cells",
        b"Caf\xe9,AAPL",
        b"a\0b,AAPL",
        '"Several',
        'lines",AAPL',
        "",
        "x" * 1_000_001,
        "Last,AAPL",
    )

    first, few, many, utf8, nul, several, long, last = titles_and_problems(path)

    assert (first, several, last) == ((2, "First"), (7, "Several\nlines"), (11, "Last"))
    assert few == (3, "has 1 cells where the header has 2; put cells that hold commas in quotes.")
    assert many == (4, "has 3 cells where the header has 2; put cells that hold commas in quotes.")
    assert utf8 == (5, "is not UTF-8 (byte 0xe9 as byte 4); save the file as UTF-8.")
    assert nul == (6, "holds a NUL byte as byte 2; take it out.")
    assert long == (10, "is longer than 1,000,000 bytes; check its quotes and line ends.")


@pytest.mark.parametrize("following", [["Good,AAPL"], ['"Good",AAPL'], ["Good,AAPL"] * 20_000])
def test_parse_csv_stray_quote_affects_its_line_only(tmp_path, following):
    path = write(tmp_path / "news.csv", "title,ticker", '"Stray,AAPL', *following)

    stray, *good = titles_and_problems(path)

    assert stray[0] == 2
    assert stray[1].startswith("is not CSV (")
    assert good == [(number, "Good") for number in range(3, 3 + len(following))]


@pytest.mark.parametrize("name", ["news.jsonl", "news.csv"])
def test_parse_long_line_uses_bounded_memory(tmp_path, name):
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(b"title\n")
        file.truncate(50_000_000)

    tracemalloc.start()
    records = records_of(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert records[-1].problem.startswith("is longer than")
    assert peak < 10_000_000


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r")), min_size=3, max_size=3)))
def test_parse_csv_any_cells_round_trip(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "news.csv"
    quoted = [
        ",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [["title", "url", "other"], *rows]
    ]
    path.write_text("\n".join(quoted) + "\n", encoding="utf-8", newline="")

    records = records_of(path)

    assert [record.data["title"] for record in records] == [row[0] for row in rows]
    assert [record.data.get("url", "") for record in records] == [row[1] if row[1].strip() else "" for row in rows]


@given(
    st.binary() | st.lists(st.sampled_from([b'"', b",", b"\n", b"\r", b"\0", b"a", b"\xff", b"title"])).map(b"".join)
)
def test_parse_csv_any_bytes_yields_records_in_line_order(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "news.csv"
    path.write_bytes(b"title,ticker\n" + content)

    records = records_of(path)

    assert all(isinstance(record, Record) for record in records)
    assert [record.line for record in records] == sorted({record.line for record in records})
    assert all(record.end.offset <= path.stat().st_size for record in records)


def test_parse_csv_invalid_header_raises_line_error(tmp_path):
    with pytest.raises(LineError, match=r"line 1: the header is not UTF-8"):
        records_of(write(tmp_path / "news.csv", b"title,\xff"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "saved",
    [
        "not json",
        "[]",
        "{}",
        '{"size": 1, "mtime_ns": 1, "format": "jsonl", "line": 2, "offset": 9}',
        '{"size": SIZE, "mtime_ns": MTIME, "format": "csv", "line": 2, "offset": 9}',
        '{"size": SIZE, "mtime_ns": MTIME, "format": "jsonl", "line": 2, "offset": 999999}',
        '{"size": SIZE, "mtime_ns": MTIME, "format": "jsonl", "line": 2, "offset": 9, "imported": "x"}',
    ],
)
def test_import_progress_of_other_file_is_ignored(tmp_path, saved):
    path = write(tmp_path / "news.jsonl", line_of("Profit rises"), line_of("Profit falls"))
    stat = path.stat()
    progress_path = tmp_path / "news.jsonl.progress"
    progress_path.write_text(saved.replace("SIZE", str(stat.st_size)).replace("MTIME", str(stat.st_mtime_ns)))

    out, err, error = run(path)

    assert out.startswith("imported=2 duplicates=0 rejected=0")
    assert (err, error) == ("", None)
    assert not progress_path.exists()


@pytest.mark.django_db
def test_import_unwritable_progress_warns_once_and_continues(tmp_path):
    path = write(tmp_path / "news.jsonl", *[line_of(f"Profit rises {n}") for n in range(6)])
    (tmp_path / "news.jsonl.progress").mkdir()

    out, err, error = run(path, "--batch", "2")

    assert error is None
    assert out.startswith("imported=6")
    assert err.count("can't be written") == len(err.splitlines()) == 1


@pytest.mark.live
@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_import_after_kill_resumes(tmp_path, kind):
    count = 20_000
    path = tmp_path / f"news.{kind}"
    titles = [f"Profit rises {n}" for n in range(count)]
    if kind == "csv":
        write(path, "title,ticker,published_at", *[f"{title},AAPL,2026-01-05" for title in titles])
    else:
        write(path, *[line_of(title) for title in titles])
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3"}
    manage = [sys.executable, str(ROOT / "manage.py")]
    subprocess.run([*manage, "migrate", "-v0"], env=environment, check=True)
    command = [*manage, "import_items", str(path)]

    first = subprocess.Popen([*command, "--batch", "100"], env=environment)
    progress_path = path.with_name(path.name + ".progress")
    until(progress_path.exists, seconds=60, what="first batch committed")
    first.send_signal(signal.SIGKILL)
    first.wait()
    stopped_after = json.loads(progress_path.read_bytes())["line"]
    second = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)

    assert f"resuming after line {stopped_after}, where an earlier run stopped." in second.stderr
    imported, duplicates, rejected = (int(part.partition("=")[2]) for part in second.stdout.split()[:3])
    assert (imported + duplicates, rejected) == (count, 0)
    with contextlib.closing(sqlite3.connect(tmp_path / "site.sqlite3")) as database:
        stored = [title for (title,) in database.execute("SELECT title FROM news_item ORDER BY seq")]
    assert stored == titles
    assert not progress_path.exists()

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys

import pytest
from django.db import connection

from news.models import Item
from news.sources.import_progress import ImportProgress, ProgressFile, get_version
from news.sources.import_runs import start_run
from tests.helpers.imports import run_import as run
from tests.helpers.paths import ROOT
from tests.helpers.waiting import until


def write(path, *lines):
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines) + b"\n")
    return path


def last_line(out):
    return out.splitlines()[-1]


def line_of(title, **fields):
    return json.dumps({"title": title, "ticker": "AAPL", "published_at": "2026-01-05T10:00:00Z"} | fields)


@pytest.mark.django_db
def test_import_jsonl_creates_items_and_prints_counts(tmp_path):
    path = write(tmp_path / "news.jsonl", line_of("Profit rises"), "", line_of("Profit falls", source="Wire"))

    out, err, error = run(path, "--source", "archive")

    assert last_line(out).startswith(
        "imported=2 duplicates=0 rejected=0 historical=2 live=0 warnings=0 updated=0 seconds="
    )
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
    assert last_line(out).startswith("imported=2 duplicates=0 rejected=0")
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
    assert last_line(out).startswith("imported=2 duplicates=0 rejected=3")
    first, second, third = err.splitlines()
    assert first == "line 2: title='': is empty; give the headline's text, 1 to 2,000 characters."
    assert second.startswith("line 3: record=[1, 2]: must be an object")
    assert third.startswith("line 4: is not JSON (")


@pytest.mark.django_db
def test_import_many_invalid_lines_are_all_reported(tmp_path):
    path = write(tmp_path / "news.jsonl", line_of("Profit rises"), *["{}"] * 120)

    out, err, _ = run(path, "--batch", "30")

    assert "rejected=120" in out
    *rejected, title, kind = err.splitlines()
    assert [line.partition(":")[0] for line in rejected] == [f"line {n}" for n in range(2, 122)]
    assert title == "rejected, by kind:"
    assert kind.startswith("  120 x title: is missing; the first in line 2: title: is missing; give ")


@pytest.mark.django_db
def test_import_same_file_twice_counts_duplicates(tmp_path):
    path = write(tmp_path / "news.jsonl", *[line_of(f"Profit rises {n}") for n in range(5)])
    run(path)

    out, _, error = run(path)

    assert error is None
    assert last_line(out).startswith("imported=0 duplicates=5 rejected=0")
    assert Item.objects.count() == 5


def test_import_missing_file_or_directory_fails(tmp_path):
    assert "can't be opened (No such file or directory)" in str(run(tmp_path / "absent.csv")[2])
    assert "can't be opened (Is a directory)" in str(run(tmp_path, "--format", "csv")[2])


@pytest.mark.parametrize("arguments", [("--batch", "0"), ("--batch", "10001"), ("--source", " "), ("--source", "a\nb")])
def test_import_invalid_option_fails_with_its_name(tmp_path, arguments):
    _, _, error = run(write(tmp_path / "news.jsonl", "{}"), *arguments)

    assert str(error).startswith(f"{arguments[0]}=")


@pytest.mark.django_db
def test_import_format_option_overrides_extension(tmp_path):
    path = write(tmp_path / "news.txt", "title,ticker", "Profit rises,AAPL")

    assert last_line(run(path, "--format", "csv")[0]).startswith("imported=1 ")


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

    assert last_line(out).startswith("imported=2 duplicates=0 rejected=0")
    assert (err, error) == ("", None)
    assert not progress_path.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "reason"), [("file", "the file has changed since"), ("options", "the options differ from")]
)
def test_import_of_changed_file_or_with_other_options_starts_over(tmp_path, change, reason):
    path = write(tmp_path / "news.jsonl", line_of("Profit rises"), line_of("Profit falls"))
    with path.open("rb") as file:
        version = get_version(file)
    options = '["import",[],null,null,null,"",false]' if change == "file" else "[]"
    ProgressFile(path).save(ImportProgress(version, options, start_run(path.name).pk, line=1, offset=90, imported=1))
    if change == "file":
        stat = path.stat()
        path.write_bytes(path.read_bytes().replace(b"rises", b"jumps"))
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    out, err, error = run(path)

    assert error is None
    assert err.startswith(f"{path}: starting over, because {reason} the run that stopped; ")
    assert last_line(out).startswith("imported=2 ")


@pytest.mark.django_db
def test_import_of_file_that_changes_meanwhile_says_so(tmp_path):
    path = write(tmp_path / "news.jsonl", line_of("Profit rises"))

    def append_once(execute, sql, params, many, context):
        if path.stat().st_size < 200:
            with path.open("a") as file:
                file.write(line_of("Profit falls") * 2)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(append_once):
        _, err, error = run(path)

    assert error is None
    assert err.splitlines()[-1] == f"{path}: has changed during the import; run again to import what was added."


@pytest.mark.django_db
def test_import_unwritable_progress_warns_once_and_continues(tmp_path):
    path = write(tmp_path / "news.jsonl", *[line_of(f"Profit rises {n}") for n in range(6)])
    (tmp_path / "news.jsonl.progress").mkdir()

    out, err, error = run(path, "--batch", "2")

    assert error is None
    assert last_line(out).startswith("imported=6")
    assert err.count("can't be written") == len(err.splitlines()) == 1


@pytest.mark.live
@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_import_after_kill_resumes(tmp_path, kind, fresh_database):
    count = 5_000
    shutil.copy(fresh_database[0], tmp_path)
    path = tmp_path / f"news.{kind}"
    titles = [f"Profit rises {n}" for n in range(count)]
    if kind == "csv":
        write(path, "title,ticker,published_at", *[f"{title},AAPL,2026-01-05" for title in titles])
    else:
        write(path, *[line_of(title) for title in titles])
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3"}
    manage = [sys.executable, str(ROOT / "manage.py")]
    command = [*manage, "import_items", str(path)]

    first = subprocess.Popen([*command, "--batch", "100"], env=environment)
    progress_path = path.with_name(path.name + ".progress")
    until(progress_path.exists, seconds=60, what="first batch committed")
    first.send_signal(signal.SIGKILL)
    first.wait()
    stopped_after = json.loads(progress_path.read_bytes())["line"]
    second = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)

    assert f"resuming after line {stopped_after}, where an earlier run stopped." in second.stderr
    imported, duplicates, rejected = (int(part.partition("=")[2]) for part in last_line(second.stdout).split()[:3])
    assert (imported + duplicates, rejected) == (count, 0)
    with contextlib.closing(sqlite3.connect(tmp_path / "site.sqlite3")) as database:
        stored = [title for (title,) in database.execute("SELECT title FROM news_item ORDER BY seq")]
    assert stored == titles
    assert not progress_path.exists()

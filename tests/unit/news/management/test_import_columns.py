import json
from datetime import timedelta
from pathlib import Path

import pytest

from common.time import format_time, utc_now
from news.models import ImportRun, Item
from tests.helpers.imports import list_items, run_import
from tests.helpers.record_files import write_lines

CASES = Path(__file__).with_name("cases")
KAGGLE = [",title,date,stock", "0.0,Apple beats,2011-04-27 09:30:00-04:00,MSFT", "1.0,Intel warns,2015-02-03,INTC"]


def write_jsonl(path, *records):
    return write_lines(path, *map(json.dumps, records))


@pytest.mark.django_db
def test_import_prints_which_columns_it_reads_and_ignores(tmp_path):
    out, err, error = run_import(write_lines(tmp_path / "news.csv", *KAGGLE))

    assert (err, error) == ("", None)
    assert out.splitlines()[:-2] == [
        "news.csv: CSV separated by comma, UTF-8",
        "  title <- title",
        "  tickers <- stock",
        "  published_at <- date",
        "  dates: in any usual form; those without a time zone are in UTC",
        "  ignored: column 1 (no name) (--column FIELD=COLUMN reads one)",
        "historical: 2 items; streams skip them unless they ask for include=historical, "
        "and --announce sends old items live",
    ]
    run = ImportRun.objects.get()
    assert out.splitlines()[-2] == f"import {run.pk}: `manage.py import_items --undo {run.pk}` takes it back"
    assert out.splitlines()[-1].startswith(
        "imported=2 duplicates=0 rejected=0 historical=2 live=0 warnings=0 updated=0 seconds="
    )
    assert list_items() == [
        ("Apple beats", "MSFT", "2011-04-27 13:30:00"),
        ("Intel warns", "INTC", "2015-02-03 00:00:00"),
    ]


@pytest.mark.django_db
def test_import_prints_rule_for_several_columns_of_one_field(tmp_path):
    path = write_lines(
        tmp_path / "news.csv",
        "title,headline,title,date,time,publishedAt,stock,symbols,mood,body",
        "nan,Apple beats,Third,2020-01-02,9:30,,AAPL,\"MSFT;['INTC']\",x,y",
        ",,Third,2020-01-02,9:30,3 Jan 2020 10:00 CET,None,,x,y",
    )

    out, _, error = run_import(path)

    assert error is None
    assert out.splitlines()[1:6] == [
        "  title <- title, else title (column 3), else headline",
        "  tickers <- symbols and stock",
        "  published_at <- publishedAt, else date, else time",
        "  dates: in any usual form; those without a time zone are in UTC",
        "  ignored: mood, body (--column FIELD=COLUMN reads one)",
    ]
    assert list_items()[0] == ("Third", "MSFT,INTC,AAPL", "2020-01-02 09:30:00")
    assert list_items()[1] == ("Third", "MARKET", "2020-01-03 09:00:00")
    assert "duplicates=0 rejected=0" in out


@pytest.mark.django_db
def test_import_says_what_becomes_of_fields_without_column(tmp_path):
    out, _, error = run_import(write_lines(tmp_path / "news.csv", "Headline", "Apple beats"))

    assert error is None
    assert out.splitlines()[1:4] == [
        "  title <- Headline",
        "  tickers <- no column: found in title and summary",
        "  published_at <- no column: the time of the import",
    ]
    assert Item.objects.get().tickers == ["AAPL"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header",
    [
        "title,ticker,published_at,summary,url,source,external_id",
        "HEADLINE,Symbols,Published At,DESCRIPTION,Link,Publisher,ID",
        "Title,Stock,publishedAt,Text,link,site,External ID",
        "head-line,TICKERS,Time Stamp,text,URL,Source,external-id",
        "title,symbol,datetime,summary,url,source,id",
    ],
)
def test_import_knows_common_names_in_any_case(tmp_path, header):
    path = write_lines(tmp_path / "news.csv", header, "Apple beats,AAPL,2020-01-02,More,https://example.org/1,Wire,17")

    out, _, error = run_import(path)

    assert error is None
    assert "ignored" not in out
    item = Item.objects.get()
    assert (item.title, item.tickers, item.summary, item.url) == (
        "Apple beats",
        ["AAPL"],
        "More",
        "https://example.org/1",
    )
    assert (item.source, item.external_id, item.published_at.isoformat()) == ("Wire", "17", "2020-01-02T00:00:00+00:00")


@pytest.mark.django_db
def test_import_words_for_nothing_are_nothing(tmp_path):
    words = ["nan", "NaN", "NULL", "null", "none", "None", "n/a", "N/A", " ", ""]
    path = write_lines(
        tmp_path / "news.csv",
        "title,ticker,summary,url,source,external_id,published_at",
        *(f"Apple case {number},{word},{word},{word},{word},{word},{word}" for number, word in enumerate(words)),
        *(f"{word},AAPL,,,,," for word in words),
    )

    out, err, error = run_import(path)

    assert error is None
    assert f"imported={len(words)} duplicates=0 rejected={len(words)} historical=0 " in out
    assert set(Item.objects.values_list("summary", "url", "source", "external_id")) == {("", "", "import", None)}
    assert [item.tickers for item in Item.objects.all()] == [["AAPL"]] * len(words)
    assert err.startswith("line 12: title='': is empty; ")


@pytest.mark.django_db
def test_import_column_option_reads_the_named_columns_only(tmp_path):
    path = write_lines(
        tmp_path / "news.csv", "title,Big Story,date,seen,when", "Wrong,Apple beats,2019-01-01,2020-01-02,x"
    )
    arguments = ["--column", "title=big story", "--column", "published_at=seen", "--column", "summary=when"]

    out, _, error = run_import(path, *arguments)

    assert error is None
    assert list_items() == [("Apple beats", "AAPL", "2020-01-02 00:00:00")]
    assert Item.objects.get().summary == "x"
    assert "title <- Big Story\n" in out
    assert "ignored: title, date (" in out


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["news.csv", "news.jsonl"])
def test_import_column_option_reads_json_members_too(tmp_path, name):
    lines = ["heading", "Apple beats"] if name == "news.csv" else ['{"heading": "Apple beats"}']
    path = write_lines(tmp_path / name, *lines)

    assert run_import(path)[2] is not None
    assert run_import(path, "--column", "title=heading")[2] is None
    assert [title for title, *_ in list_items()] == ["Apple beats"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--column", "titel=title"], "--column=titel=title: 'titel' is no field; the fields are title, "),
        (["--column", "url=heading"], "the file has no column 'heading'; its columns are title, stock."),
        (["--column", "title"], "--column='title': must be FIELD=COLUMN, such as title=heading."),
        (["--column", "=title"], "--column='=title': must be FIELD=COLUMN"),
        (["--delimiter", ";;"], "--delimiter=';;': must be one character"),
        (["--encoding", "klingon"], "--encoding='klingon': is no known text encoding; give one such as utf-8"),
        (["--date-format", "day"], "--date-format='day': has no year, month and day; give one such as %d/%m/%Y %H:%M."),
        (["--date-format", "%d/%m"], "--date-format='%d/%m': has no year, month and day"),
        (["--date-format", "%Y-%m-%d %Z"], "holds %Z, which differs between machines; use %z for an offset"),
        (["--date-format", "%Y-%m-%d %Q"], "is no form that strptime takes ("),
        (["--format", "jsonl", "--delimiter", ";"], "which has no separator; leave --delimiter out"),
        (["--rejects", "news.csv"], "--rejects=news.csv: is the file that is imported; give another."),
        (["--rejects", "/nowhere/rejected.jsonl"], "/nowhere/rejected.jsonl: can't be opened (No such file"),
    ],
)  # fmt: skip
def test_import_invalid_option_is_rejected_before_anything_is_imported(tmp_path, monkeypatch, arguments, reason):
    monkeypatch.chdir(tmp_path)
    write_lines(tmp_path / "news.csv", "title,stock", "Apple beats,AAPL")

    _, _, error = run_import(Path("news.csv"), *arguments)

    assert reason in str(error)
    assert Item.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("date_format", "text", "time"),
    [
        ("%d/%m/%Y %H:%M", "5/1/2020 9:30", "2020-01-05 09:30:00"),
        ("%m/%d/%Y %H:%M", "5/1/2020 9:30", "2020-05-01 09:30:00"),
        ("%Y%m%d", "20200117", "2020-01-17 00:00:00"),
        ("%d.%m.%y %H:%M %z", "17.01.20 09:30 -0500", "2020-01-17 14:30:00"),
        ("%d %B %Y, %I:%M %p", "17 January 2020, 09:30 PM", "2020-01-17 21:30:00"),
    ],
)
def test_import_date_format_decides_on_all_dates(tmp_path, date_format, text, time):
    path = write_lines(
        tmp_path / "news.csv", "title|date", f"Apple beats|{text}", "Intel warns|2020-01-17T09:30:00+00:00"
    )

    out, err, error = run_import(path, "--date-format", date_format)

    assert error is None
    assert list_items() == [("Apple beats", "AAPL", time)]
    assert f"  dates: {date_format}; those without a time zone are in UTC\n" in out
    assert err == (
        f"line 3: date='2020-01-17T09:30:00+00:00': does not have the form {date_format!r}; "
        "correct the date or the format.\n"
    )


@pytest.mark.django_db
def test_import_unreadable_date_rejects_its_line_with_the_option(tmp_path):
    path = write_lines(
        tmp_path / "news.csv",
        "title,ticker,published_at",
        "Apple a,AAPL,5/1/2020 9:30",
        'Apple b,AAPL,"Jan 17, 2020"',
        "Apple c,AAPL,yesterday",
        "Apple d,AAPL,2020-01-17 09:30:00 EST",
        "Apple e,AAPL,2020-01-17 09:30:00 XYZ",
        "Apple f,AAPL,2024",
        "Apple g,AAPL,17.01.2020",
    )

    _, err, _ = run_import(path)

    assert list_items() == [
        ("Apple b", "AAPL", "2020-01-17 00:00:00"),
        ("Apple d", "AAPL", "2020-01-17 14:30:00"),
        ("Apple g", "AAPL", "2020-01-17 00:00:00"),
    ]
    lines = err.splitlines()
    assert [line.partition(": may")[0].partition(": ")[0] for line in lines] == [f"line {n}" for n in (2, 4, 6, 7)]
    assert lines[0].startswith("line 2: published_at='5/1/2020 9:30': may be 2020-01-05 or 2020-05-01; ")
    assert all(line.endswith("or the form of all dates with --date-format, such as '%d/%m/%Y'.") for line in lines)


@pytest.mark.django_db
@pytest.mark.parametrize("arguments", [[], ["--announce"]])
def test_import_items_older_than_a_day_are_historical_unless_announced(tmp_path, arguments):
    now = utc_now()
    path = write_jsonl(
        tmp_path / "news.jsonl",
        {"title": "Apple now"},
        {"title": "Apple 23 hours ago", "date": format_time(now - timedelta(hours=23))},
        {"title": "Apple 25 hours ago", "date": format_time(now - timedelta(hours=25))},
        {"title": "Apple in 2011", "date": "2011-04-27"},
        {"title": "Apple as the record says", "historical": True},
        {"title": "Apple old but live", "date": "2011-04-27", "historical": False},
    )

    out, _, error = run_import(path, *arguments)

    assert error is None
    by_age = [] if arguments else ["Apple 25 hours ago", "Apple in 2011"]
    historical = [*by_age, "Apple as the record says"]
    assert list(Item.objects.filter(is_historical=True).order_by("seq").values_list("title", flat=True)) == historical
    assert f"imported=6 duplicates=0 rejected=0 historical={len(historical)} live={6 - len(historical)} " in out


@pytest.mark.django_db
def test_import_historical_column_of_csv_is_a_boolean(tmp_path):
    path = write_lines(
        tmp_path / "news.csv", "title,historical", "Apple a,true", "Apple b,0", "Apple c,", "Apple d,perhaps"
    )

    _, err, _ = run_import(path)

    assert list(Item.objects.order_by("seq").values_list("title", "is_historical")) == [
        ("Apple a", True),
        ("Apple b", False),
        ("Apple c", False),
    ]
    assert err.startswith("line 5: historical='perhaps': is text; give true or false")


@pytest.mark.django_db
def test_import_counts_duplicates_warnings_and_ignored_members(tmp_path):
    path = write_jsonl(
        tmp_path / "news.jsonl",
        {"title": "Apple beats", "tickers": ["AAPL", "?!"], "mood": "x", "lang": "en"},
        {"title": "Apple beats", "tickers": ["AAPL"], "mood": "y", "lang": None},
        {"title": "Intel warns", "tickers": ["INTC", "!!"], "source": {"id": None, "name": "Wire"}},
    )

    out, err, error = run_import(path)

    assert error is None
    assert "imported=2 duplicates=1 rejected=0 historical=0 live=2 warnings=2 " in out
    assert "  ignored: mood, lang (--column FIELD=COLUMN reads one)\n" in out
    assert "\nignored: mood (2 records), lang (1 records)\n" in out
    title, kind = err.splitlines()
    assert title == "warnings, by kind:"
    assert kind.startswith("  2 x tickers: ")
    assert "; the first in line 1: tickers='?!': " in kind
    assert Item.objects.get(title="Intel warns").source == "Wire"


@pytest.mark.django_db
def test_import_row_numbers_are_ids_only_where_titles_are_similar(tmp_path):
    run_import(write_lines(tmp_path / "a.csv", "id,title", "1,Apple beats", "2,Intel warns of losses"))
    path = write_lines(tmp_path / "b.csv", "id,title", "1,Ford recalls trucks", "2,Intel warns of heavy losses")

    out, err, _ = run_import(path)
    again, _, _ = run_import(path)
    left_out, quiet, _ = run_import(path, "--column", "external_id=")

    assert "imported=1 duplicates=0 rejected=0 historical=0 live=1 warnings=0 updated=1 " in out
    assert "\nupdated: 1 records; they correct items of their source with the same external_id" in out
    assert "imported=0 duplicates=2 rejected=0 historical=0 live=0 warnings=0 updated=0 " in again
    assert "  ignored: id (" in left_out
    assert "imported=0 duplicates=2 " in left_out
    assert err == quiet == ""
    assert set(Item.objects.values_list("title", flat=True)) == {
        "Apple beats",
        "Intel warns of heavy losses",
        "Ford recalls trucks",
    }


@pytest.mark.django_db
def test_import_rejects_file_holds_all_rejected_records(tmp_path):
    good = [{"title": f"Apple case {n}"} for n in range(5)]
    path = write_jsonl(tmp_path / "news.jsonl", *good, *[{"title": "", "n": n} for n in range(1_200)])
    with path.open("ab") as file:
        file.write(b'not json\n{"title": "half \\ud83d"}\n')

    out, err, error = run_import(path, "--rejects", str(tmp_path / "rejected.jsonl"))

    assert error is None
    assert "imported=5 duplicates=0 rejected=1202 " in out
    rejected = [json.loads(line) for line in (tmp_path / "rejected.jsonl").read_text().splitlines()]
    assert [line["line"] for line in rejected] == list(range(6, 1_208))
    assert rejected[0] == {
        "line": 6,
        "reason": "title='': is empty; give the headline's text, 1 to 2,000 characters.",
        "record": {"title": "", "n": 0},
    }
    assert rejected[-2]["record"] is None
    assert "half \\ud83d" in rejected[-1]["record"]
    lines = err.splitlines()
    assert sum(line.startswith("line ") for line in lines) == 1_000
    assert lines[1_000] == "Further rejected lines are only counted; give --rejects FILE to get all of them."
    assert lines[1_001] == "rejected, by kind:"
    assert lines[1_002].startswith("  1,200 x title: is empty; the first in line 6: title='': is empty;")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "items", "rejected"),
    [
        (
            "05-kaggle-title-date-stock.csv",
            [
                ("Apple case K1 beats on revenue", "MSFT", "2011-04-27 13:30:00"),
                ("Intel case K1 warns", "INTC", "2015-02-03 15:00:00"),
            ],
            [],
        ),
        ("10-semicolon.csv", [("Apple case K3 beats", "AAPL", "2020-01-02 00:00:00")], []),
        (
            "10-dates.csv",
            [
                (f"Apple case K13 {letter}", "AAPL", f"2020-01-{time}")
                for letter, time in [
                    ("b", "17 00:00:00"),
                    ("d", "17 00:00:00"),
                    ("e", "17 00:00:00"),
                    ("f", "17 14:30:00"),
                    ("g", "17 09:30:00"),
                    ("h", "17 00:00:00"),
                    ("i", "17 09:30:00"),
                    ("j", "07 00:00:00"),
                    ("k", "17 14:30:00"),
                    ("l", "17 14:30:00"),
                ]
            ],
            [2, 4],
        ),
    ],
)
def test_import_of_dated_case_creates_the_exact_items(name, items, rejected, tmp_path):
    path = tmp_path / name
    path.write_bytes((CASES / name).read_bytes())

    _, err, error = run_import(path)

    assert error is None
    assert list_items() == items
    assert [line.partition(": ")[0] for line in err.splitlines()] == [f"line {number}" for number in rejected]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "items"),
    [
        (
            "09-nan-words.csv",
            [
                ("Apple case K12 alpha", ["AAPL"]),
                ("Intel case K12 bravo", ["INTC"]),
                ("Tesla case K12 charlie", ["TSLA"]),
                ("Boeing case K12 delta", ["BA"]),
            ],
        ),
        ("10-windows-1252.csv", [("Apple\u2019s case K6 beats", ["AAPL"]), ("Intel case K6 plain", ["INTC"])]),
    ],
)
def test_import_of_undated_case_creates_the_exact_items(name, items, tmp_path):
    path = tmp_path / name
    path.write_bytes((CASES / name).read_bytes())

    _, err, error = run_import(path)

    assert (err, error) == ("", None)
    assert [(item.title, item.tickers) for item in Item.objects.order_by("seq")] == items
    assert set(Item.objects.values_list("external_id", "summary", "url")) == {(None, "", "")}

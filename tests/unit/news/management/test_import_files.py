# ruff: noqa: RUF001 - letters of other languages are what is tested
"""Files as programs and people write them: read whole with the right values, or rejected before any import."""

import gzip
import json
from pathlib import Path

import pytest

from news.models import Item
from news.sources.import_progress import ImportProgress, ProgressFile, get_version
from news.sources.import_runs import start_run
from news.sources.record_files.columns import ColumnMapping
from news.sources.record_files.opening import ReadOptions, open_record_file
from tests.helpers.imports import list_items, run_import

APPLE = ("Apple beats on revenue", "AAPL", "2020-01-02 00:00:00")
INTEL = ("Intel warns", "INTC", "2020-01-03 09:30:00")
BOTH = [APPLE, INTEL]
HEADER = "title,ticker,published_at\n"
ROWS = "Apple beats on revenue,AAPL,2020-01-02\nIntel warns,INTC,2020-01-03T09:30:00Z\n"
CSV = HEADER + ROWS
OBJECTS = [
    {"title": "Apple beats on revenue", "ticker": "AAPL", "published_at": "2020-01-02"},
    {"title": "Intel warns", "ticker": "INTC", "published_at": "2020-01-03T09:30:00Z"},
]
JSONL = "".join(json.dumps(record) + "\n" for record in OBJECTS)
LAST_ROW = "Intel warns,INTC,2020-01-03T09:30:00Z"
QUOTED = f'{HEADER}"Apple beats\non, or\n""above"", revenue",AAPL,2020-01-02\n{LAST_ROW}\n'
QUOTED_ITEMS = [('Apple beats on, or "above", revenue', "AAPL", "2020-01-02 00:00:00"), INTEL]
UMLAUT = f"{HEADER}Münchener Rück fällt – “schwach”,MUV2.DE,2020-01-02\n{LAST_ROW}\n".replace(",", ";")
MUNICH = ("Münchener Rück fällt – “schwach”", "MUV2.DE", "2020-01-02 00:00:00")
TOKYO = f"{HEADER}トヨタ自動車の利益が増加,TM,2020-01-02\n{LAST_ROW}\n"
TOYOTA = ("トヨタ自動車の利益が増加", "TM", "2020-01-02 00:00:00")
EMOJI = f"{HEADER}Apple \U0001f680 beats,AAPL,2020-01-02\n{LAST_ROW}\n"
ROCKET = ("Apple \U0001f680 beats", "AAPL", "2020-01-02 00:00:00")


def lines(*texts: str) -> bytes:
    return "".join(f"{text}\n" for text in texts).encode()


# Name: file name, content, the items wanted.
READABLE = {
    "comma": ("a.csv", CSV.encode(), BOTH),
    "semicolon": ("a.csv", CSV.replace(",", ";").encode(), BOTH),
    "tab": ("a.csv", CSV.replace(",", "\t").encode(), BOTH),
    "tsv": ("a.tsv", CSV.replace(",", "\t").encode(), BOTH),
    "pipe": ("a.txt", CSV.replace(",", "|").encode(), BOTH),
    "semicolon with commas in cells": (
        "a.csv",
        lines("title;tickers;published_at", "Apple, up, beats;AAPL,MSFT;2020-01-02"),
        [("Apple, up, beats", "AAPL,MSFT", "2020-01-02 00:00:00")],
    ),
    "no extension": ("news", CSV.encode(), BOTH),
    "carriage returns": ("a.csv", CSV.replace("\n", "\r").encode(), BOTH),
    "CRLF": ("a.csv", CSV.replace("\n", "\r\n").encode(), BOTH),
    "mixed line ends": ("a.csv", CSV.replace("\n", "\r\n", 1).encode() + b"\r\n\r", BOTH),
    "no last line end": ("a.csv", CSV.rstrip().encode(), BOTH),
    "sep line": ("a.csv", ("sep=;\r\n" + CSV.replace(",", ";")).encode(), BOTH),
    "sep line with tab": ("a.csv", ("sep=\t\n" + CSV.replace(",", "\t")).encode("utf-16"), BOTH),
    "quoted header": (
        "a.csv",
        lines(
            '"title";"ticker";"published_at"', '"Apple beats on revenue";AAPL;2020-01-02', LAST_ROW.replace(",", ";")
        ),
        BOTH,
    ),
    "blank lines": ("a.csv", ("\n  \n" + CSV.replace("\n", "\n\n") + ",,\n").encode(), BOTH),
    "UTF-8 with mark": ("a.csv", CSV.encode("utf-8-sig"), BOTH),
    "UTF-8": ("a.csv", UMLAUT.encode(), [MUNICH, INTEL]),
    "UTF-16-LE with mark": ("a.csv", b"\xff\xfe" + UMLAUT.encode("utf-16-le"), [MUNICH, INTEL]),
    "UTF-16-BE with mark": ("a.csv", b"\xfe\xff" + UMLAUT.encode("utf-16-be"), [MUNICH, INTEL]),
    "UTF-16-LE": ("a.csv", TOKYO.encode("utf-16-le"), [TOYOTA, INTEL]),
    "UTF-16-BE": ("a.csv", EMOJI.encode("utf-16-be"), [ROCKET, INTEL]),
    "UTF-32": ("a.csv", EMOJI.encode("utf-32"), [ROCKET, INTEL]),
    "Excel Unicode text": ("a.txt", TOKYO.replace(",", "\t").replace("\n", "\r\n").encode("utf-16"), [TOYOTA, INTEL]),
    "Windows-1252": ("a.csv", UMLAUT.encode("cp1252"), [MUNICH, INTEL]),
    "Latin-1": (
        "a.csv",
        "title,ticker,published_at\nSociété Générale relève,GLE.PA,2020-01-02\n".encode("latin-1"),
        [("Société Générale relève", "GLE.PA", "2020-01-02 00:00:00")],
    ),
    "Windows-1252 JSON": (
        "a.jsonl",
        '{"title": "Nestlé’s sales rise", "ticker": "NESN.SW", "published_at": "2020-01-02"}\n'.encode("cp1252"),
        [("Nestlé’s sales rise", "NESN.SW", "2020-01-02 00:00:00")],
    ),
    "JSON lines": ("a.jsonl", JSONL.encode(), BOTH),
    "JSON lines with mark": ("a.ndjson", JSONL.encode("utf-8-sig"), BOTH),
    "JSON lines in UTF-16": ("a.jsonl", JSONL.encode("utf-16"), BOTH),
    "JSON lines with carriage returns": ("a.jsonl", JSONL.replace("\n", "\r").encode(), BOTH),
    "JSON lines in a CSV": ("a.csv", JSONL.encode(), BOTH),
    "CSV in a JSON file": ("a.jsonl", CSV.encode(), BOTH),
    "JSON list": ("a.json", json.dumps(OBJECTS).encode(), BOTH),
    "JSON list in lines": ("a.json", json.dumps(OBJECTS, indent=2).encode("utf-8-sig"), BOTH),
    "JSON list in a JSONL": ("a.jsonl", ("[\n" + ",\n".join(map(json.dumps, OBJECTS)) + "\n]\n").encode(), BOTH),
    "JSON items": ("a.json", json.dumps({"items": OBJECTS}).encode(), BOTH),
    "JSON articles": (
        "a.json",
        json.dumps({"status": "ok", "articles": OBJECTS, "next": None}, indent=1).encode("utf-16"),
        BOTH,
    ),
    "JSON objects in lines": ("a.json", "\n".join(json.dumps(record, indent=1) for record in OBJECTS).encode(), BOTH),
    "single JSON object": ("a.json", json.dumps(OBJECTS[0], indent=4).encode(), [APPLE]),
    "gzip": ("a.csv.gz", gzip.compress(CSV.encode()), BOTH),
    "gzip of several members": ("a.csv.gz", gzip.compress(HEADER.encode()) + gzip.compress(ROWS.encode()), BOTH),
    "gzip without extension": ("a.jsonl", gzip.compress(JSONL.encode("utf-16")), BOTH),
    "quoted newlines": ("a.csv", QUOTED.encode(), QUOTED_ITEMS),
    "quoted newlines in UTF-16": ("a.csv", QUOTED.replace("\n", "\r\n").encode("utf-16"), QUOTED_ITEMS),
    "index column": (
        "a.csv",
        lines(
            ",title,date,stock",
            "0.0,Apple beats on revenue,2020-01-02,AAPL",
            "1.0,Intel warns,2020-01-03 04:30:00-05:00,INTC",
        ),
        BOTH,
    ),
    "repeated columns": (
        "a.csv",
        lines(
            "title,title,ticker,published_at,,",
            "Apple beats on revenue,x,AAPL,2020-01-02,,",
            ",Intel warns,INTC,2020-01-03T09:30:00Z,1,2",
        ),
        BOTH,
    ),
    "other names": (
        "a.csv",
        lines(
            "Headline,Published At,SYMBOLS,Publisher",
            'Apple beats on revenue,"Jan 2, 2020",AAPL,Wire',
            "Intel warns,3 Jan 2020 09:30 GMT,INTC,nan",
        ),
        BOTH,
    ),
    "date and time columns": (
        "a.csv",
        lines(
            "date,time,headline,symbol",
            "2020-01-02,,Apple beats on revenue,AAPL",
            "2020-01-03,09:30,Intel warns,INTC",
        ),
        BOTH,
    ),
    "Unix times": (
        "a.csv",
        lines(
            "timestamp,headline,symbol",
            "1577923200,Apple beats on revenue,AAPL",
            "1578043800000,Intel warns,INTC",
        ),
        BOTH,
    ),
    "Unix times of pandas": (
        "a.csv",
        lines(
            "timestamp,headline,symbol",
            "1577923200.0,Apple beats on revenue,AAPL",
            "1578043800.0,Intel warns,INTC",
        ),
        BOTH,
    ),
    "rows with empty cells at the end": ("a.csv", (HEADER + ROWS.replace("\n", ",,\n")).encode(), BOTH),
    "header that ends in a separator": ("a.csv", (HEADER.replace("\n", ",\n") + ROWS).encode(), BOTH),
    "blanks after separators": (
        "a.csv",
        lines(
            "title, ticker, published_at",
            '"Apple beats on revenue", "AAPL", "2020-01-02"',
            "Intel warns, INTC, 2020-01-03T09:30:00Z",
        ),
        BOTH,
    ),
    "unquoted tab-separated text": (
        "a.tsv",
        b'title\tticker\tpublished_at\n"Bold" Apple beats\tAAPL\t2020-01-02\nIntel warns\tINTC\t2020-01-03T09:30:00Z\n',
        [('"Bold" Apple beats', "AAPL", "2020-01-02 00:00:00"), INTEL],
    ),
    "NaN in JSON": ("a.jsonl", JSONL.replace('"ticker": "INTC"', '"ticker": "INTC", "summary": NaN').encode(), BOTH),
}


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.django_db
@pytest.mark.parametrize("case", READABLE)
def test_import_of_readable_file_creates_the_exact_items(tmp_path, case):
    name, content, items = READABLE[case]

    out, err, error = run_import(write(tmp_path, name, content), "--announce")

    assert error is None
    assert list_items() == items
    assert err == ""
    assert f"imported={len(items)} duplicates=0 rejected=0 historical=0 live={len(items)} warnings=0 " in out
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.django_db
@pytest.mark.parametrize("case", READABLE)
def test_import_resumed_after_each_record_creates_the_others(tmp_path, case):
    name, content, items = READABLE[case]
    path = write(tmp_path, name, content)
    with open_record_file(path, ReadOptions(), is_title=ColumnMapping().is_title) as record_file:
        records = list(record_file.parse_records())
        version = get_version(record_file.raw)
        rest = [list(record_file.parse_records(record.end)) for record in records]

    assert rest == [records[index:] for index in range(1, len(records) + 1)]
    first = records[0]
    options = '["import",[],null,null,null,"",true]'
    ProgressFile(path).save(
        ImportProgress(version, options, start_run(path.name).pk, first.end.line, first.end.offset, imported=1)
    )
    out, err, error = run_import(path, "--announce")
    assert error is None
    assert f"resuming after line {first.end.line}, where an earlier run stopped." in err
    assert list_items() == items[1:]
    assert f"imported={len(items)} duplicates=0 rejected=0 " in out


UNKNOWN_ENCODING = "line 2: is neither UTF-8 nor Windows-1252"
WITHOUT_TITLE = "line 1: no column is the title; found "
REJECTED = {
    "no header": ("a.csv", ROWS.encode(), f"{WITHOUT_TITLE}'Apple beats on revenue, AAPL, 2020-01-02'"),
    "no title": ("a.csv", b"heading;ticker\nProfit;AAPL\n", f"{WITHOUT_TITLE}'heading, ticker'"),
    "text": ("a.txt", b"Profit rises\n", f"{WITHOUT_TITLE}'Profit rises'"),
    "colon": ("a.csv", b"title:ticker\nApple:AAPL\n", "or --delimiter if they are separated otherwise"),
    "Windows-1251": (
        "a.csv",
        "title,ticker\nСбербанк увеличил прибыль,SBER\n".encode("cp1251"),
        f"{UNKNOWN_ENCODING}, perhaps cp1251 ('Сбербанк увеличил пр'); save the file as UTF-8, or give its encoding",
    ),
    "Shift-JIS": ("a.csv", TOKYO.encode("shift_jis"), f"{UNKNOWN_ENCODING}, perhaps shift_jis"),
    "MacRoman": ("a.csv", "title,ticker\nSociété Générale,GLE\n".encode("mac_roman"), UNKNOWN_ENCODING),
    "Windows-1250": ("a.csv", "title,ticker\nSpółka zwiększa zysk,PKO\n".encode("cp1250"), UNKNOWN_ENCODING),
    "UTF-8 and Windows-1252": (
        "a.csv",
        b"title\nCaf\xc3\xa9\nCaf\xe9\n",
        "line 3: is not UTF-8 (lines that are not: 1, that are: 1); save",
    ),
    "Excel": ("a.csv", b"PK\x03\x04" + bytes(100), "is a ZIP archive or an Excel workbook; extract it, or save the"),
    "web page": ("a.csv", b"<!DOCTYPE html><title>News</title>", "is HTML; give CSV or JSON Lines."),
    "feed": (
        "a.xml",
        b'<?xml version="1.0"?><rss></rss>',
        "is XML; give CSV or JSON Lines (a feed is added as a source).",
    ),
    "old Excel": ("a.xls", b"\xd0\xcf\x11\xe0" + bytes(100), "is an old Excel workbook"),
    "Parquet": ("a.parquet", b"PAR1\x15\0", "is a Parquet file; convert it"),
    "bzip2": ("a.csv.bz2", b"BZh91AY&SY", "is compressed with bzip2"),
    "NUL in the header": ("a.csv", b"title\0,ticker\nApple,AAPL\n", "line 1: the header holds a NUL character"),
    "broken header": ("a.csv", b'"title,ticker\nProfit,AAPL\n', "the header is not CSV"),
    "list that breaks off": (
        "a.json",
        json.dumps(OBJECTS).encode()[:-1],
        "line 1: is not JSON (the file ends where ',' or ']'",
    ),
    "broken element": (
        "a.json",
        b'[{"title": "Apple"},\n{"title": Ford}]',
        "line 2: is not JSON (Expecting value at line 2)",
    ),
    "text after a list": ("a.json", b'[{"title": "Apple"}]\nend', "line 2: is not JSON (found 'e')"),
    "gzip that breaks off": ("a.csv.gz", gzip.compress(CSV.encode() * 1000)[:-20], "is not a whole gzip file"),
    "damaged gzip": ("a.csv.gz", gzip.compress(CSV.encode())[:-8] + bytes(8), "is not a whole gzip file"),
    "empty": ("a.csv", b"", "holds no records"),
    "blank lines only": ("a.jsonl", b"\n \r\n\n", "holds no records"),
    "header only": ("a.csv", HEADER.encode("utf-16"), "holds no records"),
    "empty list": ("a.json", b'{"items": []}', "holds no records"),
    "no valid record": ("a.jsonl", b'{"title": ""}\n[]\n', "none of its 2 records is valid"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", REJECTED)
def test_import_of_unreadable_file_creates_nothing_and_says_why(tmp_path, case):
    name, content, reason = REJECTED[case]

    _, _, error = run_import(write(tmp_path, name, content))

    assert str(error).startswith(f"{tmp_path / name}: ")
    assert reason in str(error)
    assert Item.objects.count() == 0
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "arguments", "items"),
    [
        ("title,ticker\nСбербанк растёт,SBER\n".encode("cp1251"), ["--encoding", "cp1251"], ["Сбербанк растёт"]),
        (TOKYO.encode("shift_jis"), ["--encoding", "Shift-JIS"], [TOYOTA[0], INTEL[0]]),
        (TOKYO.encode("gb18030"), ["--encoding", "gb18030"], [TOYOTA[0], INTEL[0]]),
        (UMLAUT.encode("utf-16"), ["--encoding", "utf-16"], [MUNICH[0], INTEL[0]]),
        (UMLAUT.encode("utf-16-be"), ["--encoding", "utf-16-be"], [MUNICH[0], INTEL[0]]),
        (b"title:ticker\nApple:AAPL\n", ["--delimiter", ":"], ["Apple"]),
        (b"title\tticker\nApple, up\tAAPL\n", ["--delimiter", "tab"], ["Apple, up"]),
        (b"title~ticker\nApple~AAPL\n", ["--delimiter", "~"], ["Apple"]),
    ],
)
def test_import_with_given_format_reads_the_file(tmp_path, content, arguments, items):
    _, _, error = run_import(write(tmp_path, "a.csv", content), *arguments)

    assert error is None
    assert [title for title, *_ in list_items()] == items


@pytest.mark.django_db
def test_import_with_wrong_encoding_is_rejected_whole(tmp_path):
    path = write(tmp_path, "a.csv", UMLAUT.encode("cp1252"))

    _, _, error = run_import(path, "--encoding", "utf-8")

    assert "line 2: is not UTF-8" in str(error)
    assert Item.objects.count() == 0


@pytest.mark.django_db
def test_import_reports_bad_lines_by_their_physical_numbers(tmp_path):
    content = (
        "title,ticker,published_at\r\n"
        "Café opens – “well”,AAPL,2020-01-02\r\n"
        "Too few\r\n"
        '"Several\r\nlines",AAPL,2020-01-02\r\n'
        "Intel warns,INTC,17.13.2020\r\n"
        '"Stray,AAPL,2020-01-02\r\n'
        "A\0B,AAPL,2020-01-02\r\n"
        "Apple beats,AAPL,2020-01-02\r\n"
    ).encode() + b"Zo\xeb,AAPL,2020-01-02\r\n\xc3\xa9t\xc3\xa9,AAPL,2020-01-02\r\n"

    out, err, error = run_import(write(tmp_path, "a.csv", content))

    assert error is None
    assert [title for title, *_ in list_items()] == ["Café opens – “well”", "Several lines", "Apple beats", "été"]
    assert [line.partition(": ")[0] for line in err.splitlines()] == [f"line {n}" for n in (3, 6, 7, 8, 10)]
    few, date, stray, nul, encoding = err.splitlines()
    assert few == "line 3: has 1 cells where the header has 3; put cells that hold a comma in quotes."
    assert date.startswith("line 6: published_at='17.13.2020': ")
    assert "--date-format" in date
    assert stray.startswith("line 7: is not CSV (")
    assert nul == "line 8: holds a NUL character as character 2; take it out."
    assert encoding.startswith("line 10: is not UTF-8 (byte 0xeb as byte 3); ")
    assert "imported=4 duplicates=0 rejected=5" in out


@pytest.mark.django_db
def test_import_of_json_list_reports_line_and_number(tmp_path):
    content = json.dumps([OBJECTS[0], "text", {"title": ""}], indent=0).encode()

    _, err, _ = run_import(write(tmp_path, "a.json", content))

    first, second = err.splitlines()
    assert first.startswith("line 7, record 2: record='text': must be an object")
    assert second.startswith("line 8, record 3: title='': is empty")

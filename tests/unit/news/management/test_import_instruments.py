"""Import instruments from files: what is valid is stored, what is not is reported with line, value and cure."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from news.models import Instrument
from tests.helpers.instruments import add_instrument

pytestmark = pytest.mark.django_db
HEADER = "symbol,name,kind,aliases,exclusions\n"


def run(path: Path, content: str | bytes, *arguments: str) -> tuple[str, str]:
    """Write a file and import it; returns stdout and stderr, with the error of the command."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    out, err = StringIO(), StringIO()
    try:
        call_command("import_instruments", str(path), *arguments, stdout=out, stderr=err, no_color=True)
    except CommandError as error:
        err.write(str(error))
    return out.getvalue(), err.getvalue()


def get(symbol: str) -> tuple[str, str, list[str], list[str], bool]:
    each = Instrument.objects.get(symbol=symbol)
    return each.name, each.kind, each.aliases, each.exclusions, each.is_edited


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "instruments.csv"


def test_import_adds_and_changes_instruments(path: Path) -> None:
    out, err = run(
        path,
        HEADER
        + "zrbx,Zorblax Industries,company,Zorblax|Zorb Labs,zorblax pie|old zorblax\n"
        + "NASDAQ:AAPL,Apple Computer,Company,Apple,\n"
        + "ZBK,Bank of Zorb,central bank,,\n",
    )

    assert err == ""
    assert get("ZRBX") == (
        *("Zorblax Industries", "company", ["Zorblax", "Zorb Labs"], ["zorblax pie", "old zorblax"]),
        True,
    )
    assert get("AAPL") == ("Apple Computer", "company", ["Apple"], [], True)
    assert get("ZBK") == ("Bank of Zorb", "central_bank", [], [], True)
    assert "added: ZRBX, ZBK\nchanged: AAPL\n" in out
    assert "within 5 seconds" in out
    assert out.endswith("added=2 changed=1 unchanged=0 refused=0 warnings=0\n")


def test_import_again_changes_nothing(path: Path) -> None:
    content = f"{HEADER}ZRBX,Zorblax,company,Zorb,\n"
    run(path, content)

    out, _ = run(path, content)

    assert out.endswith("added=0 changed=0 unchanged=1 refused=0 warnings=0\n")


def test_import_reports_each_refused_row_and_imports_the_others(path: Path) -> None:
    out, err = run(
        path,
        HEADER
        + "ZA,Zorb A,company,,\n"
        + ",No symbol,company,,\n"
        + "ZB,,company,,\n"
        + "ZC,Zorb C,stock,,\n"
        + "ZD,Zorb D,company,Apple Inc.,\n"
        + "MOON:ZE,Zorb E,company,,\n"
        + "ZA,Zorb A again,company,,\n"
        + "ZF,Zorb F,company,Q2|Zorb Eff,\n"
        + "ZG,Zorb G,company,zorb eff,\n"
        + "ZH,Zorb H\n",
    )

    assert out.endswith("added=2 changed=0 unchanged=0 refused=8 warnings=1\n")
    lines = err.splitlines()
    assert lines[0].startswith("line 9: warning: 'Q2': reads as a quarter")
    for line, text in zip(
        lines[1:],
        [
            "line 3: symbol is empty: give one",
            "line 4: name is empty: give the name",
            "line 5: kind='stock': must be one of company",
            "line 6: aliases='Apple Inc.': is a name of AAPL (Apple Inc.); take it from there",
            "line 7: symbol='MOON:ZE': has the exchange 'MOON'",
            "line 8: symbol='ZA': is in line 2, too",
            "line 10: aliases='zorb eff': is a name of ZF (Zorb F)",
            "line 11: has 2 cells where the header has 5",
        ],
        strict=True,
    ):
        assert line.startswith(text)


def test_import_without_columns_keeps_what_is_stored(path: Path) -> None:
    add_instrument("ZRBX", "Zorblax", "Zorb", exclusions=["zorb pie"], kind="index")

    out, _ = run(path, "Ticker;Company Name;Sector\nZRBX;Zorblax Group;Tech\nZNEW;New Zorb;Tech\n")

    assert get("ZRBX") == ("Zorblax Group", "index", ["Zorb"], ["zorb pie"], True)
    assert get("ZNEW") == ("New Zorb", "company", [], [], True)
    assert "symbol from Ticker\n  name from Company Name\n  ignored columns: Sector\n  kind: no column" in out


def test_import_empty_cell_clears_aliases(path: Path) -> None:
    add_instrument("ZRBX", "Zorblax", "Zorb")

    run(path, "symbol,aliases\nZRBX,\n")

    assert get("ZRBX")[:3] == ("Zorblax", "company", [])


def test_import_alias_moves_from_one_instrument_of_the_file_to_another(path: Path) -> None:
    add_instrument("ZA", "Zorb A", "Zorb")
    add_instrument("ZB", "Zorb B")

    _, err = run(path, "symbol,aliases\nZB,Zorb\nZA,Zorb Old\n")

    assert (get("ZA")[2], get("ZB")[2], err) == (["Zorb Old"], ["Zorb"], "")


@pytest.mark.parametrize(
    "content",
    [
        "symbol;name\nZRBX;Zürblax Größe\n".encode("cp1252"),
        "symbol\tname\r\nZRBX\tZürblax Größe\r\n".encode("utf-16"),
        "\ufeffSYMBOL,Name\nZRBX,Zürblax Größe\n".encode(),
        "sep=;\nsymbol;name\nZRBX;Zürblax Größe\n".encode(),
        '{"symbol": "ZRBX", "name": "Zürblax Größe", "aliases": []}\n'.encode(),
    ],
)
def test_import_finds_separator_and_encoding(path: Path, content: bytes) -> None:
    run(path, content)

    assert get("ZRBX")[0] == "Zürblax Größe"


def test_import_dry_run_stores_nothing(path: Path) -> None:
    out, _ = run(path, f"{HEADER}ZRBX,Zorblax,company,,\n", "--dry-run")

    assert "added: ZRBX\nnothing is stored: this was a dry run\nadded=1" in out
    assert not Instrument.objects.filter(symbol="ZRBX").exists()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "holds no records"),
        ("symbol,name\n", "holds no records"),
        ("title,headline\na,b\n", "no column is the symbol; found 'title, headline'"),
        ("symbol,name\n,x\n", "none of its 1 rows is valid"),
        ("PK\x03\x04", "ZIP archive"),
    ],
)
def test_import_file_without_instruments_is_an_error(path: Path, content: str, problem: str) -> None:
    assert problem in run(path, content)[1]


def test_import_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be opened"):
        call_command("import_instruments", str(tmp_path / "missing.csv"))


def test_import_refused_row_keeps_a_name_that_a_row_before_it_wants(path: Path) -> None:
    add_instrument("ZA", "Zorba", "Zorb")
    add_instrument("ZC", "Zeta", "Zed")

    out, err = run(path, HEADER + "ZB,Zebra,company,Zorb,\nZA,Zorba,company,Zed,\n")

    assert out.endswith("added=0 changed=0 unchanged=0 refused=2 warnings=0\n")
    assert "line 2" in err
    assert "line 3" in err
    assert (get("ZA")[2], Instrument.objects.filter(symbol="ZB").exists()) == (["Zorb"], False)

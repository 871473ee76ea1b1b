"""Add and change instruments from a CSV or JSON file with the columns symbol, name, kind, aliases and exclusions.

All valid rows are imported; the others are reported by line. An instrument that is known keeps what the file has no
column for. `--dry-run` reports and changes nothing.
"""

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from news.instruments.book import KINDS
from news.instruments.changes import DEFAULT_KIND, ImportResult, InstrumentRow, RowProblem, import_rows
from news.sources.record_files.csv_records import base_name, parse_delimiter
from news.sources.record_files.encoding import parse_encoding
from news.sources.record_files.lines import FileFormatError, MissingColumn, Record
from news.sources.record_files.opening import ReadOptions, RecordFile, open_record_file

# Names of columns, without case and separators, by field.
COLUMNS = {
    "symbol": ("symbol", "ticker"),
    "name": ("name", "company", "companyname", "instrument", "longname"),
    "kind": ("kind", "type"),
    "aliases": ("aliases", "alias", "othernames", "synonyms"),
    "exclusions": ("exclusions", "exclusion", "exclude"),
}
MAX_LISTED = 1_000  # refused lines and warnings that are printed
MAX_SYMBOLS = 20
MARK = "'"  # before a cell that a spreadsheet would run as a formula, as in our own CSV


class Command(BaseCommand):
    help = "Add and change instruments from a CSV file. Rows that can't be used are reported by line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("file", type=Path, help=f"CSV with the columns {', '.join(COLUMNS)}; several names in a cell by |")
        add("--dry-run", action="store_true", help="report what it would do, and change nothing")
        add("--encoding", help="such as cp1251 or shift_jis (default: found out from the content)")
        add("--delimiter", help="separator of CSV, such as ';' or tab (default: found out from the header)")

    def handle(self, *, file: Path, **arguments: Any) -> None:
        options = ReadOptions(
            encoding=_parse(arguments, "encoding", parse_encoding),
            delimiter=_parse(arguments, "delimiter", parse_delimiter),
        )
        try:
            with open_record_file(file, options, is_title=_is_symbol) as record_file:
                rows = list(self._parse_rows(file, record_file))
        except OSError as error:
            raise CommandError(f"{file}: can't be opened ({error.strerror or error}); give another file.") from error
        except MissingColumn as error:
            names = ", ".join(map(base_name, error.columns))[:300]
            raise CommandError(
                f"{file}: no column is the symbol; found {names!r}. The first line names the columns, such as "
                f"{','.join(COLUMNS)}; give --delimiter if they are separated otherwise."
            ) from error
        except FileFormatError as error:
            raise CommandError(f"{file}: {error}") from error
        if not rows:
            raise CommandError(f"{file}: holds no records; give a file with one instrument per line.")
        is_dry_run = arguments["dry_run"]
        result = import_rows(rows, is_dry_run=is_dry_run)
        self._print(result, is_dry_run=is_dry_run)
        if len(result.refused) == len(rows):
            raise CommandError(f"{file}: none of its {len(rows):,} rows is valid; the reasons are above.")

    def _parse_rows(self, path: Path, record_file: RecordFile) -> Iterator[InstrumentRow]:
        self.stdout.write(f"{path.name}: {record_file}")
        header = record_file.header.columns if record_file.header else ()
        columns = choose_columns(header)
        for field, column in columns.items():
            self.stdout.write(f"  {field} from {column}")
        if ignored := [name for name in header if name not in columns.values()]:
            self.stdout.write(f"  ignored columns: {', '.join(ignored)}")
        if header and "kind" not in columns:
            self.stdout.write(f"  kind: no column; new instruments are {DEFAULT_KIND} (others: {', '.join(KINDS)})")
        for remark in record_file.remarks:
            self.stdout.write(f"  {remark}")
        for record in record_file.parse_records():
            yield _to_row(record, columns)

    def _print(self, result: ImportResult, *, is_dry_run: bool) -> None:
        self._list("warning: ", result.warnings)
        self._list("", result.refused)
        for title in ("added", "changed"):
            if symbols := getattr(result, title):
                more = f" and {len(symbols) - MAX_SYMBOLS:,} more" if len(symbols) > MAX_SYMBOLS else ""
                self.stdout.write(f"{title}: {', '.join(symbols[:MAX_SYMBOLS])}{more}")
        if is_dry_run:
            self.stdout.write("nothing is stored: this was a dry run")
        elif result.added or result.changed:
            self.stdout.write("all processes use them within 5 seconds, for news that comes from now on")
        names = ("added", "changed", "unchanged", "refused", "warnings")
        self.stdout.write(" ".join(f"{name}={len(getattr(result, name))}" for name in names))

    def _list(self, prefix: str, problems: Sequence[RowProblem]) -> None:
        for problem in problems[:MAX_LISTED]:
            self.stderr.write(f"line {problem.line}: {prefix}{problem.text}")
        if len(problems) > MAX_LISTED:
            self.stderr.write(f"… and {len(problems) - MAX_LISTED:,} more lines")


def choose_columns(names: Iterable[str]) -> dict[str, str]:
    """Return the column of each field that a file has, the one with the best name if there are several."""
    plain = {_simplify(name): name for name in reversed([*names])}
    chosen = {
        field: next((plain[name] for name in spellings if name in plain), None) for field, spellings in COLUMNS.items()
    }
    return {field: column for field, column in chosen.items() if column is not None}


def _is_symbol(column: str) -> bool:
    return _simplify(column) in COLUMNS["symbol"]


def _simplify(column: str) -> str:
    return "".join(character for character in base_name(column).lower() if character.isalnum())


def _to_row(record: Record, columns: Mapping[str, str]) -> InstrumentRow:
    """Return a record as texts by field. An empty cell of a CSV file is an empty text; JSON has its own members."""
    if record.problem:
        return InstrumentRow(record.line, problem=record.problem)
    if not isinstance(record.data, Mapping):
        return InstrumentRow(record.line, problem="is no object; give one instrument per line.")
    columns = columns or choose_columns(map(str, record.data))
    return InstrumentRow(record.line, {field: _to_texts(record.data.get(name)) for field, name in columns.items()})


def _to_texts(value: object) -> str | list[str]:
    if isinstance(value, list):
        return [str(part) for part in value if part is not None]
    text = "" if value is None else str(value)
    return text[1:] if text[:1] == MARK and text[1:2] in "=+-@" else text


def _parse(arguments: Mapping[str, Any], name: str, parse: Any) -> str | None:
    """Return the parsed value of an option, None if it is not given. Errors: CommandError."""
    if not (text := arguments[name]):
        return None
    try:
        return str(parse(text))
    except ValueError as error:
        raise CommandError(f"--{name}={text[:60]!r}: {error}.") from error

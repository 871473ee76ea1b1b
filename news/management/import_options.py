"""The options of `import_items`, checked before the file is opened."""

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import CommandError

from news.sources.record_files.columns import FIELDS, ColumnError, ColumnMapping, check_date_format
from news.sources.record_files.csv_records import parse_delimiter
from news.sources.record_files.encoding import parse_encoding
from news.sources.record_files.opening import FORMATS, ReadOptions

MAX_BATCH = 10_000
DATE_HINT = ", or the form of all dates with --date-format, such as '%d/%m/%Y'"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """The checked options.

    rejects: file for rejected lines, if one is wanted.
    text: what decides on the items, to be compared with the options of an earlier run.
    """

    source: str
    batch: int
    is_announced: bool
    rejects: Path | None
    read: ReadOptions
    mapping: ColumnMapping
    text: str


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command."""
    add = parser.add_argument
    add(
        "file",
        type=Path,
        nargs="?",
        help="CSV with any separator, JSON Lines or a JSON list; may be compressed with gzip",
    )
    add("--format", choices=FORMATS, default="", help="default: found out from the content")
    add("--encoding", help="such as cp1251 or shift_jis (default: found out from the content)")
    add("--delimiter", help="separator of CSV, such as ';' or tab (default: found out from the header)")
    add(
        "--column",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="read a field from a column, such as title=heading, or from none, such as external_id=; repeatable; "
        f"fields: {', '.join(FIELDS)}",
    )
    add("--date-format", default="", help="form of all dates, as in Python's strptime, such as '%%d/%%m/%%Y'")
    add("--source", default="import", help="source of records without one (default: import)")
    add("--announce", action="store_true", help="send items published over 24 hours ago to live streams, too")
    add("--rejects", type=Path, metavar="FILE", help="write rejected lines to a file, as JSON Lines")
    add("--undo", type=int, metavar="ID", help="take an import back: withdraw the items that it created")
    add("--list", action="store_true", help="list the imports with their ids")
    add("--batch", type=int, default=1000, help="records in one transaction (default: 1000)")


def check_options(path: Path, arguments: Mapping[str, Any]) -> ImportOptions:
    """Return the options for the import of a file. Errors: CommandError with the option, the value and the cure."""
    source, batch, rejects = arguments["source"], arguments["batch"], arguments["rejects"]
    if not 1 <= batch <= MAX_BATCH:
        raise CommandError(f"--batch={batch}: must be 1 to {MAX_BATCH:,}; leave it out for 1,000.")
    if not (source.strip() and source.isprintable() and len(source) <= 100):
        raise CommandError(
            f"--source={source[:60]!r}: must be 1 to 100 printable characters; leave it out for 'import'."
        )
    if rejects is not None and rejects.resolve() == path.resolve():
        raise CommandError(f"--rejects={rejects}: is the file that is imported; give another.")
    columns = [_split_column(text) for text in arguments["column"]]
    delimiter = _parse("delimiter", arguments, parse_delimiter)
    encoding = _parse("encoding", arguments, parse_encoding)
    date_format = _parse("date_format", arguments, check_date_format)
    try:
        mapping = ColumnMapping(columns, date_format=date_format or "", date_hint=DATE_HINT)
    except ColumnError as error:
        raise CommandError(f"--column={error}") from error
    compared = [source, columns, delimiter, encoding, date_format, arguments["format"], arguments["announce"]]
    read = ReadOptions(arguments["format"], encoding, delimiter)
    text = orjson.dumps(compared).decode()
    return ImportOptions(source, batch, arguments["announce"], rejects, read, mapping, text)


def _split_column(text: str) -> tuple[str, str]:
    field, separator, column = (part.strip() for part in text.partition("="))
    if not (field and separator):
        raise CommandError(f"--column={text!r}: must be FIELD=COLUMN, such as title=heading.")
    return field, column


def _parse(name: str, arguments: Mapping[str, Any], parse: Callable[[str], str]) -> str | None:
    """Return the parsed value of an option, None if it is not given. Errors: CommandError."""
    text = arguments[name]
    if text in (None, ""):
        return None
    try:
        return parse(text)
    except ValueError as error:
        raise CommandError(f"--{name.replace('_', '-')}={text[:60]!r}: {error}.") from error

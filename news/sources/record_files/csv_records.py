"""Read CSV files: their separator, their header, and their records one by one."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from news.sources.record_files.lines import (
    MAX_LINE_BYTES,
    FileFormatError,
    FileOffset,
    LineError,
    LineReader,
    MissingColumn,
    Record,
)

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
SEPARATOR_LINE = re.compile(r'"?sep=(?P<delimiter>[^"\r\n])"?\s*', re.IGNORECASE)  # first line, as Excel writes it
MAX_LISTED_COLUMNS = 20  # column names in an error

csv.field_size_limit(MAX_LINE_BYTES)  # long texts stand in columns that are not read, too


@dataclass(frozen=True, slots=True)
class CSVHeader:
    """The first lines of a CSV file.

    columns: names, each once: a blank one is called by its number, and one that repeats gets its number added.
    start: where the records begin.
    """

    delimiter: str
    columns: tuple[str, ...]
    start: FileOffset

    def __str__(self) -> str:
        return f"CSV separated by {DELIMITERS.get(self.delimiter, repr(self.delimiter))}"


def parse_delimiter(text: str) -> str:
    """Return the separator that a text names: one character, `tab` or `\\t`, `comma`. Errors: ValueError."""
    names = {name: delimiter for delimiter, name in DELIMITERS.items()} | {"\\t": "\t", "space": " "}
    delimiter = names.get(text.lower(), text)
    if len(delimiter) != 1 or delimiter.isalnum() or delimiter in '"\r\n\0' or ord(delimiter) > 0xFFFF:
        raise ValueError("must be one character that is no letter, digit or quote, or tab, comma, semicolon or pipe")
    return delimiter


def base_name(column: str) -> str:
    """Return the name of a column as the header has it, without the number that makes it unique."""
    return re.sub(r" \(column \d+\)$", "", column)


def parse_header(lines: LineReader, *, delimiter: str | None, is_title: Callable[[str], bool]) -> CSVHeader:
    """Return the header of a file that is at its start.

    delimiter: the one that was given; by default the one of `sep=`, or the one under which most columns are found.
    is_title: returns whether a column name means the title.
    Errors: FileFormatError if the file is empty, its header is no CSV, or no column is the title.
    """
    start, text = _skip_blank_lines(lines)
    separator_line = SEPARATOR_LINE.fullmatch(text)
    if separator_line:
        delimiter = delimiter or separator_line["delimiter"]
        start, text = _skip_blank_lines(lines)
    if not text:
        raise FileFormatError("holds no records; give a file with one headline per line.")
    headers, problem = [], ""
    for candidate in [delimiter] if delimiter else DELIMITERS:
        lines.seek(start)
        try:
            row = next(_make_reader(lines, candidate))
        except (csv.Error, LineError) as error:
            problem = problem or f"line {lines.current_offset.line}: the header {_explain(error)}"
            continue
        headers.append(CSVHeader(candidate, _make_unique(row), lines.current_offset))
    if not headers:
        raise FileFormatError(problem)
    header = max(headers, key=lambda header: (any(map(is_title, header.columns)), len(header.columns)))
    if not any(map(is_title, header.columns)):
        raise MissingColumn(_explain_missing_title(start.line + 1, header), header.columns)
    lines.seek(header.start)
    return header


def parse_rows(lines: LineReader, header: CSVHeader) -> Iterator[Record]:
    """Yield a record for each row that is not empty. `lines` is at the start of one."""
    rows = _make_reader(lines, header.delimiter)
    while True:
        start = lines.start_record()
        try:
            row = next(rows)
        except StopIteration:
            return
        except (csv.Error, LineError) as error:
            problem = _explain(error)
            if isinstance(error, LineError) and lines.current_offset.line > start.line + 1:
                problem = f"is not CSV (a quote is open until line {lines.current_offset.line}, which {problem})"
            # A stray quote swallows the lines after it: reject only the first line, and parse the others again.
            lines.seek(start)
            raw_cells = _split_unquoted(lines, header)
            rows = _make_reader(lines, header.delimiter)
            if raw_cells:
                yield Record(start.line + 1, lines.current_offset, _make_data(raw_cells, header))
            else:
                yield Record(start.line + 1, lines.current_offset, problem=problem)
            continue
        if not any(cell.strip() for cell in row):
            continue
        problem = _find_problem(row, header)
        data = None if problem else _make_data(row, header)
        yield Record(start.line + 1, lines.current_offset, data, problem)


def _make_reader(lines: LineReader, delimiter: str) -> "Iterator[list[str]]":
    return csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)


def _skip_blank_lines(lines: LineReader) -> tuple[FileOffset, str]:
    """Return the first line that is not blank and where it starts; "" at the end of the file."""
    while True:
        start = lines.start_record()
        try:
            text = next(lines, "")
        except LineError as error:
            raise FileFormatError(f"line {start.line + 1}: the header {error}") from error
        if not text or not text.isspace():
            return start, text


def _make_unique(names: Sequence[str]) -> tuple[str, ...]:
    names = [" ".join(name.split()) for name in names]
    return tuple(
        f"{name} (column {number})" if name in names[: number - 1] else name or f"column {number} (no name)"
        for number, name in enumerate(names, start=1)
    )


def _explain_missing_title(line: int, header: CSVHeader) -> str:
    names = [base_name(column) for column in header.columns]
    others = f" and {len(names) - MAX_LISTED_COLUMNS} more" if len(names) > MAX_LISTED_COLUMNS else ""
    columns = ", ".join(names[:MAX_LISTED_COLUMNS])[:300]
    return (
        f"line {line}: no column is the title; found {columns!r}{others}, read as {header}. "
        "Give --column title=NAME with one of these names, or --delimiter if they are separated otherwise; "
        "a file without a header needs one as its first line, such as title,ticker,published_at."
    )


def _find_problem(row: Sequence[str], header: CSVHeader) -> str:
    """Return why the cells of a row can't be told apart, "" if they can: empty ones may be missing or too many."""
    width = len(header.columns)
    missing = header.columns[len(row) :]
    if not any(cell.strip() for cell in row[width:]) and all(name.endswith("(no name)") for name in missing):
        return ""
    name = DELIMITERS.get(header.delimiter, repr(header.delimiter))
    return f"has {len(row)} cells where the header has {width}; put cells that hold a {name} in quotes."


def _make_data(row: Sequence[str], header: CSVHeader) -> dict[str, str]:
    return {name: cell for name, cell in zip(header.columns, row, strict=False) if cell.strip()}


def _split_unquoted(lines: LineReader, header: CSVHeader) -> list[str]:
    """Skip a line, and return its cells if it is one of tab-separated text without quoting; otherwise []."""
    try:
        cells = next(lines).rstrip("\r\n").split(header.delimiter)
    except LineError:
        return []
    return cells if header.delimiter == "\t" and len(cells) == len(header.columns) else []


def _explain(error: Exception) -> str:
    return str(error) if isinstance(error, LineError) else f"is not CSV ({error}); check its quotes."

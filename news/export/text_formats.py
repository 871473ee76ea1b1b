"""Write tables as JSON Lines and as CSV."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import orjson

from common.time import format_time
from news.export.tables import Column, ColumnType, Row

# What a spreadsheet may take for a formula (OWASP, CSV Injection), also after white space or in full width.
FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")


class NdjsonWriter:
    """Writes one JSON object per line."""

    def __init__(self, columns: Sequence[Column]) -> None:
        pass  # rows are objects already

    def write(self, rows: list[Row]) -> bytes:
        """Return the lines of rows."""
        options = orjson.OPT_APPEND_NEWLINE | orjson.OPT_PASSTHROUGH_DATETIME
        return b"".join([orjson.dumps(row, default=format_time, option=options) for row in rows])

    def end(self) -> bytes:
        """Return what stands after the last row."""
        return b""


class CsvWriter:
    """Writes CSV (RFC 4180) with a header. Texts that a spreadsheet may take for formulas get an apostrophe."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = [(column.get, CELLS[column.type]) for column in columns]
        self._buffer = io.StringIO(newline="")
        self._writer = csv.writer(self._buffer)
        self._writer.writerow([column.name for column in columns])

    def write(self, rows: list[Row]) -> bytes:
        """Return the lines of rows, after the header."""
        self._writer.writerows([[format_cell(get(row)) for get, format_cell in self._columns] for row in rows])
        return self.end()

    def end(self) -> bytes:
        """Return what is not written yet: the header, if there was no row."""
        text = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        return text.encode()


def neutralize(text: str | None) -> str | None:
    """Return a text that no spreadsheet evaluates."""
    return f"'{text}" if text and FORMULA.match(text) else text


def _format_flag(value: bool) -> str:
    return "true" if value else "false"


def _format_time(value: datetime | None) -> str | None:
    return None if value is None else format_time(value)


def _keep(value: Any) -> Any:
    return value


CELLS: dict[ColumnType, Callable[[Any], Any]] = {
    ColumnType.TEXT: neutralize,
    ColumnType.INTEGER: _keep,
    ColumnType.NUMBER: _keep,
    ColumnType.FLAG: _format_flag,
    ColumnType.TIME: _format_time,
    ColumnType.TEXTS: lambda values: neutralize(",".join(values)),
    ColumnType.NUMBERS: lambda values: ",".join(map(str, values)),
}

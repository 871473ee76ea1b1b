"""The formats of an export, and their bytes, part by part."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from news.export.tables import Column, Row, Table
from news.export.text_formats import CsvWriter, NdjsonWriter

GZIP_LEVEL = 3  # twice as fast as 6, for a tenth more bytes
GZIP_WINDOW = 31  # zlib's code for a gzip header and the largest window

FormatName = Literal["ndjson", "csv", "parquet"]


class MissingExtraError(Exception):
    """A format needs packages of an extra that is not installed; the text has the cure."""


class TableWriter(Protocol):
    """Writes rows in one format."""

    def write(self, rows: list[Row]) -> bytes:
        """Return the bytes of rows."""

    def end(self) -> bytes:
        """Return the last bytes."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format. `is_compressed`: its files have a compression of their own, so gzip would be in vain."""

    name: FormatName
    media_type: str
    make_writer: Callable[[Sequence[Column]], TableWriter]
    is_compressed: bool = False


def _make_parquet_writer(columns: Sequence[Column]) -> TableWriter:
    try:
        from news.export.parquet import ParquetWriter
    except ModuleNotFoundError as error:
        if error.name != "pyarrow":
            raise
        raise MissingExtraError(
            "Parquet needs the extra `export`, which is not installed: pip install '.[export]', or take ndjson or csv."
        ) from error
    return ParquetWriter(columns)


FORMATS: dict[FormatName, Format] = {
    format_.name: format_
    for format_ in (
        Format("ndjson", "application/x-ndjson", NdjsonWriter),
        Format("csv", "text/csv; charset=utf-8; header=present", CsvWriter),
        Format("parquet", "application/vnd.apache.parquet", _make_parquet_writer, is_compressed=True),
    )
}


def encode_table(table: Table, writer: TableWriter, *, is_gzipped: bool = False) -> Iterator[bytes]:
    """Yield the bytes of a table in parts, at most one page of rows in each; some parts are empty."""
    compressor = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP_WINDOW) if is_gzipped else None
    while (rows := table.select_page()) is not None:
        data = writer.write(rows) if rows else b""
        yield compressor.compress(data) if compressor else data
    data = writer.end()
    yield compressor.compress(data) + compressor.flush() if compressor else data

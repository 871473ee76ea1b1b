"""Write tables as Parquet: typed columns, in row groups of bounded size. Needs the extra `export`."""

import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.json import ParseOptions, ReadOptions, read_json

from news.export.tables import Column, ColumnType, Row
from news.export.text_formats import NdjsonWriter

ROW_GROUP_ROWS = 10_000
TYPES = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.NUMBER: pa.float64(),
    ColumnType.FLAG: pa.bool_(),
    ColumnType.TIME: pa.timestamp("ms", tz="UTC"),
    ColumnType.TEXTS: pa.list_(pa.string()),
    ColumnType.NUMBERS: pa.list_(pa.float64()),
}


class ParquetWriter:
    """Writes a Parquet file, which is complete only with its end."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._schema = pa.schema([(column.name, TYPES[column.type]) for column in columns])
        self._sink = _Sink()
        self._writer = pq.ParquetWriter(self._sink, self._schema, compression="zstd")
        self._json = NdjsonWriter(columns)
        self._parse_options = ParseOptions(explicit_schema=self._schema)
        self._pending: list[Any] = []  # tables of the next row group

    def write(self, rows: list[Row]) -> bytes:
        """Return what rows complete: at times a row group, mostly nothing."""
        self._pending.append(self._to_table(rows))
        if sum(table.num_rows for table in self._pending) >= ROW_GROUP_ROWS:
            self._write_row_group()
        return self._sink.take()

    def end(self) -> bytes:
        """Return the last row group and the footer."""
        self._write_row_group()
        self._writer.close()
        return self._sink.take()

    def _to_table(self, rows: list[Row]) -> Any:
        # By way of JSON: pa.array() of a list imports pandas, where that is installed, which takes 60 MB.
        lines = self._json.write([{column.name: column.get(row) for column in self._columns} for row in rows])
        options = ReadOptions(use_threads=False, block_size=len(lines) + 1)  # a line must not span two blocks
        return read_json(io.BytesIO(lines), read_options=options, parse_options=self._parse_options)

    def _write_row_group(self) -> None:
        tables, self._pending = self._pending, []
        if tables:
            group = pa.concat_tables(tables)
            self._writer.write_table(group, row_group_size=group.num_rows)
            pa.default_memory_pool().release_unused()


class _Sink:
    """A file that keeps what is written to it until it is taken."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        self._size += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        return self._size

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True

    def take(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data

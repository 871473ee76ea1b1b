"""Export items or time series to a file, in constant memory."""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from tqdm import tqdm

from news.export.formats import MissingExtraError, encode_table
from news.export.items import ItemTable
from news.management.export_options import STANDARD_OUTPUT, add_arguments, choose_format, make_table


class Command(BaseCommand):
    help = (
        "Export items, in the order of the log, or time series to NDJSON, CSV or Parquet. The file appears under its "
        "name when it is complete. The last line has the cursor to give as --after to the next export, which then has "
        "only what was added or changed since; the last row of an item_id is its newest state."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser)

    def handle(self, *, file: str, **arguments: Any) -> None:
        started = time.monotonic()
        format_, is_gzipped = choose_format(file, arguments["format"])
        table = make_table(arguments)
        try:
            writer = format_.make_writer(table.columns)
        except MissingExtraError as error:
            raise CommandError(str(error)) from error
        try:
            with _open_output(file) as output, tqdm(unit="row", disable=None, file=sys.stderr) as bar:
                for part in encode_table(table, writer, is_gzipped=is_gzipped):
                    output.write(part)
                    bar.update(table.row_count - bar.n)
        except BrokenPipeError:
            return  # what reads standard output has enough
        except OSError as error:
            raise CommandError(f"{file}: can't be written ({error.strerror or error}); give another file.") from error
        except (DatabaseError, KeyboardInterrupt) as error:
            raise CommandError(f"{file}: not written: {str(error) or 'interrupted'}; run again.") from error
        counts = {"exported": str(table.row_count), "seconds": f"{time.monotonic() - started:.1f}"}
        if isinstance(table, ItemTable):
            counts["after"] = str(table.cursor)
        summary = " ".join(f"{name}={count}" for name, count in counts.items())
        (self.stderr if file == STANDARD_OUTPUT else self.stdout).write(summary)


@contextmanager
def _open_output(file: str) -> Iterator[BinaryIO]:
    """Open standard output, or a file that gets its name when it is complete."""
    if file == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(file)
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as output:
            yield output
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)

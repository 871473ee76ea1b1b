"""The options of `export`: those of the REST calls, under the same names and with the same checks."""

from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import CommandError
from ninja.errors import HttpError
from pydantic import BaseModel, ValidationError

from news.export.formats import FORMATS, Format, FormatName
from news.export.items import ItemTable
from news.export.params import ItemExportParams, SeriesExportParams
from news.export.series import SeriesTable
from news.metrics.grid import RESOLUTIONS

SUFFIXES: dict[str, FormatName] = {
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".csv": "csv",
    ".parquet": "parquet",
}
GZIP_SUFFIX = ".gz"
STANDARD_OUTPUT = "-"

Params = TypeVar("Params", bound=BaseModel)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "file", help="where to: .ndjson, .jsonl, .csv or .parquet, the first three also with .gz; - for standard output"
    )
    parser.add_argument("--format", choices=list(FORMATS), help="default: by the file's name, ndjson for -")
    parser.add_argument(
        "--series", choices=list(RESOLUTIONS), help="export time series of this resolution instead of items"
    )
    items, series = ItemExportParams.model_fields, SeriesExportParams.model_fields
    for name, field in {**series, **items}.items():
        if name == "resolution":  # --series
            continue
        scope = "" if name in items and name in series else "items: " if name in items else "series: "
        text = f"{scope}{field.description}".replace("%", "%%")
        parser.add_argument(_to_option(name), help=text, metavar="VALUE")


def make_table(arguments: Mapping[str, Any]) -> ItemTable | SeriesTable:
    """Return what reads the rows. Errors: CommandError with the option, the value and the cure."""
    resolution = arguments["series"]
    model: type[ItemExportParams | SeriesExportParams] = SeriesExportParams if resolution else ItemExportParams
    other = ItemExportParams if resolution else SeriesExportParams
    values = {
        name: arguments[name] for name in {*model.model_fields, *other.model_fields} if arguments.get(name) is not None
    }
    if strange := sorted(values.keys() - model.model_fields.keys()):
        cure = "leave it out, or leave out --series" if resolution else "leave it out, or add --series"
        raise CommandError(f"{_to_option(strange[0])}: is not an option of this export; {cure}.")
    if resolution:
        values["resolution"] = resolution
    try:
        return model(**values).make_table()
    except ValidationError as error:
        problems = [_describe(details["loc"], details["input"], details["msg"]) for details in error.errors()]
        raise CommandError("; ".join(problems)) from error
    except HttpError as error:
        raise CommandError(str(error)) from error


def choose_format(file: str, name: FormatName | None) -> tuple[Format, bool]:
    """Return the format for a file, and whether to compress it. Errors: CommandError with the name and the cure."""
    plain_name = file.removesuffix(GZIP_SUFFIX)
    is_gzipped = plain_name != file
    suffix = Path(plain_name).suffix.lower()
    if name is None and file != STANDARD_OUTPUT and suffix not in SUFFIXES:
        raise CommandError(f"{file}: has none of the endings {', '.join(SUFFIXES)}; rename it, or give --format.")
    format_ = FORMATS[name or SUFFIXES.get(suffix, "ndjson")]
    if is_gzipped and format_.is_compressed:
        raise CommandError(f"{file}: {format_.name} has a compression of its own; leave {GZIP_SUFFIX} out.")
    return format_, is_gzipped


def _describe(location: tuple[int | str, ...], value: Any, problem: str) -> str:
    name = str(location[0]) if location else ""
    return f"{_to_option(name)}={str(value)[:60]!r}: {problem.removeprefix('Value error, ')}."


def _to_option(name: str) -> str:
    return "--" + name.replace("_", "-")

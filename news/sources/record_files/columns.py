"""Which columns of a file, or members of its JSON objects, are read as which field, and which are ignored."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from common.dates import parse_date
from common.parsing import is_missing
from news.sources.record_files.csv_records import base_name

# The names of each field, without case, spaces and punctuation. Of several in one record the first that holds something
# counts; of tickers all do.
FIELDS: Mapping[str, Sequence[str]] = {
    "title": ("title", "headline"),
    "tickers": ("tickers", "ticker", "symbols", "symbol", "stocks", "stock"),
    "summary": ("summary", "description", "text"),
    "url": ("url", "link"),
    "source": ("source", "publisher", "site"),
    "published_at": (
        "publishedat",
        "published",
        "publisheddate",
        "publicationdate",
        "pubdate",
        "datepublished",
        "timepublished",
        "datetime",
        "timestamp",
        "date",
        "time",
    ),
    "external_id": ("externalid", "id"),
    "historical": ("historical",),
}
# What becomes of records without a column for a field.
WITHOUT_COLUMN = {
    "title": "no column: all records are rejected; give --column title=NAME",
    "tickers": "no column: found in title and summary",
    "published_at": "no column: the time of the import",
}
FIELD_ALIASES = {"ticker": "tickers"}
MERGED_FIELD = "tickers"
BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
MAX_PLANS = 1_000  # sets of names of JSON objects that are remembered
MAX_PLAN_CHARACTERS = 2_000
MAX_LISTED_COLUMNS = 20
_TIME_OF_DAY = re.compile(r"\d{1,2}:\d\d")
_FIELD_BY_NAME = {name: field for field, names in FIELDS.items() for name in names}


class ColumnError(ValueError):
    """An option that names a field or a column that there is not; the text has the cure."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How the columns of one record are read: columns by field, the preferred first, and those that are ignored."""

    columns: Mapping[str, tuple[str, ...]]
    ignored: tuple[str, ...]


class ColumnMapping:
    """Reads the fields of records from columns with common names, and from those that were named for a field.

    pairs: field and column, as in `--column title=heading`. For such a field no other columns are read; "" is none.
    date_hint: what else to do about dates that can't be read.
    date_format: of all dates, as in `datetime.strptime`; by default dates are parsed by `common.dates`.
    """

    def __init__(self, pairs: Sequence[tuple[str, str]] = (), *, date_format: str = "", date_hint: str = "") -> None:
        self._named = [(FIELD_ALIASES.get(field, field), column) for field, column in pairs]
        self._date_format = date_format
        self._date_hint = "" if date_format else date_hint
        self._plans: dict[tuple[str, ...], Plan] = {}
        for field, column in self._named:
            if field not in FIELDS:
                raise ColumnError(f"{field}={column}: {field!r} is no field; the fields are {', '.join(FIELDS)}.")

    def check(self, columns: Sequence[str]) -> None:
        """Check that the named columns are among those of a file. Errors: ColumnError."""
        for field, column in self._named:
            if column and not any(_is_named(column, candidate) for candidate in columns):
                names = ", ".join(dict.fromkeys(map(base_name, columns)))[:500]
                raise ColumnError(f"{field}={column}: the file has no column {column!r}; its columns are {names}.")

    def is_title(self, column: str) -> bool:
        """Return whether a column is read as the title."""
        return "title" in self.plan((column,)).columns

    def plan(self, columns: tuple[str, ...]) -> Plan:
        """Return how records with these columns are read."""
        plan = self._plans.get(columns)
        if plan is None:
            plan = self._make_plan(columns)
            if len(self._plans) >= MAX_PLANS:
                self._plans.clear()
            if sum(map(len, columns)) <= MAX_PLAN_CHARACTERS:
                self._plans[columns] = plan
        return plan

    def describe(self, columns: tuple[str, ...]) -> Iterator[str]:
        """Yield lines that say how records with these columns are read, with the rules where several are one field."""
        plan = self.plan(columns)
        for field in FIELDS:
            if field in plan.columns:
                yield f"{field} <- {_join(field, plan.columns[field])}"
            elif field in WITHOUT_COLUMN:
                yield f"{field} <- {WITHOUT_COLUMN[field]}"
        if "published_at" in plan.columns:
            yield f"dates: {self._date_format or 'in any usual form'}; those without a time zone are in UTC"
        if plan.ignored:
            yield f"ignored: {_list_names(plan.ignored)} (--column FIELD=COLUMN reads one)"

    def select(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of a record for `ingest_records`, its date as ISO-8601 in UTC.

        Errors: ValueError for a date that can't be read.
        """
        fields = {}
        for field, columns in self.plan(tuple(data)).columns.items():
            present = [column for column in columns if not is_missing(data[column])]
            if field == MERGED_FIELD and present:
                fields[field] = _merge([data[column] for column in present])
            elif field == "published_at" and present:
                fields[field] = self._parse_date(present, data)
            elif present:
                fields[field] = _convert(field, data[present[0]])
            elif field == "title":
                fields[field] = ""
        return fields

    def _make_plan(self, columns: tuple[str, ...]) -> Plan:
        by_field: dict[str, list[str]] = {}
        named_fields = {field for field, _ in self._named}
        for field, name in self._named:
            by_field.setdefault(field, []).extend(column for column in columns if _is_named(name, column))
        taken = {column for chosen in by_field.values() for column in chosen}
        for column in columns:
            field = _FIELD_BY_NAME.get(_get_key(column), "")
            if field and field not in named_fields and column not in taken:
                by_field.setdefault(field, []).append(column)
        for field, chosen in by_field.items():
            if field not in named_fields:
                names = FIELDS[field]
                chosen.sort(key=lambda column, names=names: names.index(_get_key(column)))  # type: ignore[misc]
        used = {column for chosen in by_field.values() for column in chosen}
        return Plan(
            {field: tuple(by_field[field]) for field in FIELDS if by_field.get(field)},
            tuple(column for column in columns if column not in used),
        )

    def _parse_date(self, columns: Sequence[str], data: Mapping[str, Any]) -> Any:
        first, *others = columns
        value = data[first]
        # A date and a time of day in columns of their own.
        if _get_key(first) == "date" and isinstance(value, str) and ":" not in value:
            times = [data[column] for column in others if _get_key(column) == "time"]
            value = " ".join([value, *(time for time in times if _TIME_OF_DAY.match(str(time).strip()))])
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return value  # rejected by the validation, which says what is right
        try:
            return parse_date(str(value), date_format=self._date_format).isoformat()
        except ValueError as error:
            raise ValueError(f"{base_name(first)}={str(value)[:60]!r}: {error}{self._date_hint}.") from error


def check_date_format(text: str) -> str:
    """Return a form of dates that can be used. Errors: ValueError."""
    if "%Z" in text:
        raise ValueError("holds %Z, which differs between machines; use %z for an offset, or leave the option out")
    try:
        date = datetime(1999, 11, 23, 22, 44, 55, tzinfo=UTC)
        parsed = datetime.strptime(date.strftime(text), text)  # noqa: DTZ007
    except ValueError as error:
        raise ValueError(f"is no form that strptime takes ({error}); give one such as %d/%m/%Y %H:%M") from error
    if parsed.date() != date.date():
        raise ValueError("has no year, month and day; give one such as %d/%m/%Y %H:%M")
    return text


def _join(field: str, columns: Sequence[str]) -> str:
    """Return the columns of one field with the rule that applies if there are several."""
    names = [_shorten(column) for column in columns]
    if field == MERGED_FIELD:
        return " and ".join(names)
    if [_get_key(column) for column in columns] == ["date", "time"]:
        return " with ".join(names)
    return ", else ".join(names)


def _list_names(names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_LISTED_COLUMNS} more" if len(names) > MAX_LISTED_COLUMNS else ""
    return ", ".join(map(_shorten, names[:MAX_LISTED_COLUMNS])) + more


def _shorten(name: str) -> str:
    return name[:60] if name.isprintable() else ascii(name[:60])


def _normalise(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


@lru_cache(maxsize=10_000)
def _get_key(column: str) -> str:
    """Return the name of a column without case, punctuation and the number that makes it unique."""
    return _normalise(base_name(column))


def _is_named(name: str, column: str) -> bool:
    return column == name or _get_key(column) == _normalise(name) != ""


def _merge(values: Sequence[Any]) -> Any:
    """Return the tickers of several columns as one list; of one column as they are."""
    if len(values) == 1:
        return values[0]
    merged: list[Any] = []
    for value in values:
        if isinstance(value, str):
            merged += [part.strip(" '\"[]") for part in re.split("[,;|]", value)]
        else:
            merged += value if isinstance(value, list) else [value]
    return merged


def _convert(field: str, value: Any) -> Any:
    if field == "source" and isinstance(value, Mapping):
        return value.get("name") or value.get("title")  # as NewsAPI writes a publisher
    if field == "historical" and isinstance(value, str):
        return BOOLEANS.get(value.strip().lower(), value)
    return value

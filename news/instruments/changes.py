"""Add and change many instruments at once, in one transaction; what can't be used is reported and left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from news.instruments.book import InstrumentRecord
from news.instruments.current import to_record
from news.instruments.entries import (
    EntryError,
    check_names,
    find_warnings,
    list_names,
    parse_kind,
    parse_name,
    parse_phrases,
    parse_symbol,
)
from news.instruments.shipping import make_columns
from news.models import Instrument, InstrumentBook, InstrumentKind

DEFAULT_KIND = InstrumentKind.COMPANY
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class InstrumentRow:
    """One record of a file: its line and its texts by field; fields that the file does not have are absent.

    problem: why it can't be read, "" if it can.
    """

    line: int
    fields: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong in a line, with the value and the cure."""

    line: int
    text: str


@dataclass(slots=True)
class ImportResult:
    """What became of the rows: symbols in order of line, refused rows, and what is probably not meant in others."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[RowProblem] = field(default_factory=list)
    warnings: list[RowProblem] = field(default_factory=list)


def import_rows(rows: Iterable[InstrumentRow], *, is_dry_run: bool = False) -> ImportResult:
    """Add and change instruments; those that change count as edited. A name that is another instrument's is refused."""
    with transaction.atomic():
        InstrumentBook.bump()  # first, so that no one else takes a name meanwhile
        result = _Import({each.symbol: to_record(each) for each in Instrument.objects.all()}).run(rows)
        if is_dry_run:
            transaction.set_rollback(True)
    return result


class _Import:
    """One import: the entries as they are stored, and as they become."""

    def __init__(self, stored: dict[str, InstrumentRecord]) -> None:
        self._stored = stored
        self._result = ImportResult()
        self._lines: dict[str, int] = {}  # by symbol

    def run(self, rows: Iterable[InstrumentRow]) -> ImportResult:
        pending = [pair for row in rows if (pair := self._try_parse(row)) is not None]
        # A row that is refused keeps its names, which others of the file may have counted on: until none is refused.
        while refused := self._find_refused(pending):
            for line, text in refused.items():
                self._reject(line, text)
            pending = [pair for pair in pending if pair[0] not in refused]
        accepted = [
            each for line, record in pending for each in self._accept(line, record, self._stored.get(record.symbol))
        ]
        _save(accepted)
        self._result.refused.sort(key=lambda problem: problem.line)
        return self._result

    def _find_refused(self, pending: Sequence[tuple[int, InstrumentRecord]]) -> dict[int, str]:
        """Return by line why a row can't be used beside the other rows, and what is stored and stays."""
        replaced = {record.symbol for _, record in pending}
        # An alias may move from one instrument of the file to another: only what stays keeps its names.
        owners = {
            folded: record
            for record in self._stored.values()
            if record.symbol not in replaced
            for folded in list_names(record)
        }
        refused = {}
        for line, record in pending:
            before = self._stored.get(record.symbol)
            try:
                check_names(record, owners, before=before)
            except EntryError as error:
                refused[line] = str(error)
            else:
                owners |= {folded: record for folded in list_names(record) if folded not in owners}
        return refused

    def _try_parse(self, row: InstrumentRow) -> tuple[int, InstrumentRecord] | None:
        if row.problem:
            self._reject(row.line, row.problem)
            return None
        try:
            record = self._parse(row.fields)
        except EntryError as error:
            self._reject(row.line, str(error))
            return None
        if (other := self._lines.setdefault(record.symbol, row.line)) != row.line:
            self._reject(row.line, f"symbol={record.symbol!r}: is in line {other}, too; put both into one line.")
            return None
        return row.line, record

    def _parse(self, fields: Mapping[str, str | Sequence[str]]) -> InstrumentRecord:
        """Return the entry that a row makes. What the file lacks stays as stored. Errors: EntryError."""
        symbol = parse_symbol(_get_text(fields, "symbol"))
        before = self._stored.get(symbol)
        name, kind = _get_text(fields, "name"), _get_text(fields, "kind")
        return InstrumentRecord(
            symbol,
            parse_name(name or (before.name if before else "")),
            parse_kind(kind or (before.kind if before else DEFAULT_KIND)),
            *(
                parse_phrases(field_name, _get_texts(fields[field_name]))
                if field_name in fields
                else (getattr(before, field_name) if before else ())
                for field_name in ("aliases", "exclusions")
            ),
        )

    def _accept(self, line: int, record: InstrumentRecord, before: InstrumentRecord | None) -> list[InstrumentRecord]:
        """Note what becomes of a row; returns it if it is to be saved."""
        self._result.warnings += [RowProblem(line, each.text) for each in find_warnings(record, before=before)]
        if record == before:
            self._result.unchanged.append(record.symbol)
            return []
        (self._result.changed if before else self._result.added).append(record.symbol)
        return [record]

    def _reject(self, line: int, text: str) -> None:
        self._result.refused.append(RowProblem(line, text))


def _save(records: Sequence[InstrumentRecord]) -> None:
    rows = [Instrument(symbol=record.symbol, is_edited=True, **make_columns(record)) for record in records]
    if rows:
        Instrument.objects.bulk_create(
            rows,
            BATCH,
            update_conflicts=True,
            unique_fields=["symbol"],
            update_fields=["name", "kind", "aliases", "exclusions", "is_edited"],
        )


def _get_text(fields: Mapping[str, str | Sequence[str]], name: str) -> str:
    value = fields.get(name, "")
    return (value if isinstance(value, str) else " ".join(value)).strip()


def _get_texts(value: str | Sequence[str]) -> Sequence[str]:
    """Return several names: a list, or a text in which `|` separates them."""
    return value.split("|") if isinstance(value, str) else value

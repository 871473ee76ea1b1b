"""Import the records of a file in batches, and count what became of them by kind."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from common.sql import in_array
from common.time import utc_now
from news.ingest.pipeline import BatchResult, OnAppend, RecordWarning, ingest_records
from news.models import Item
from news.sources.import_progress import ImportProgress, KindCount
from news.sources.record_files.columns import ColumnMapping
from news.sources.record_files.lines import FileOffset, Record

HISTORICAL_AFTER = timedelta(hours=24)  # between publication and import
BATCH_BYTES = 8_000_000  # bounds the memory of a batch of long lines
MAX_KINDS = 100
OTHER_KINDS = "others"
MAX_IGNORED_NAMES, MAX_NAME_CHARACTERS = 1_000, 60
_VALUE = re.compile(r"""(?P<field>\w+)=(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|.*?): (?P<problem>.*)""", re.DOTALL)
_VARYING = re.compile(r"'[^']*'|\"[^\"]*\"|\d[\d,.:-]*")


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A record that was not imported, and why."""

    record: Record
    reason: str


@dataclass(frozen=True, slots=True)
class FileImport:
    """Imports records with one mapping of columns.

    source: of records without one.
    is_announced: whether old items are sent to live streams, too. A record's own `historical` counts more.
    has_dates: whether the file has a column of dates, so that a record without one is remarkable.
    counts_ignored: whether ignored members are counted, because each record can have others.
    on_rejected: called with the rejected lines of each batch, in the order of the file.
    on_append: called with the new items of each batch, in the transaction that appends them.
    """

    mapping: ColumnMapping
    source: str
    is_announced: bool
    has_dates: bool
    counts_ignored: bool
    on_rejected: Callable[[Sequence[RejectedLine]], None]
    on_append: OnAppend

    def import_batch(self, records: Sequence[Record], progress: ImportProgress) -> None:
        """Append the records to the log and add what became of them to the progress."""
        readable, rejected = self._select_fields(records, progress)
        records_fields = [fields for _, fields in readable]
        result = ingest_records(records_fields, source=self.source, on_append=self.on_append)
        for rejection in result.rejected:
            rejected.append(RejectedLine(readable[rejection.index][0], rejection.detail))
        rejected.sort(key=lambda line: line.record.end.offset)
        progress.imported += len(result.created)
        progress.historical += _count_historical(result.created)
        progress.duplicates += result.duplicates
        progress.updated += result.updated
        progress.rejected += len(rejected)
        for line in rejected:
            _count_kind(progress.rejections, line.record.line, line.reason)
        for warning in [*self._list_undated(readable, result), *result.warnings]:
            _count_kind(progress.warnings, readable[warning.index][0].line, warning.detail)
        progress.line, progress.offset = records[-1].end.line, records[-1].end.offset
        if rejected:
            self.on_rejected(rejected)

    def _select_fields(
        self, records: Sequence[Record], progress: ImportProgress
    ) -> tuple[list[tuple[Record, object]], list[RejectedLine]]:
        """Return the records with what is ingested of them, and the lines that can't be read."""
        now = utc_now()
        readable: list[tuple[Record, object]] = []
        rejected = []
        for record in records:
            if record.problem:
                rejected.append(RejectedLine(record, record.problem))
            elif not isinstance(record.data, dict):
                readable.append((record, record.data))  # the validation rejects it
            else:
                try:
                    fields = self.mapping.select(record.data)
                except ValueError as error:
                    rejected.append(RejectedLine(record, str(error)))
                    continue
                if self.counts_ignored:
                    _count_ignored(self.mapping.plan(tuple(record.data)).ignored, record.data, progress)
                readable.append((record, self._mark_historical(fields, now)))
        return readable, rejected

    def _list_undated(self, readable: Sequence[tuple[Record, object]], result: BatchResult) -> Iterator[RecordWarning]:
        """Yield a warning for each accepted record without a date in a file that has dates."""
        rejected = {rejection.index for rejection in result.rejected}
        for index, (_, fields) in enumerate(readable):
            if self.has_dates and index not in rejected and isinstance(fields, dict) and "published_at" not in fields:
                yield RecordWarning(index, "published_at: is missing; the time of the import is kept.")

    def _mark_historical(self, fields: dict[str, Any], now: datetime) -> dict[str, Any]:
        """Return the fields with `historical` set for an item that was published long ago."""
        published_at = fields.get("published_at")
        if self.is_announced or "historical" in fields or not isinstance(published_at, str):
            return fields
        is_old = now - datetime.fromisoformat(published_at) > HISTORICAL_AFTER
        return fields | {"historical": True} if is_old else fields


def split_batches(records: Iterable[Record], *, start: FileOffset, size: int) -> Iterator[list[Record]]:
    """Yield batches of up to `size` records and about BATCH_BYTES; the first begins at `start`."""
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) == size or record.end.offset - start.offset >= BATCH_BYTES:
            yield batch
            batch, start = [], record.end
    if batch:
        yield batch


def get_kind(detail: str) -> str:
    """Return the kind of a problem: its text without values, numbers and the cure."""
    match = _VALUE.fullmatch(detail)
    text = f"{match['field']}: {match['problem']}" if match else detail
    return _VARYING.sub("…", re.split(r"[;(]", text, maxsplit=1)[0]).strip(" .")


def _count_kind(kinds: dict[str, KindCount], line: int, detail: str) -> None:
    kind = get_kind(detail)
    if kind not in kinds and len(kinds) >= MAX_KINDS:
        kind = OTHER_KINDS
    if kind in kinds:
        kinds[kind].count += 1
    else:
        kinds[kind] = KindCount(1, line, detail)


def _count_ignored(names: Iterable[str], data: Mapping[str, object], progress: ImportProgress) -> None:
    for name in names:
        key = name[:MAX_NAME_CHARACTERS]
        if data[name] not in (None, "") and (key in progress.ignored or len(progress.ignored) < MAX_IGNORED_NAMES):
            progress.ignored[key] = progress.ignored.get(key, 0) + 1


def _count_historical(item_ids: Sequence[str]) -> int:
    if not item_ids:
        return 0
    return Item.objects.order_by().filter(item_id__in=in_array(item_ids), is_historical=True).count()

"""Load the shipped book of instruments into the database, and later ones when the site is upgraded."""

import hashlib
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.db import transaction

from common import symbol_tables, symbols
from news.instruments import book
from news.instruments.book import InstrumentRecord, load_shipped

BATCH = 1_000
# What the shipped book follows from, beside the library. To compare these is faster than to load the book.
SOURCES = [Path(str(module.__file__)) for module in (book, symbols, symbol_tables)]
COLUMNS = ("name", "kind", "aliases", "exclusions")


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a newer shipped book has changed: symbols, each list in order. `kept`: edited here, and left alone."""

    added: list[str]
    changed: list[str]
    removed: list[str]
    kept: list[str]

    def __str__(self) -> str:
        return f"added={len(self.added)} changed={len(self.changed)} removed={len(self.removed)} kept={len(self.kept)}"


def get_digest() -> str:
    """Return the SHA-256 of what the shipped book is made from."""
    digest = hashlib.sha256(version("pytickersymbols").encode())
    for path in [*SOURCES, *sorted(book.SHIPPED.glob("*.csv"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def sync_shipped(apps: Apps, *, using: str) -> SyncResult:
    """Make the stored book that of this release, except for what was edited, added or deleted here.

    What the shipped book no longer has is removed: it may have a new symbol, under which it has the same names.
    apps: has the models, in the state that a migration has reached.
    """
    records = load_shipped()
    instruments = apps.get_model("news", "Instrument").objects.using(using)
    books = apps.get_model("news", "InstrumentBook").objects.using(using)
    with transaction.atomic(using=using):
        row, _ = books.select_for_update().get_or_create(pk=1)
        shipped = {record.symbol: record for record in records if record.symbol not in row.removed}
        stored = {instrument.symbol: instrument for instrument in instruments.all()}
        kept = {symbol for symbol, instrument in stored.items() if instrument.is_edited}
        added = [record for symbol, record in shipped.items() if symbol not in stored]
        changed = [
            record
            for symbol, record in shipped.items()
            if symbol in stored and symbol not in kept and _differs(stored[symbol], record)
        ]
        removed = sorted(stored.keys() - shipped.keys() - kept)
        instruments.filter(symbol__in=removed).delete()
        rows = [instruments.model(symbol=record.symbol, **make_columns(record)) for record in [*added, *changed]]
        instruments.bulk_create(rows, BATCH, update_conflicts=True, unique_fields=["symbol"], update_fields=[*COLUMNS])
        row.shipped = get_digest()
        row.version = max(row.version + 1, time.time_ns())
        row.save()
    return SyncResult(
        sorted(record.symbol for record in added),
        sorted(record.symbol for record in changed),
        removed,
        sorted(kept & shipped.keys()),
    )


def sync_after_migrate(apps: Apps, *, using: str, verbosity: int) -> None:
    """Load the shipped book if it is not the one that was loaded, and print what that changes."""
    if "removed" not in {field.name for field in apps.get_model("news", "InstrumentBook")._meta.get_fields()}:
        return  # after a backward migration
    row = apps.get_model("news", "InstrumentBook").objects.using(using).filter(pk=1).first()
    if row is None or row.shipped == get_digest():
        return
    result = sync_shipped(apps, using=using)
    if verbosity:
        print(f"  Instruments of this release: {result}")
        for name in ("added", "changed", "removed", "kept"):
            if symbols := getattr(result, name):
                print(f"    {name}: {', '.join(symbols[:50])}{' …' if len(symbols) > 50 else ''}")


def make_columns(record: InstrumentRecord) -> dict[str, Any]:
    """Return a record as the values of a row, without its symbol."""
    return {
        "name": record.name,
        "kind": record.kind,
        "aliases": [*record.aliases],
        "exclusions": [*record.exclusions],
    }


def _differs(instrument: Any, record: InstrumentRecord) -> bool:
    return any(getattr(instrument, name) != value for name, value in make_columns(record).items())

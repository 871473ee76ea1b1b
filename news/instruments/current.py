"""The instruments as they are now, in every process within CHECK_SECONDS of a change by any of them."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from common.database import is_unavailable
from news.instruments.book import InstrumentRecord, load_shipped
from news.models import Instrument, InstrumentBook, InstrumentKind

if TYPE_CHECKING:
    from news.instruments.tagging import Matcher

CHECK_SECONDS = 2.0

logger = structlog.get_logger(__name__)


class CurrentBook:
    """One version of the book of instruments.

    version: None for the shipped book, if nothing is stored. records: by symbol. topics: their symbols.
    """

    def __init__(self, version: int | None, records: Iterable[InstrumentRecord]) -> None:
        self.version = version
        self.records = {record.symbol: record for record in records}
        self.topics = frozenset(
            record.symbol for record in self.records.values() if record.kind == InstrumentKind.TOPIC
        )
        self._matcher: Matcher | None = None
        self._lock = Lock()

    def get_name(self, symbol: str) -> str:
        """Return the name of an instrument by its canonical symbol, "" if it is unknown."""
        record = self.records.get(symbol)
        return record.name if record else ""

    @property
    def has_matcher(self) -> bool:
        """Whether a text was tagged with it."""
        return self._matcher is not None

    def get_matcher(self) -> "Matcher":
        """Return the matcher, which is compiled at the first call: processes that only show names do without it."""
        with self._lock:
            if self._matcher is None:
                from news.instruments.tagging import Matcher  # reads its word lists

                started = time.perf_counter()
                self._matcher = Matcher(self.records.values())
                seconds = round(time.perf_counter() - started, 3)
                logger.info("instruments_loaded", version=self.version, instruments=len(self.records), seconds=seconds)
            return self._matcher


class BookLoader:
    """Keeps the newest version of the book that this process has loaded, and looks for a newer one now and then.

    One thread checks, loads and compiles; the others use the previous version meanwhile.
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = Lock()
        self._book: CurrentBook | None = None
        self._check_at = 0.0
        self.has_database = True

    def get(self) -> CurrentBook:
        """Return the book, loaded again if its version has changed. Waits only while there is none."""
        if not self.has_database:
            return _get_shipped_book()
        book = self._book
        if book is not None and self._now() < self._check_at:
            return book
        if not self._lock.acquire(blocking=book is None) and book is not None:
            return book
        try:
            if self._book is None or self._now() >= self._check_at:
                self._check_at = self._now() + CHECK_SECONDS
                self._book = _load_if_changed(self._book)
            return self._book
        finally:
            self._lock.release()

    def expire(self) -> None:
        """Look for a new version at the next call."""
        self._check_at = 0.0


_loader = BookLoader()


def get_book() -> CurrentBook:
    """Return the instruments as they are now."""
    return _loader.get()


def get_matcher() -> "Matcher":
    """Return the matcher of the instruments as they are now."""
    return get_book().get_matcher()


def get_instrument_name(symbol: str) -> str:
    """Return the name of an instrument by its canonical symbol, "" if it is unknown."""
    return get_book().get_name(symbol)


def get_topics() -> frozenset[str]:
    """Return the symbols of the instruments that are topics."""
    return get_book().topics


@contextmanager
def without_database() -> Iterator[None]:
    """Use the shipped instruments and look for no others, for tools and tests that have no database."""
    _loader.has_database = False
    try:
        yield
    finally:
        _loader.has_database = True


def expire() -> None:
    """Look for a new version at the next call, in this process."""
    _loader.expire()


@receiver(post_save, sender=InstrumentBook)
def _on_change(**options: Any) -> None:
    expire()


def to_record(instrument: Instrument) -> InstrumentRecord:
    """Return a stored instrument as a record."""
    return InstrumentRecord(
        instrument.symbol, instrument.name, instrument.kind, tuple(instrument.aliases), tuple(instrument.exclusions)
    )


@cache
def _get_shipped_book() -> CurrentBook:
    return CurrentBook(None, load_shipped())


def _load_if_changed(book: CurrentBook | None) -> CurrentBook:
    """Return the stored book, or the given one if it is unchanged or the database is unavailable."""
    try:
        with _savepoint():
            row = InstrumentBook.objects.filter(pk=1).first()
            if book is not None and book.version == (row and row.version):
                return book
            records = _select_records(row)
    except DatabaseError as error:
        if not is_unavailable(error):
            raise
        if book is not None:
            return book
        row, records = None, load_shipped()
    loaded = CurrentBook(row.version if row else None, records)
    if book is not None and book.has_matcher:
        loaded.get_matcher()  # now, while other threads go on with the one before
    return loaded


def _savepoint() -> AbstractContextManager[Any]:
    """Return a savepoint inside a transaction, so that a missing table does not abort it.

    Outside of one it does nothing: on SQLite, a transaction would wait for writers.
    """
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def _select_records(row: InstrumentBook | None) -> list[InstrumentRecord]:
    """Return the stored instruments; those of the shipped book, too, if they were not loaded, or there are no others.

    A flush of the tables, as tests do it, leaves that state.
    """
    rows = Instrument.objects.order_by("symbol").values_list("symbol", "name", "kind", "aliases", "exclusions")
    stored = [
        InstrumentRecord(symbol, name, kind, tuple(aliases), tuple(exclusions))
        for symbol, name, kind, aliases, exclusions in rows
    ]
    if stored and row and row.shipped:
        return stored
    left_out = {record.symbol for record in stored}.union(row.removed if row else ())
    return stored + [record for record in load_shipped() if record.symbol not in left_out]

"""The shipped book in the database: loaded by migrations, upgraded around what was edited, left alone by a flush."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from news.instruments.book import load_shipped
from news.instruments.shipping import get_digest, make_columns, sync_after_migrate, sync_shipped
from news.models import Instrument, InstrumentBook
from tests.helpers.instruments import add_instrument

pytestmark = pytest.mark.django_db
migration = import_module("news.migrations.0021_instrument_book")


def sync():
    return sync_shipped(apps, using="default")


def test_migrated_database_has_the_shipped_book() -> None:
    stored = {each.symbol: make_columns_of(each) for each in Instrument.objects.all()}

    assert stored == {record.symbol: make_columns(record) for record in load_shipped()}
    assert InstrumentBook.objects.get().shipped == get_digest()
    assert not Instrument.objects.filter(is_edited=True).exists()


def make_columns_of(instrument: Instrument) -> dict[str, object]:
    return {name: getattr(instrument, name) for name in ("name", "kind", "aliases", "exclusions")}


def test_sync_upgrades_what_was_not_edited_and_leaves_the_rest() -> None:
    Instrument.objects.filter(symbol="AAPL").update(aliases=["Old"])
    Instrument.objects.filter(symbol="MSFT").update(aliases=["Mine"], is_edited=True)
    Instrument.objects.get(symbol="TSLA").delete()
    InstrumentBook.objects.update(removed=[])
    Instrument.objects.get(symbol="GM").delete()
    add_instrument(symbol="ZGONE", is_edited=False)
    add_instrument(symbol="ZMINE", name="Zorblax Mine")
    version = InstrumentBook.objects.get().version

    result = sync()

    assert (result.added, result.changed, result.removed, result.kept) == (["TSLA"], ["AAPL"], ["ZGONE"], ["MSFT"])
    assert "Apple" in Instrument.objects.get(symbol="AAPL").aliases
    assert Instrument.objects.get(symbol="MSFT").aliases == ["Mine"]
    assert set(Instrument.objects.filter(symbol__in=["TSLA", "GM", "ZGONE", "ZMINE"]).values_list("symbol")) == {
        ("TSLA",),
        ("ZMINE",),
    }
    assert InstrumentBook.objects.get().version > version
    assert sync().added == []


def test_instrument_deleted_and_added_again_is_shipped_again() -> None:
    Instrument.objects.filter(symbol__in=["GM", "TSLA"]).delete()
    assert InstrumentBook.objects.get().removed == ["GM", "TSLA"]

    Instrument.objects.create(symbol="GM", name="General Motors", kind="company")
    Instrument.objects.bulk_create([Instrument(symbol="TSLA", name="Tesla", kind="company")])

    assert InstrumentBook.objects.get().removed == []


def test_migrate_with_a_newer_book_loads_it_and_says_what_changed(capsys: pytest.CaptureFixture[str]) -> None:
    InstrumentBook.objects.update(shipped="of an older release")
    Instrument.objects.filter(symbol="AAPL").update(name="Apple Computer")

    call_command("migrate", verbosity=1)

    assert Instrument.objects.get(symbol="AAPL").name != "Apple Computer"
    assert (
        "Instruments of this release: added=0 changed=1 removed=0 kept=0\n    changed: AAPL" in capsys.readouterr().out
    )


def test_migrate_with_the_same_book_reads_one_row(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        sync_after_migrate(apps, using="default", verbosity=1)


@pytest.mark.django_db(transaction=True)
def test_flushed_tables_are_not_filled_again() -> None:
    call_command("flush", verbosity=0, interactive=False)

    assert not Instrument.objects.exists()
    assert not InstrumentBook.objects.exists()
    sync_after_migrate(apps, using="default", verbosity=1)
    assert not Instrument.objects.exists()


def test_migration_backward_removes_what_was_not_edited() -> None:
    add_instrument()

    migration.remove_shipped_book(apps, connection.schema_editor())

    assert [each.symbol for each in Instrument.objects.all()] == ["ZRBX"]

"""The instruments as a process has them: loaded again after a change, and without one as they are."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from news.instruments.book import load_shipped
from news.instruments.current import CHECK_SECONDS, BookLoader, get_book, get_instrument_name, get_matcher
from news.models import Instrument, InstrumentBook
from tests.helpers.instruments import add_instrument
from tests.helpers.random_sequence import Clock

pytestmark = pytest.mark.django_db
ZORBLAX = "Zorblax Industries opens a plant"


def find(title: str) -> list[str]:
    return [match.symbol for match in get_matcher().tag(title)]


def test_matcher_finds_an_instrument_as_soon_as_this_process_adds_it() -> None:
    assert find(ZORBLAX) in ([], ["MARKET"])

    instrument = add_instrument()
    assert find(ZORBLAX) == ["ZRBX"]
    assert get_instrument_name("ZRBX") == "Zorblax Industries"

    instrument.delete()
    assert "ZRBX" not in find(ZORBLAX)
    assert get_instrument_name("ZRBX") == ""


@pytest.mark.parametrize(
    "change",
    [
        lambda: Instrument.objects.filter(symbol="AAPL").update(name="Apple"),
        lambda: Instrument.objects.get(symbol="AAPL").save(),
        lambda: Instrument.objects.get(symbol="AAPL").delete(),
        lambda: Instrument.objects.filter(symbol="AAPL").delete(),
        lambda: Instrument.objects.bulk_create([Instrument(symbol="ZRBX", name="Zorblax", kind="company")]),
        lambda: Instrument.objects.bulk_update(Instrument.objects.filter(symbol="AAPL"), ["name"]),
    ],
)
def test_any_change_changes_the_version(change) -> None:
    before = InstrumentBook.objects.get().version

    change()

    assert InstrumentBook.objects.get().version > before


def test_change_that_is_rolled_back_leaves_no_version_that_another_change_gets() -> None:
    with transaction.atomic():
        add_instrument()
        assert find(ZORBLAX) == ["ZRBX"]
        transaction.set_rollback(True)

    add_instrument("ZOTH", "Zother Works")

    assert find(ZORBLAX) in ([], ["MARKET"])
    assert find("Zother Works opens") == ["ZOTH"]


def test_loader_checks_the_version_once_in_two_seconds(django_assert_num_queries) -> None:
    clock = Clock()
    loader = BookLoader(now=lambda: clock.now)
    book = loader.get()
    with django_assert_num_queries(0):
        clock.now += CHECK_SECONDS - 0.1
        assert loader.get() is book
    clock.now += 0.2
    with django_assert_num_queries(3):  # with a savepoint and its release: the test is a transaction
        assert loader.get() is book

    add_instrument()
    assert loader.get() is book

    clock.now += CHECK_SECONDS
    assert loader.get().get_name("ZRBX") == "Zorblax Industries"


def test_loader_without_tables_has_the_shipped_book() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE news_instrumentbook RENAME TO elsewhere")

    book = BookLoader().get()

    assert book.version is None
    assert book.get_name("AAPL")
    assert len(book.records) == len(load_shipped())
    assert Instrument.objects.exists()  # the transaction goes on


@pytest.mark.django_db(transaction=True)
def test_flushed_tables_leave_the_shipped_book_and_what_is_added() -> None:
    call_command("flush", verbosity=0, interactive=False)
    loader = BookLoader()
    assert len(loader.get().records) == len(load_shipped())

    add_instrument()
    loader.expire()

    assert loader.get().get_name("ZRBX")
    assert loader.get().get_name("AAPL")


@pytest.mark.django_db(transaction=True)
def test_threads_go_on_with_the_old_book_while_one_loads() -> None:
    call_command("flush", verbosity=0, interactive=False)
    is_loading, may_go_on = threading.Event(), threading.Event()
    loader = BookLoader()
    old = loader.get()

    def load() -> str:
        def wait(execute, *arguments):
            is_loading.set()
            assert may_go_on.wait(60)
            return execute(*arguments)

        with connection.execute_wrapper(wait):
            name = loader.get().get_name("ZRBX")
        connection.close()
        return name

    add_instrument()
    loader.expire()
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(load)
        assert is_loading.wait(60)
        assert loader.get() is old
        may_go_on.set()
        assert loading.result(60) == "Zorblax Industries"
    assert loader.get() is not old
    assert get_book().get_name("ZRBX")

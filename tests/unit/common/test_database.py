"""Statements that run too long are stopped, and the connection is as it was; bugs are not taken for a dead database."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import DataError, InterfaceError, OperationalError, ProgrammingError, connection

from common.database import (
    StatementTimeout,
    close_connection_to_replaced_file,
    is_stopped,
    is_unavailable,
    limit_statements,
)
from tests.helpers.queries import ENDLESS, execute

MILLION = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000000) "


@pytest.mark.django_db(transaction=True)
def test_limit_statements_endless_statement_is_stopped_and_the_connection_stays_usable(settings: LazySettings) -> None:
    settings.STATEMENT_TIMEOUT_SECONDS = 0.2

    with pytest.raises(StatementTimeout, match=r"0\.2 s"), limit_statements():
        execute(ENDLESS)

    assert execute("SELECT 1") == 1


@pytest.mark.django_db(transaction=True)
def test_limit_statements_rows_that_take_too_long_are_stopped_while_they_are_fetched(settings: LazySettings) -> None:
    settings.STATEMENT_TIMEOUT_SECONDS = 0.2
    endless_after_a_row = ENDLESS.replace("SELECT count(*) FROM numbers", "SELECT n FROM numbers WHERE n = 1")

    with pytest.raises(StatementTimeout), limit_statements():
        execute(endless_after_a_row, all_rows=True)


@pytest.mark.django_db(transaction=True)
def test_limit_statements_ends_with_the_block(settings: LazySettings) -> None:
    settings.STATEMENT_TIMEOUT_SECONDS = 0.01
    with limit_statements():
        execute("SELECT 1")

    assert execute(f"{MILLION} SELECT count(*) FROM numbers") == 1_000_000  # takes longer than that


@pytest.mark.django_db(transaction=True)
def test_limit_statements_covers_a_connection_that_is_opened_in_the_block(settings: LazySettings) -> None:
    settings.STATEMENT_TIMEOUT_SECONDS = 0.2

    with limit_statements():
        execute("SELECT 1")
        connection.close()
        with pytest.raises(OperationalError) as caught:
            execute(ENDLESS)

    assert is_stopped(caught.value)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["SELECT missing FROM news_item", "SELEC 1"])
def test_is_unavailable_wrong_statement_is_a_bug(statement: str) -> None:
    with pytest.raises((OperationalError, ProgrammingError)) as caught:
        execute(statement)

    assert not is_unavailable(caught.value)


@pytest.mark.django_db
def test_is_unavailable_missing_table_means_that_migrations_are_missing() -> None:
    with pytest.raises((OperationalError, ProgrammingError)) as caught:
        execute("SELECT 1 FROM no_such_table")

    assert is_unavailable(caught.value)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OperationalError("server closed the connection"), True),
        (InterfaceError("connection already closed"), True),
        (StatementTimeout(), True),
        (ProgrammingError("can't adapt type"), False),
        (DataError("out of range"), False),
        (TypeError("unexpected argument"), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_is_unavailable_by_class(error: Exception, expected: bool) -> None:
    assert is_unavailable(error) is expected


@pytest.mark.sqlite
def test_is_unavailable_locked_sqlite(tmp_path) -> None:
    first, second = (sqlite3.connect(tmp_path / "x.sqlite3", timeout=0, isolation_level=None) for _ in range(2))
    first.execute("BEGIN EXCLUSIVE")
    with pytest.raises(sqlite3.OperationalError) as caught:
        second.execute("BEGIN EXCLUSIVE")
    first.close()
    second.close()
    error = OperationalError("database is locked")
    error.__cause__ = caught.value

    assert is_unavailable(error)


@pytest.mark.django_db(transaction=True)
@pytest.mark.sqlite
def test_connection_to_a_file_that_was_replaced_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "site.sqlite3"
    monkeypatch.setitem(connection.settings_dict, "NAME", str(path))

    def make_file(number: int) -> None:
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as other:
            other.executescript(f"CREATE TABLE numbers AS SELECT {number} AS number")

    def get_before_and_after() -> list[int]:
        numbers = []
        for number in (1, 2):
            make_file(number)
            for _ in range(2):
                close_connection_to_replaced_file()
                numbers.append(execute("SELECT number FROM numbers"))
        connection.close()
        return numbers

    with ThreadPoolExecutor(1) as other_thread:  # with a connection of its own
        assert other_thread.submit(get_before_and_after).result() == [1, 1, 2, 2]

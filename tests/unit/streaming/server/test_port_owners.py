"""Which processes own a port: by address, by database, and only while they live."""

import os
import shutil
import socket
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection

from streaming.server import port_owners
from streaming.server.port_owners import PortOwner, can_meet, find_owners, get_database_id, startup_lock
from tests.helpers.ports import free_port


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "0.0.0.0"),
        ("10.0.0.5", "0.0.0.0"),
        ("10.0.0.5", "::"),
        ("2001:db8::1", "::"),
        ("127.0.0.1", "::1"),
        ("10.0.0.5", "::ffff:10.0.0.5"),
        ("2001:db8::1", "2001:DB8:0::1"),
    ],
)
def test_can_meet_of_addresses_that_share_clients_is_true(first: str, second: str) -> None:
    assert can_meet(first, second)
    assert can_meet(second, first)


@pytest.mark.parametrize(
    ("first", "second"), [("10.0.0.5", "10.0.0.6"), ("127.0.0.1", "127.0.0.2"), ("2001:db8::1", "0.0.0.0")]
)
def test_can_meet_of_different_addresses_is_false(first: str, second: str) -> None:
    assert not can_meet(first, second)
    assert not can_meet(second, first)


def test_find_owners_returns_those_of_the_port_until_they_end() -> None:
    port = free_port()
    owner = PortOwner(port, "::1", "an-id", os.getpid())

    with owner.register(), PortOwner(port + 1, "::1", "an-id", 1).register():
        assert find_owners(port, "127.0.0.1") == [owner]
        assert find_owners(port, "10.0.0.1") == []
    assert find_owners(port, "127.0.0.1") == []


@pytest.mark.parametrize("name", ["", "/", "/8000", "/x/::1/id/1", "/1/::1/id/1/2/more", "/starting/8000"])
def test_find_owners_ignores_other_names(name: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(f"\0{port_owners.PREFIX}{name}")

        assert find_owners(1, "::1") == []


def test_startup_lock_is_held_by_one_at_a_time() -> None:
    running: list[int] = []
    counts: list[int] = []

    def start(number: int) -> None:
        with startup_lock("a test of locks"):
            running.append(number)
            counts.append(len(running))
            running.remove(number)

    threads = [Thread(target=start, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counts == [1] * 8


@pytest.mark.django_db(transaction=True)
def test_get_database_id_is_the_same_for_each_connection() -> None:
    first = get_database_id()
    connection.close()

    assert get_database_id() == first


@pytest.mark.django_db
@pytest.mark.sqlite
def test_get_database_id_of_a_copy_is_another(tmp_path: Path) -> None:
    name = connection.settings_dict["NAME"]
    copy = shutil.copy(name, tmp_path)
    (tmp_path / "link").symlink_to(name)
    ids = []
    for path in (name, copy, tmp_path / "link"):
        connection.settings_dict["NAME"] = str(path)
        ids.append(get_database_id())
    connection.settings_dict["NAME"] = name

    assert ids[0] != ids[1]
    assert ids[0] == ids[2]

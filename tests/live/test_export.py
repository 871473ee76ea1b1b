"""Exports over real sockets: complete or visibly cut, and never held by a client that has left."""

import gzip
import json
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from pathlib import Path

import pytest

from tests.helpers.server import SERVE_COMMANDS, Server, base_environment
from tests.helpers.waiting import until

ITEMS = 4_000
EXPORT = "/api/v2/export"


@pytest.fixture(scope="module")
def filled_database(tmp_path_factory: pytest.TempPathFactory, fresh_database: tuple[Path, str]) -> Path:
    """Return a database with ITEMS items, to be copied."""
    folder = tmp_path_factory.mktemp("filled")
    shutil.copy(fresh_database[0], folder)
    Server(base_environment(folder), port=0, token="").append_historical(0, ITEMS)
    return folder / fresh_database[0].name


@pytest.fixture(autouse=True)
def _database(tmp_path: Path, filled_database: Path) -> None:
    shutil.copy(filled_database, tmp_path)  # where `start_server` looks for one


@contextmanager
def open_export(server: Server, query: str = "", *, receive_buffer: int | None = None) -> Iterator[HTTPResponse]:
    """Request an export, and read its headers only. What does not fit into the buffer stays in the server."""
    with closing(socket.socket()) as client:
        if receive_buffer is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1460)
        client.settimeout(60)
        client.connect(("127.0.0.1", server.port))
        connection = HTTPConnection("127.0.0.1", server.port)
        connection.sock = client
        connection.request("GET", EXPORT + query, headers={"Accept-Encoding": "gzip" if "gzip" in query else ""})
        with connection.getresponse() as response:
            yield response


def get_status(server: Server) -> int:
    with open_export(server, "?limit=1") as response:
        return response.status


@pytest.mark.parametrize("command", SERVE_COMMANDS.values(), ids=SERVE_COMMANDS)
def test_export_is_complete_and_its_slot_is_free_at_the_end(
    start_clean_server: Callable[..., Server], command: tuple[str, ...]
) -> None:
    server = start_clean_server(command=command)

    for _ in range(2):
        with open_export(server) as response:
            lines = response.read().splitlines()
        assert [json.loads(line)["seq"] for line in lines] == [*range(1, ITEMS + 1)]
    with open_export(server, "?q=gzip*&_=1") as response:
        assert gzip.decompress(response.read()) == b""


def test_export_client_leaves_slot_is_free(start_clean_server: Callable[..., Server]) -> None:
    server = start_clean_server()

    with open_export(server, receive_buffer=4_096) as response:
        assert response.read(1_000)
        assert get_status(server) == 429

    until(lambda: get_status(server) == 200, what="slot")


def test_export_client_stops_reading_is_cut(start_clean_server: Callable[..., Server]) -> None:
    server = start_clean_server(STREAM_WRITE_TIMEOUT_SECONDS=1)

    with open_export(server, receive_buffer=4_096) as response:
        until(lambda: get_status(server) == 200, what="slot")

        with pytest.raises((IncompleteRead, ConnectionResetError)):
            response.read()


def test_export_database_fails_on_the_way_response_is_cut(start_server: Callable[..., Server], tmp_path: Path) -> None:
    server = start_server()

    with open_export(server, receive_buffer=4_096) as response:
        assert response.read(1_000)
        with closing(sqlite3.connect(tmp_path / "site.sqlite3")) as database:
            database.execute("ALTER TABLE news_item RENAME TO gone")
            database.commit()
        with pytest.raises((IncompleteRead, ConnectionResetError)):
            response.read()

    until(lambda: "export_failed" in server.log.read_text(), what="log line")

"""Count the project's files and functions between an item and its readers, by running both paths.

`.venv/bin/python scripts/count_path.py [--files]`: starts the site on Daphne with an empty SQLite database, and counts

1. from `POST /api/v2/items` of one item to the bytes of that item in an open stream;
2. from a stream request with `Last-Event-ID` to the first replayed event.

A function counts if it runs in each of several rounds, in any thread, so periodic work that falls into one round does
not count. Caches are filled and modules imported before. Another checkout is counted with
`--root PATH --server-class module:Class`.
"""

import json
import os
import socket
import sys
import tempfile
import threading
import time
import tomllib
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from importlib import import_module
from io import StringIO
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SERVER_CLASS = "streaming.server.daphne_server:StreamServer"
ROUNDS = 20
TIMEOUT_SECONDS = 60

Function = tuple[str, str]  # path below the root, qualified name


class CallRecorder:
    """Records which functions of the project are called, in all threads that start after `install`."""

    def __init__(self, root: Path) -> None:
        configuration = tomllib.loads((root / "pyproject.toml").read_text())
        packages = configuration["tool"]["importlinter"]["root_packages"]
        self._prefixes = tuple(f"{root / package}{os.sep}" for package in packages)
        self._root = f"{root}{os.sep}"
        self._calls: dict[Function, None] | None = None  # an ordered set

    def install(self) -> None:
        """Profile this thread and every thread started from now on."""
        threading.setprofile(self._on_event)
        sys.setprofile(self._on_event)

    @contextmanager
    def record(self) -> Iterator[dict[Function, None]]:
        """Give an ordered set, to which every function called inside the context is added."""
        self._calls = calls = dict[Function, None]()
        try:
            yield calls
        finally:
            self._calls = None

    def _on_event(self, frame: FrameType, event: str, argument: object) -> None:
        calls = self._calls  # another thread may end the recording meanwhile
        if calls is None or event != "call":
            return
        code = frame.f_code
        is_named = not code.co_qualname.endswith(">")  # neither a lambda nor a comprehension
        if is_named and code.co_filename.startswith(self._prefixes):
            calls[code.co_filename.removeprefix(self._root), code.co_qualname] = None


class Client:
    """Posts items to the site and opens streams of it."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._posted = 0

    def post_item(self) -> None:
        """Post an item unlike those before."""
        self._posted += 1
        record = {"title": f"Apple profit rises in quarter {self._posted}", "ticker": "AAPL"}
        self._call("POST", "/api/v2/items", json.dumps(record))

    def open_stream(self, last_event_id: str = "") -> socket.socket:
        """Send a stream request and return its connection."""
        resume = f"Last-Event-ID: {last_event_id}\r\n" if last_event_id else ""
        stream = socket.create_connection(("127.0.0.1", self._port), TIMEOUT_SECONDS)
        stream.sendall(f"GET /api/v2/stream HTTP/1.1\r\nHost: localhost\r\n{resume}\r\n".encode())
        return stream

    def wait_until_closed(self) -> None:
        """Return when the site has closed every stream, so that closing one is not counted with the next."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while self._call("GET", "/api/v2/stream/status")["connections"]:
            if time.monotonic() > deadline:
                sys.exit(f"A stream is still open {TIMEOUT_SECONDS} s after its client left.")
            time.sleep(0.01)

    def _call(self, method: str, path: str, body: str = "") -> dict[str, Any]:
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_SECONDS)) as connection:
            connection.request(method, path, body, self._headers)
            response = connection.getresponse()
            text = response.read().decode()
        if response.status >= 300:
            sys.exit(f"{method} {path}: status {response.status}: {text}")
        return dict(json.loads(text))


def receive_until(stream: socket.socket, text: str) -> str:
    """Return what a stream sends up to the end of the event that has `text`."""
    received = ""
    while text not in received or "\n\n" not in received.partition(text)[2]:
        chunk = stream.recv(65_536)
        if not chunk:
            sys.exit(f"The stream ended before {text!r}; it sent {received!r}.")
        received += chunk.decode()
    return received


def in_every_round(rounds: list[dict[Function, None]]) -> list[Function]:
    """Return the functions that every round has, in the order of the first."""
    return [function for function in rounds[0] if all(function in calls for calls in rounds)]


def count_paths(client: Client, recorder: CallRecorder) -> dict[str, list[Function]]:
    """Run both paths, each once before it is recorded, and return the functions of each."""
    with client.open_stream() as stream:
        cursor = receive_until(stream, "event: metrics").rpartition("id: ")[2].partition("\n")[0]
        rounds = [record_post(client, stream, recorder) for _ in range(1 + ROUNDS)]
    result = {"POST /api/v2/items to the item in an open stream": in_every_round(rounds[1:])}
    rounds = [record_replay(client, cursor, recorder) for _ in range(1 + ROUNDS)]
    return result | {"request with Last-Event-ID to the first replayed event": in_every_round(rounds[1:])}


def record_post(client: Client, stream: socket.socket, recorder: CallRecorder) -> dict[Function, None]:
    """Return the functions called from a POST to its item in an open stream."""
    post = threading.Thread(target=client.post_item)
    with recorder.record() as calls:
        post.start()
        receive_until(stream, "event: new_item")
    post.join()
    return calls


def record_replay(client: Client, cursor: str, recorder: CallRecorder) -> dict[Function, None]:
    """Return the functions called from a stream request to the first event after `cursor`."""
    client.wait_until_closed()
    with recorder.record() as calls:
        stream = client.open_stream(cursor)
        receive_until(stream, "event: new_item")
    stream.close()
    return calls


def run_site(options: Namespace, folder: Path) -> dict[str, list[Function]]:
    """Serve the site from a database in `folder` and return the functions of both paths."""
    os.environ |= {
        "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3",
        "DJANGO_SETTINGS_MODULE": "sentiment_site.settings",
        "SAMPLE_FEED": "0",
    }
    for name in ("REDIS_URL", "GRIP_URL"):
        os.environ.pop(name, None)
    sys.path.insert(0, str(options.root))
    recorder = CallRecorder(options.root)
    recorder.install()
    application = import_module("sentiment_site.asgi").application
    management = import_module("django.core.management")
    management.call_command("migrate", verbosity=0)
    output = StringIO()
    management.call_command("create_token", "--scope", "ingest", stdout=output)
    module, _, name = options.server_class.partition(":")
    server_class = getattr(import_module(module), name)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    client = Client(listener.getsockname()[1], output.getvalue().strip())
    endpoint = f"fd:fileno={listener.detach()}"  # the server closes it
    server = server_class(application, endpoints=[endpoint], signal_handlers=False)
    result: Future[dict[str, list[Function]]] = Future()

    def measure() -> None:
        try:
            result.set_result(count_paths(client, recorder))
        except BaseException as error:  # also SystemExit: the main thread raises it
            result.set_exception(error)
        import_module("twisted.internet.reactor").callFromThread(
            getattr(server, "shut_down", None) or server.drain
        )  # `drain` before 0.2.0

    threading.Thread(target=measure).start()
    server.run()
    return result.result()


def main() -> None:
    """Print the number of files and functions of both paths, and their names if asked for."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--files", action="store_true", help="list files and functions in the order of their first call"
    )
    parser.add_argument("--root", type=Path, default=ROOT, help="checkout to count (default: this one)")
    parser.add_argument("--server-class", default=SERVER_CLASS, metavar="MODULE:CLASS", help="default: %(default)s")
    options = parser.parse_args()
    options.root = options.root.resolve()
    with tempfile.TemporaryDirectory() as folder:
        paths = run_site(options, Path(folder))
    for title, functions in paths.items():
        by_file: dict[str, list[str]] = {}
        for path, name in functions:
            by_file.setdefault(path, []).append(name)
        print(f"{title}: {len(by_file)} files, {len(functions)} functions")
        if options.files:
            for path, names in by_file.items():
                print(f"  {path}: {', '.join(names)}")


if __name__ == "__main__":
    main()

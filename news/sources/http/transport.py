"""Send one HTTP/1.1 request over a connection of its own, and read the response as tolerantly as browsers do.

httpx2's own transport rejects a response for any deviation from the grammar (h11): docs/decisions/0020.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException

import httpx2

from news.sources.http.deadline import Deadline
from news.sources.http.response_reader import ResponseError, ResponseReader


class TolerantTransport(httpx2.BaseTransport):
    """Connects to the host of a request's URL, which is an address, and closes the connection after the response.

    Extensions of a request: `sni_hostname`, the name that the certificate must have; `timeout`, as httpx2 sets it;
    `deadline`, which closes the connection when its time is over. Extension of a response: `reader`, a ResponseReader.
    """

    def __init__(self) -> None:
        self._ssl_context = httpx2.create_ssl_context()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request and return the response. Errors: those of httpx2."""
        with ExitStack() as resources:
            connection = self._connect(request, resources)
            file = resources.enter_context(connection.makefile("rb"))
            with _translated_errors():
                _send(request, connection)
                reader = ResponseReader(file)
            body = _Body(reader, resources.pop_all())
        return httpx2.Response(reader.status, headers=reader.headers, stream=body, extensions={"reader": reader})

    def _connect(self, request: httpx2.Request, resources: ExitStack) -> socket.socket:
        url, timeout = request.url, request.extensions.get("timeout", {})
        deadline: Deadline | None = request.extensions.get("deadline")
        try:
            address = url.host, url.port or (443 if url.scheme == "https" else 80)
            connection = resources.enter_context(socket.create_connection(address, timeout.get("connect")))
            if deadline:  # a duplicate: the TLS handshake, which the deadline must be able to end, takes the original
                deadline.add(resources.enter_context(connection.dup()))
            if url.scheme == "https":
                name = request.extensions.get("sni_hostname", url.host)
                connection = self._ssl_context.wrap_socket(connection, server_hostname=name)
                resources.enter_context(connection)
        except TimeoutError as error:
            raise httpx2.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpx2.ConnectError(str(error)) from error
        connection.settimeout(timeout.get("read"))
        return connection


class _Body(httpx2.SyncByteStream):
    """The body of a response. A connection that is reset ends it, as one that is closed does."""

    def __init__(self, reader: ResponseReader, resources: ExitStack) -> None:
        self._reader = reader
        self._resources = resources

    def __iter__(self) -> Iterator[bytes]:
        with _translated_errors():
            try:
                yield from self._reader.iter_body()
            except ConnectionError:
                self._reader.is_complete = False

    def close(self) -> None:
        self._resources.close()


def _send(request: httpx2.Request, connection: socket.socket) -> None:
    sender = HTTPConnection(request.url.host)
    sender.sock = connection
    sender.putrequest(request.method, request.url.raw_path.decode("ascii"), skip_host=True, skip_accept_encoding=True)
    for name, value in request.headers.raw:
        if name.lower() != b"connection":
            sender.putheader(name, value)
    sender.putheader("Connection", "close")
    sender.endheaders()


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Raise what goes wrong as errors of httpx2."""
    try:
        yield
    except TimeoutError as error:
        raise httpx2.ReadTimeout(str(error)) from error
    except ssl.SSLError as error:
        raise httpx2.ReadError(str(error)) from error
    except OSError as error:
        raise httpx2.ReadError(str(error)) from error
    except (ResponseError, HTTPException, ValueError) as error:  # the last two for a header that can't be sent
        raise httpx2.RemoteProtocolError(str(error)) from error

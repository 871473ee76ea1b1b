"""One client's connection on Twisted: its deadlines, its backpressure, and the stream that it takes from Django."""

import asyncio
import re
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.client import responses
from typing import Any

import daphne.server  # noqa: F401 - before any other import of Twisted: it installs the reactor
import orjson
from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.internet.interfaces import IPushProducer
from twisted.internet.tcp import Connection as TCPConnection
from twisted.web import http
from twisted.web.http_headers import Headers
from zope.interface import implementer

from common.client_ip import find_client_ip
from common.rate_limit import make_address_key
from streaming.broker.fanout import encode_http_chunk
from streaming.broker.service import get_service
from streaming.http.errors import join_address
from streaming.http.response import DETACH
from streaming.http.stream import DetachableStream
from streaming.http.subscription import Subscription
from streaming.server.known_streams import FORWARDED_FOR, KnownStream, RequestKey, make_key
from streaming.server.private_names import Feature, is_available

HEADERS_TIMEOUT_SECONDS = 20.0  # from the first byte of a request to the end of its headers
BODY_TIMEOUT_SECONDS = 120.0  # from the end of the headers to the end of the body

ABSOLUTE_TARGET = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_NO_HEADERS = Headers()


class StreamChannel(http.HTTPChannel):
    """One connection. A request must arrive in time; during a stream only the end of the connection is awaited."""

    stream: DetachableStream | None = None
    _deadline: Any = None
    _is_receiving = False  # and has not arrived completely
    _ignores_input = False

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Parse received bytes; the first of a request start its deadline, unless they are all of it."""
        self._is_receiving = self._is_receiving or bool(self.line_mode)
        super().dataReceived(data)
        if self._is_receiving and self._deadline is None:
            self._set_deadline(HEADERS_TIMEOUT_SECONDS)

    def allHeadersReceived(self) -> None:  # noqa: N802 - Twisted's name
        """Go on to the body. GET and HEAD must not have one: no view reads it."""
        if self.length != 0:
            self._set_deadline(BODY_TIMEOUT_SECONDS)
        super().allHeadersReceived()
        method = getattr(self, "_command", b"")
        if self.length != 0 and method in (b"GET", b"HEAD"):
            self._reject_request(f"A {method.decode()} with a body: send the request without one.")

    def allContentReceived(self) -> None:  # noqa: N802 - Twisted's name
        """Pass the complete request on."""
        self._is_receiving = False
        self._set_deadline(None)
        super().allContentReceived()

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Parse the bytes of a body, or buffer those of the next request."""
        # While Twisted buffers pipelined requests it can stop reading, and then does not see the client disconnect.
        if not self._ignores_input:
            super().rawDataReceived(data)

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - Twisted's name
        """Release everything."""
        self._is_receiving = False
        self._set_deadline(None)
        super().connectionLost(reason)
        if self.stream is not None:
            self.stream.release()

    def begin_stream(self) -> None:
        """Answer no further request on this connection: ignore what the client sends from now on."""
        self._ignores_input = True
        self.persistent = False
        getattr(self, "_dataBuffer", []).clear()
        self.transport.resumeProducing()

    def _set_deadline(self, seconds: float | None) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.callLater(seconds, self.forceAbortClient)

    def _reject_request(self, detail: str) -> None:
        body = orjson.dumps({"detail": detail})
        head = b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
        self.transport.write(head + b"Connection: close\r\n\r\n" + body)
        self._ignores_input = True
        self.loseConnection()


@implementer(IPushProducer)
class StreamRequest(WebRequest):
    """A request whose sender can wait for a slow client, and that can take a stream from Django.

    Daphne itself never waits: all that a client has not read piles up in memory.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.send_now: Callable[[bytes], int] | None = None  # the socket's own send; returns how many bytes it took
        self.is_full = False  # whether the client has yet to read what it was sent
        self.full_since = float("inf")  # monotonic time
        self._drained: asyncio.Future[None] | None = None
        self._stream: DetachableStream | None = None
        self._is_started = False
        self._key: RequestKey | None = None  # under which the answer is kept, if it can be
        self._head = b""  # status line and headers that are to be sent with the first chunk
        # Django parses forms; Twisted would do it before, on the event loop, and hold a second copy of an upload.
        super().__init__(*args, **kwargs | {"parsePOSTFormSubmission": False})

    def process(self) -> Any:
        """Pass a complete request on to the application."""
        # Daphne would let any client set the path at which the site is mounted.
        self.requestHeaders.removeHeader(b"daphne-root-path")
        self._parse_absolute_target()
        known_streams = self.server.known_streams
        if known_streams is not None and self.is_plain_tcp and (key := make_key(self)) is not None:
            answer = known_streams.find(key)
            if answer is not None and self._open_known(answer):
                return None
            self._key = key
        return super().process()

    def _parse_absolute_target(self) -> None:
        """Take host and path from a target in absolute form, as clients send it to proxies (RFC 9112, 3.2.2)."""
        match = ABSOLUTE_TARGET.fullmatch(self.uri)
        if match is None:
            return
        authority, path = match.groups()
        self.uri: bytes = path if path.startswith(b"/") else b"/" + path
        self.path: bytes = self.uri.partition(b"?")[0]
        self.requestHeaders.setRawHeaders(b"Host", [authority])  # which replaces the header

    @property
    def is_plain_tcp(self) -> bool:
        """Whether a stream can write to the socket itself: not through TLS or HTTP/2."""
        is_plain = isinstance(self.transport, TCPConnection) and not self.isSecure()
        return is_plain and isinstance(self.channel, StreamChannel)

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Pass a message of the application on to the client."""
        if self.finished or self.channel is None:
            return
        if message["type"] == DETACH:
            self._take_stream(message["stream"])
            return
        if message["type"] == "http.response.start":
            self._begin_response(message.get("headers", ()))
        super().handle_reply(message)

    def setResponseCode(self, code: int, message: bytes | None = None) -> None:  # noqa: N802 - Twisted's name
        """Set status and reason. Twisted lacks the reasons of some, 429 among them."""
        super().setResponseCode(code, message or responses.get(code, "Unknown").encode())

    def handle_exception(self, exception: Exception) -> None:
        """Answer 500 for an application that failed; if a response has begun, close the connection instead."""
        if self._is_started:
            self.abort()
        else:
            super().handle_exception(exception)

    def abort(self) -> None:
        """Close the connection at once."""
        if not self.finished and self.channel is not None:
            self.channel.forceAbortClient()

    # --- streaming.http.stream.Connection

    def send(self, chunk: bytes) -> None:
        """Send a chunk. The first of a known stream goes to the socket with its head, others through Twisted."""
        data = encode_http_chunk(chunk) if self.chunked else chunk
        if self._head:
            head, self._head = self._head, b""
            self._send_now(head + data)
        else:
            self.write_buffered(data)

    def write_buffered(self, rest: bytes) -> None:
        """Send through Twisted the bytes that `send_now` did not take, without waiting."""
        self.transport.write(rest)
        self._wait_until_drained()

    async def until_writable(self) -> None:
        """Wait until the client has read what it was sent."""
        if self.is_full:
            self._drained = self._drained or asyncio.get_running_loop().create_future()
            await asyncio.shield(self._drained)

    def end(self, last: bytes) -> None:
        """Send the last chunk, end the response and close the connection."""
        self.handle_reply({"type": "http.response.body", "body": last})

    # --- IPushProducer

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        """Called by Twisted when the client reads more slowly than it is sent to."""
        if not self.is_full:
            self.is_full, self.full_since = True, time.monotonic()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        """Called by Twisted when the client has caught up."""
        self.is_full, self.full_since = False, float("inf")
        drained, self._drained = self._drained, None
        if drained is not None:
            drained.set_result(None)
        if self._stream is not None:
            self._stream.deliver()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        """Called by Twisted when nothing more can be sent."""
        self._stream = None
        self.resumeProducing()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - Twisted's name
        """Release a sender that waits for a client that has disconnected."""
        self.stopProducing()
        super().connectionLost(reason)

    def finish(self) -> None:
        """End the response."""
        self.stopProducing()
        if self.producer is not None and self.channel is not None:
            self.unregisterProducer()
        super().finish()

    def _begin_response(self, headers: Any) -> None:
        self._is_started = True
        if self.producer is None:
            self.registerProducer(self, True)
        is_stream = self.method == b"GET" and any(value.startswith(b"text/event-stream") for _, value in headers)
        if is_stream and isinstance(self.channel, StreamChannel):
            self.responseHeaders.setRawHeaders(b"Connection", [b"close"])
            self.channel.begin_stream()

    def _open_known(self, answer: KnownStream) -> bool:
        """Answer like an equal request before. False if only Django can: there is no slot, or the service has to start.

        What Twisted and Daphne know of a response that has begun is set here, in place of the messages of Django.
        """
        service = get_service()
        host, port = getattr(self.client, "host", ""), getattr(self.client, "port", "")
        forwarded_for = b",".join(self.requestHeaders.getRawHeaders(FORWARDED_FOR, ())).decode("latin-1")
        address = find_client_ip(host, forwarded_for)
        slot = service.limiter.try_acquire(make_address_key(address)) if service.is_started else None
        if slot is None:
            return False
        client = join_address(address, port)
        try:
            stream = Subscription(
                service, answer.stream_filter, resume=None, reset_reason=None, slot=slot, grant=None, client=client
            )
        except BaseException:
            slot.release()
            raise
        self.channel.stream = stream  # which releases the slot when the connection is lost
        self.request_start = time.time()
        self.client_addr = [host, port] if host else None
        self._head, self.startedWriting, self.chunked = answer.head, 1, 1
        super().handle_reply({"type": "http.response.start", "status": HTTPStatus.OK})
        self._is_started = True
        self.registerProducer(self, True)
        self.channel.begin_stream()
        self._keep_stream(stream)
        stream.open_on(self)
        return True

    def _take_stream(self, stream: DetachableStream) -> None:
        key, self._key = self._key, None
        has_reusable_head = self.chunked and not self.responseHeaders.hasHeader(b"Set-Cookie")
        if key is not None and has_reusable_head and isinstance(stream, Subscription) and stream.is_plain:
            self.server.known_streams.add(key, KnownStream(self._encode_head(), stream.filter))
        self._keep_stream(stream)
        stream.detach_to(self)

    def _encode_head(self) -> bytes:
        """Return the status line and headers as Twisted sends them."""
        lines = [b"%b %d %b" % (self.clientproto, self.code, self.code_message)]
        lines += [
            b"%b: %b" % (name, value) for name, values in self.responseHeaders.getAllRawHeaders() for value in values
        ]
        return b"\r\n".join([*lines, b"", b""])

    def _keep_stream(self, stream: DetachableStream) -> None:
        # The stream needs none of this, and it would be most of the memory of an idle stream.
        self.application_queue = None
        self.clean_headers: list[tuple[bytes, bytes]] = []
        self.requestHeaders = self.responseHeaders = _NO_HEADERS
        self.content.close()
        self.send_now = self.transport.getHandle().send if self.chunked else None
        self._stream = self.channel.stream = stream
        if self.transport.dataBuffer or self.transport._tempDataLen:
            self._wait_until_drained()

    def _send_now(self, data: bytes) -> None:
        """Send through the socket if nothing waits to be sent before, and the rest through Twisted."""
        sent = 0
        if self.send_now is not None and not self.is_full:
            with suppress(OSError):  # which `write_buffered` meets, too, and handles
                sent = self.send_now(data)
        if sent < len(data):
            self.write_buffered(data[sent:])

    def _wait_until_drained(self) -> None:
        # Without it, Twisted calls `resumeProducing` only after more than its own buffer size has piled up.
        self.transport.producerPaused = True
        self.pauseProducing()


class StreamFactory(HTTPFactory):
    """Builds connections of `StreamChannel` and `StreamRequest`."""

    def protocol(self) -> Any:
        """Create the protocol of a connection, which Twisted can replace by that of HTTP/2."""
        channel = StreamChannel()
        return http._GenericHTTPChannelProtocol(channel) if is_available(Feature.HTTP2) else channel

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - Twisted's name
        """Build the protocol of a new connection."""
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = StreamRequest
        return protocol

    def log(self, request: StreamRequest) -> None:
        """Write no access log: Twisted would format a line for each request, and Daphne discards its log."""

    def acceptableProtocols(self) -> list[bytes]:  # noqa: N802 - Twisted's name
        """Return what TLS can negotiate."""
        return super().acceptableProtocols() if is_available(Feature.HTTP2) else [b"http/1.1"]


def format_peer(request: StreamRequest) -> str:
    """Return the address and port of a client for the log; a client of a Unix socket has none."""
    address = request.getClientAddress()
    return f"{address.host}:{address.port}" if hasattr(address, "port") else "unix"

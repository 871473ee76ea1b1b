"""One client's connection on Twisted: its deadlines, its backpressure, and the stream it takes over from Django.

Every private attribute of Twisted that the project relies on is named in this module.
"""

import asyncio
import time
from collections.abc import Callable
from http.client import responses
from typing import Any

import daphne.server  # noqa: F401 - first of these: it installs the reactor
import orjson
import structlog
from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.internet.abstract import FileDescriptor
from twisted.internet.interfaces import IPushProducer
from twisted.internet.tcp import Connection as TCPConnection
from twisted.web.http import HTTPChannel, _GenericHTTPChannelProtocol
from twisted.web.http_headers import Headers
from zope.interface import implementer

from streaming.broker.hub import encode_http_chunk
from streaming.http.response import DETACH
from streaming.http.subscription import Subscription

HEAD_SECONDS = 20.0  # for the head of a request, from its first byte
BODY_SECONDS = 120.0  # for its body

logger = structlog.get_logger(__name__)


class StreamChannel(HTTPChannel):
    """One connection. A request has to arrive in time; during a stream only the connection's end is listened for."""

    stream: Subscription | None = None
    _deadline: Any = None
    _is_streaming = False

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take in bytes, the first of which starts the clock."""
        if self._deadline is None and self.line_mode:
            self._set_deadline(HEAD_SECONDS)
        super().dataReceived(data)

    def allHeadersReceived(self) -> None:  # noqa: N802 - Twisted's name
        """Go on to the body, which GET and HEAD must not have: nobody would read it."""
        self._set_deadline(BODY_SECONDS)
        super().allHeadersReceived()
        if self.length != 0 and self._command in (b"GET", b"HEAD"):
            self._refuse(f"A {self._command.decode()} with a body: send the request without one.")

    def allContentReceived(self) -> None:  # noqa: N802 - Twisted's name
        """Pass the whole request on."""
        self._set_deadline(None)
        super().allContentReceived()

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take in what is no line of a head."""
        # Twisted would keep what follows a request for later and stop reading, and so not see the client leave.
        if not self._is_streaming:
            super().rawDataReceived(data)

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - Twisted's name
        """Let go of everything."""
        self._set_deadline(None)
        super().connectionLost(reason)
        if self.stream is not None:
            self.stream.release()

    def begin_stream(self) -> None:
        """Answer nothing more on this connection: drop what the client goes on to send."""
        self._is_streaming = True
        self.persistent = False
        self._dataBuffer.clear()
        self._networkProducer.resumeProducing()

    def _set_deadline(self, seconds: float | None) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.callLater(seconds, self.forceAbortClient)

    def _refuse(self, detail: str) -> None:
        body = orjson.dumps({"detail": detail})
        head = b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
        self.transport.write(head + b"Connection: close\r\n\r\n" + body)
        self._is_streaming = True
        self.loseConnection()


@implementer(IPushProducer)
class StreamRequest(WebRequest):
    """A request whose `send` waits while the client does not read, and that a stream can be handed over to.

    Daphne itself never waits: what one stopped reader is sent piles up in memory.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.write: Callable[[bytes], int] | None = None  # straight to the socket
        self.is_full = False  # whether the client has yet to read what it was sent
        self.full_since = float("inf")  # monotonic time
        self._resumed: asyncio.Future[None] | None = None
        self._stream: Subscription | None = None
        super().__init__(*args, **kwargs)

    def process(self) -> Any:
        """Pass a whole request on to the application."""
        # Daphne lets any client say where the site is mounted.
        self.requestHeaders.removeHeader(b"daphne-root-path")
        return super().process()

    @property
    def can_detach(self) -> bool:
        """Whether a stream can be written to the socket itself: not through TLS or HTTP/2."""
        is_plain = isinstance(self.transport, TCPConnection) and not self.isSecure()
        return is_plain and isinstance(self.channel, StreamChannel)

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Pass a message of the application on to the client."""
        if self.finished or self.channel is None:
            return
        if message["type"] == DETACH:
            self._detach(message["stream"])
            return
        if message["type"] == "http.response.start":
            self._begin(message.get("headers", ()))
        super().handle_reply(message)

    def setResponseCode(self, code: int, message: bytes | None = None) -> None:  # noqa: N802 - Twisted's name
        """Set status and reason; Twisted knows no reason for some, 429 among them."""
        super().setResponseCode(code, message or responses.get(code, "Unknown").encode())

    def handle_exception(self, exception: Exception) -> None:
        """Answer for an application that failed; once a response has begun, only by cutting it."""
        if self._response_started:
            self.cut()
        else:
            super().handle_exception(exception)

    def cut(self) -> None:
        """Close the connection at once."""
        if not self.finished and self.channel is not None:
            self.channel.forceAbortClient()

    # --- what a subscription asks of its connection

    def send(self, chunk: bytes) -> None:
        """Send a chunk through Twisted, and be full until the socket has taken it."""
        self.write_buffered(encode_http_chunk(chunk) if self.chunked else chunk)

    def write_buffered(self, rest: bytes) -> None:
        """Send what `write` did not."""
        self.transport.write(rest)
        self._wait_until_drained()

    async def until_writable(self) -> None:
        """Wait until the client has read what it was sent."""
        if self.is_full:
            self._resumed = self._resumed or asyncio.get_running_loop().create_future()
            await asyncio.shield(self._resumed)

    def end(self, last: bytes) -> None:
        """Send the last chunk, end the response and close the connection."""
        self.handle_reply({"type": "http.response.body", "body": last})

    # --- what Twisted tells

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        """Hear from Twisted that the client reads more slowly than we write."""
        if not self.is_full:
            self.is_full, self.full_since = True, time.monotonic()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        """Hear from Twisted that the client has caught up."""
        self.is_full, self.full_since = False, float("inf")
        resumed, self._resumed = self._resumed, None
        if resumed is not None:
            resumed.set_result(None)
        if self._stream is not None:
            self._stream.deliver()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        """Hear from Twisted that nothing more can be sent."""
        self._stream = None
        self.resumeProducing()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - Twisted's name
        """Let go of a sender that waits for a client that is gone."""
        self.stopProducing()
        super().connectionLost(reason)

    def finish(self) -> None:
        """End the response."""
        self.stopProducing()
        if self.producer is not None and self.channel is not None:
            self.unregisterProducer()
        super().finish()

    def _begin(self, headers: Any) -> None:
        if self.producer is None:
            self.registerProducer(self, True)
        is_stream = self.method == b"GET" and any(value.startswith(b"text/event-stream") for _, value in headers)
        if is_stream and isinstance(self.channel, StreamChannel):
            self.responseHeaders.setRawHeaders(b"Connection", [b"close"])
            self.channel.begin_stream()

    def _detach(self, stream: Subscription) -> None:
        # What the request needed and the stream doesn't would be most of what a stream costs.
        self.application_queue = None
        self.clean_headers: list[tuple[bytes, bytes]] = []
        self.requestHeaders = self.responseHeaders = _NO_HEADERS
        self.content.close()
        self.write = self.transport.getHandle().send if self.chunked else None
        self._stream = self.channel.stream = stream
        if self.transport.dataBuffer or self.transport._tempDataLen:
            self._wait_until_drained()
        stream.detach_to(self)

    def _wait_until_drained(self) -> None:
        # Else Twisted calls back only when more than its own measure had piled up.
        self.transport.producerPaused = True
        self.pauseProducing()


class StreamFactory(HTTPFactory):
    """Builds connections of `StreamChannel` and `StreamRequest`."""

    def protocol(self) -> Any:
        """Make a connection's protocol, which Twisted can still exchange for HTTP/2's."""
        return _GenericHTTPChannelProtocol(StreamChannel())

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - Twisted's name
        """Build the protocol of a new connection."""
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = StreamRequest
        return protocol


_NO_HEADERS = Headers()


def check_twisted_compat() -> list[str]:
    """Return what this Twisted lacks of what a stream that is taken over needs."""
    needed = ("dataBuffer", "_tempDataLen", "producerPaused")
    return [name for name in needed if not hasattr(FileDescriptor(reactor=object()), name)]

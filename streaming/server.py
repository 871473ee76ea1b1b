"""Daphne, made fit for streams: it waits for slow readers, queues connects, and drains on SIGTERM.

Both `serve` and `runserver` use this server.
"""

import asyncio
import fcntl
import signal
import socket
import termios
from typing import Any

import structlog
from daphne.server import Server  # first of these: it installs the reactor

from daphne.http_protocol import HTTPFactory, WebRequest  # isort: skip
from django.conf import settings
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from twisted.internet.tcp import Connection as TCPConnection
from zope.interface import implementer

from streaming.tail import local_tail

BACKLOG = 4096  # Daphne's 50 makes a thousand clients that connect together wait for many seconds
DRAIN_SECONDS = 10
TCP_CLOSE_WAIT = 8  # include/net/tcp_states.h: the peer has closed, we have not

logger = structlog.get_logger(__name__)


@implementer(IPushProducer)
class StreamRequest(WebRequest):
    """A request whose `send` waits while the client does not read.

    Daphne itself never waits: what one stopped reader is sent piles up in memory.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._writable = asyncio.Event()
        self._writable.set()
        self._is_stream = False
        super().__init__(*args, **kwargs)

    def process(self) -> Any:
        """Pass a whole request on to the application."""
        # Daphne lets any client say where the site is mounted.
        self.requestHeaders.removeHeader(b"daphne-root-path")
        return super().process()

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Pass a message of the application on to the client."""
        if message["type"] == "http.response.start" and self.producer is None and self.channel is not None:
            self.registerProducer(self, True)
            self._is_stream = any(value.startswith(b"text/event-stream") for _, value in message.get("headers", ()))
        super().handle_reply(message)

    async def until_writable(self) -> None:
        """Wait until the client has read enough for more to be sent; one that reads nothing for too long is cut."""
        if self._writable.is_set():
            return
        try:
            async with asyncio.timeout(settings.STREAM_WRITE_TIMEOUT_SECONDS):
                await self._writable.wait()
        except TimeoutError:
            logger.warning(
                "reader_cut", client=":".join(map(str, self.client_addr)), seconds=settings.STREAM_WRITE_TIMEOUT_SECONDS
            )
            self.cut()

    @property
    def is_deserted(self) -> bool:
        """Whether the client has closed its side, or sends so much into its stream that a close could not be seen.

        Twisted stops reading a connection whose response is under way once 16 KB have come in.
        """
        # Once finished a request has no channel any more, not even None.
        if self.finished or self.channel is None or not isinstance(self.channel.transport, TCPConnection):
            return False
        handle = self.channel.transport.getHandle()
        if handle.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == TCP_CLOSE_WAIT:
            return True
        return self._is_stream and fcntl.ioctl(handle, termios.FIONREAD, bytes(4)) != bytes(4)

    def cut(self) -> None:
        """Close the connection at once."""
        if not self.finished and self.channel is not None:
            self.channel.forceAbortClient()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        """Hear from Twisted that the client reads more slowly than we write."""
        self._writable.clear()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        """Hear from Twisted that the client has caught up."""
        self._writable.set()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        """Hear from Twisted that the connection is gone."""
        self._writable.set()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - Twisted's name
        """Let go of a sender that waits for a client that is gone."""
        self._writable.set()
        super().connectionLost(reason)

    def finish(self) -> None:
        """End the response."""
        if self.producer is not None and self.channel is not None:
            self.unregisterProducer()
        super().finish()


class StreamFactory(HTTPFactory):
    """Builds connections whose requests are `StreamRequest`s."""

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - Twisted's name
        """Build the protocol of a new connection."""
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = StreamRequest
        return protocol


class StreamServer(Server):
    """Daphne's server with `StreamRequest`s, a deep backlog and a drain."""

    def __init__(self, *args: Any, endpoints: list[str], **kwargs: Any) -> None:
        deep = [f"{end}:backlog={BACKLOG}" if end.startswith("tcp:") else end for end in endpoints]
        super().__init__(*args, endpoints=deep, **kwargs)
        self._ports: list[Any] = []
        self._drain_task: asyncio.Task[None] | None = None

    @property
    def http_factory(self) -> HTTPFactory:
        """The factory of connections; Daphne sets it to its own when it runs, and gets ours."""
        return self._http_factory

    @http_factory.setter
    def http_factory(self, factory: HTTPFactory) -> None:
        self._http_factory = StreamFactory(factory.server)

    def run(self) -> None:
        """Serve until stopped."""
        if self.signal_handlers:
            reactor.callWhenRunning(self._drain_on_signals)
        super().run()

    def listen_success(self, port: Any) -> None:
        """Remember what to stop listening on."""
        self._ports.append(port)
        super().listen_success(port)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Send a message of the application, and come back when the client can take the next."""
        await super().handle_reply(protocol, message)
        if isinstance(protocol, StreamRequest):
            await protocol.until_writable()

    def drain(self) -> None:
        """Stop listening, end every stream with a `retry:`, and stop when all is sent; at once if asked again."""
        if self._drain_task is not None:
            self.stop()
            return
        self._drain_task = asyncio.get_event_loop().create_task(self._drain())

    def application_checker(self) -> None:
        """Once a second: let go of clients that have left, then Daphne's own checks."""
        for request in [*self.connections]:
            if isinstance(request, StreamRequest) and request.is_deserted:
                request.cut()
        super().application_checker()

    def kill_all_applications(self) -> Any:
        """Cancel what still runs. (Daphne's own fails on a connection that has not sent its whole request.)"""
        running = self._running_applications()
        for application in running:
            application.cancel()
        return Deferred.fromFuture(asyncio.gather(*running, return_exceptions=True))

    async def _drain(self) -> None:
        logger.info("drain_begun", grace_seconds=DRAIN_SECONDS)
        for port in self._ports:
            port.stopListening()
        tail = local_tail()
        tail.end_all("drain")
        running = self._running_applications()
        _, cut = await asyncio.wait(running, timeout=DRAIN_SECONDS) if running else ((), ())
        await tail.stop()
        logger.info("drain_done", cut=len(cut))
        self.stop()

    def _running_applications(self) -> list[asyncio.Future[None]]:
        applications = [details.get("application_instance") for details in self.connections.values()]
        return [application for application in applications if application and not application.done()]

    def _drain_on_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: reactor.callFromThread(self.drain))


def listen(host: str, port: int) -> socket.socket:
    """Open a listening socket that several processes can share (SO_REUSEPORT).

    Errors: OSError when the address can't be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener

"""Daphne, made fit for streams: it takes them over, cuts who doesn't read, queues connects, and drains on SIGTERM.

Both `serve` and `runserver` use this server.
"""

import asyncio
import gc
import signal
import socket
import time
from contextvars import Context
from typing import Any
from urllib.parse import unquote_plus

import structlog
from daphne.server import Server  # first of these: it installs the reactor

from daphne.http_protocol import HTTPFactory  # isort: skip
from django.conf import settings
from twisted.internet import reactor
from twisted.internet.defer import Deferred

from streaming.broker.service import get_service
from streaming.cluster.heartbeat import Heartbeat
from streaming.http.response import DETACH
from streaming.server.connection import StreamFactory, StreamRequest, check_twisted_compat

BACKLOG = 4096  # Daphne's 50 makes a thousand clients that connect together wait for many seconds
DRAIN_SECONDS = 10.0
CUT_SECONDS = 2.0
DRAIN_CHECK_SECONDS = 0.05
KEEPALIVE_SECONDS = 60
GC_GEN0_THRESHOLD = 20_000  # between two looks of the garbage collector at the young ones

logger = structlog.get_logger(__name__)


class StreamServer(Server):
    """Daphne's server with `StreamRequest`s, a deep backlog and a drain."""

    hands_over = True  # whether streams are taken over from Django, where that is possible

    def __init__(self, *args: Any, endpoints: list[str], **kwargs: Any) -> None:
        deep = [f"{end}:backlog={BACKLOG}" if end.startswith("tcp:") else end for end in endpoints]
        super().__init__(*args, endpoints=deep, **kwargs)
        self._ports: list[Any] = []
        self._drain_task: asyncio.Task[None] | None = None
        self._presence: Heartbeat | None = None

    @property
    def http_factory(self) -> HTTPFactory:
        """The factory of connections; Daphne sets it to its own when it runs, and gets ours."""
        return self._http_factory

    @http_factory.setter
    def http_factory(self, factory: HTTPFactory) -> None:
        self._http_factory = StreamFactory(factory.server)

    def run(self) -> None:
        """Serve until stopped."""
        if self.hands_over and (missing := check_twisted_compat()):
            logger.warning("hand_over_impossible", missing=",".join(missing), effect="streams stay with Django")
            self.hands_over = False
        if self.signal_handlers:
            reactor.callWhenRunning(self._drain_on_signals)
        reactor.callLater(0, self._start_heartbeat)
        # What is loaded by now stays. The collector would look at it, and at every stream, again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GC_GEN0_THRESHOLD, *gc.get_threshold()[1:])
        super().run()

    def listen_success(self, port: Any) -> None:
        """Set what every connection inherits, and remember what to stop listening on."""
        enable_tcp_keepalive(port.socket)
        self._ports.append(port)
        super().listen_success(port)

    def log_action(self, protocol: str, action: str, details: dict[str, Any]) -> None:
        """Report a request to whoever logs them, without the ticket in its address, which opens a stream."""
        super().log_action(protocol, action, details | {"path": redact_ticket(details.get("path", ""))})

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Start the application for a request, offering to take its stream over."""
        if self.hands_over and isinstance(protocol, StreamRequest) and protocol.can_detach:
            scope["extensions"] = {DETACH: {}}
        # In a new context: daphne starts a pipelined request from within the one before, whose threads end first.
        return Context().run(super().create_application, protocol, scope)

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
        """Once a second: cut the readers that have stopped reading, then Daphne's own checks."""
        stopped_before = time.monotonic() - settings.STREAM_WRITE_TIMEOUT_SECONDS
        for request in [*self.connections]:
            if isinstance(request, StreamRequest) and request.full_since < stopped_before:
                client = ":".join(map(str, request.client_addr))
                logger.warning("reader_cut", client=client, seconds=settings.STREAM_WRITE_TIMEOUT_SECONDS)
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
        tail = get_service()
        tail.close_all("drain")
        left = await self._until_idle(DRAIN_SECONDS)
        # Cut, not cancelled: Django tidies up after a client that leaves, and forgets its tasks when cancelled.
        for request in [*self.connections]:
            if isinstance(request, StreamRequest):
                request.cut()
        await self._until_idle(CUT_SECONDS)
        if self._presence is not None:
            await self._presence.stop()
        await tail.stop()
        logger.info("drain_done", cut=left)
        self.stop()

    async def _until_idle(self, seconds: float) -> int:
        """Wait at most so long until all is answered and sent; return how many clients are left."""
        slots, deadline = get_service().limiter, time.monotonic() + seconds
        while left := max(len(self._running_applications()), slots.open_count, len(reactor.getWriters())):
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(DRAIN_CHECK_SECONDS)
        return left

    def _running_applications(self) -> list[asyncio.Future[None]]:
        applications = [details.get("application_instance") for details in self.connections.values()]
        return [application for application in applications if application and not application.done()]

    def _start_heartbeat(self) -> None:
        self._presence = Heartbeat(get_service())
        self._presence.start()

    def _drain_on_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: reactor.callFromThread(self.drain))


def redact_ticket(address: str) -> str:
    """Return a path and query with the value of every parameter `ticket` left out."""
    path, mark, query = address.partition("?")
    parts = [part.partition("=")[0] + "=…" if _is_ticket(part) else part for part in query.split("&")]
    return path + mark + "&".join(parts)


def _is_ticket(part: str) -> bool:
    return unquote_plus(part.partition("=")[0]) == "ticket"


def listen(host: str, port: int, *, is_shared: bool = True) -> socket.socket:
    """Open a listening socket, that several processes can share (SO_REUSEPORT) unless told otherwise.

    Errors: OSError when the address can't be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, is_shared)
        listener.bind((host, port))
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def enable_tcp_keepalive(listener: socket.socket) -> None:
    """Have the kernel close connections whose peer is gone without a word; those accepted inherit it from `listener`.

    What was sent must be acknowledged within the write timeout (RFC 5482); an idle connection is probed.
    """
    milliseconds = min(int(settings.STREAM_WRITE_TIMEOUT_SECONDS * 1000), 2**31 - 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_SECONDS)

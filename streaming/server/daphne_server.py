"""Daphne's server with what streams need: detaching, a timeout for slow clients, a deep backlog, graceful shutdown.

Both `serve` and `runserver` use it.
"""

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from contextvars import Context
from functools import partial
from typing import Any
from urllib.parse import unquote_plus

import structlog
from daphne.server import Server  # before any other import of Twisted: it installs the reactor

from daphne.http_protocol import HTTPFactory  # isort: skip
from django.conf import settings
from twisted.internet import reactor, unix
from twisted.internet.defer import Deferred

from common.supervision import TaskHealth, supervise
from streaming.broker.service import get_service
from streaming.cluster.heartbeat import Heartbeat
from streaming.cluster.worker_tasks import start_service
from streaming.http.response import DETACH
from streaming.server.connection import StreamFactory, StreamRequest, format_peer
from streaming.server.fair_accept import accept_fairly
from streaming.server.known_streams import KnownStreams
from streaming.server.listeners import BACKLOG
from streaming.server.private_names import Feature, check_private_names, is_available
from streaming.systemd import Watchdog
from streaming.workers.membership import WORKER, Worker

SHUTDOWN_GRACE_SECONDS = 10.0
ABORT_GRACE_SECONDS = 2.0
EXIT_GRACE_SECONDS = 3.0  # for threads of requests; those that wait for a database that hangs never end
SHUTDOWN_POLL_SECONDS = 0.05
SECOND = 1.0  # between two signs of life, and two looks for slow clients
KEEPALIVE_SECONDS = 60
SWITCH_SECONDS = (
    0.0005  # for which a thread that computes keeps the event loop waiting; Python's default is ten times that
)
GC_GEN0_THRESHOLD = 20_000  # new objects between two collections of the youngest generation
SECRET_PARAMETERS = {"ticket", "key"}  # of stream tickets and set-up links

logger = structlog.get_logger(__name__)


class StreamServer(Server):
    """Daphne's server with `StreamRequest`s, a deep backlog and graceful shutdown."""

    is_detach_enabled = True  # whether streams are taken from Django where that is possible

    def __init__(
        self,
        *args: Any,
        endpoints: Sequence[str] = (),
        listeners: Sequence[socket.socket] = (),
        signal_handlers: bool = True,
        **kwargs: Any,
    ) -> None:
        """Serve at endpoints, as Twisted describes them, and on sockets that listen already."""
        with_backlog = [
            f"{endpoint}:backlog={BACKLOG}" if endpoint.startswith("tcp:") else endpoint for endpoint in endpoints
        ]
        # Daphne insists on an endpoint, and a description of one can't name a Unix socket that is open already.
        super().__init__(*args, endpoints=with_backlog or ["none"], signal_handlers=signal_handlers, **kwargs)
        self.endpoints = with_backlog
        self.known_streams: KnownStreams | None = None
        self._http_factory: HTTPFactory = HTTPFactory(self)  # for listeners, if Daphne does not assign one
        self._listeners = listeners
        self._handles_signals = signal_handlers
        self._ports: list[Any] = []
        self._shutdown_task: asyncio.Task[None] | None = None
        self._heartbeat: Heartbeat | None = None
        self._starting: asyncio.Task[None] | None = None
        self._watchdog = Watchdog(os.environ, pid=os.getpid())

    @property
    def http_factory(self) -> HTTPFactory:
        """The factory of connections. Daphne assigns its own when it runs; a StreamFactory takes its place."""
        return self._http_factory

    @http_factory.setter
    def http_factory(self, factory: HTTPFactory) -> None:
        self._http_factory = StreamFactory(self)

    def run(self) -> None:
        """Serve until stopped."""
        check_private_names("twisted", "daphne")
        if self.is_detach_enabled and not is_available(Feature.DETACH, Feature.BACKPRESSURE):
            logger.warning("stream_detach_disabled", effect=Feature.DETACH.value)
            self.is_detach_enabled = False
        if self.is_detach_enabled and is_available(Feature.KNOWN_STREAMS, Feature.STREAM_HANDLER):
            self.known_streams = KnownStreams()
        if self._handles_signals:
            reactor.callWhenRunning(self._shut_down_on_signals)
        reactor.callWhenRunning(self._adopt_listeners)
        reactor.callLater(0, self._start_heartbeat)
        if WORKER is not None:
            reactor.callLater(0, self._start_as_worker, WORKER)  # when the event loop runs
        reactor.callLater(0, self._run_each_second)
        # Objects that exist by now are permanent. Without this, each full collection would visit them and every stream.
        gc.collect()
        gc.freeze()
        sys.setswitchinterval(SWITCH_SECONDS)
        gc.set_threshold(GC_GEN0_THRESHOLD, *gc.get_threshold()[1:])
        super().run()

    def listen_success(self, port: Any) -> None:
        """Prepare a port that Daphne has opened."""
        self._prepare_port(port)
        super().listen_success(port)

    def log_action(self, protocol: str, action: str, details: dict[str, Any]) -> None:
        """Pass a request on to the request log, without a stream ticket or set-up link, which are credentials."""
        if self.action_logger is None:  # only runserver has one
            return
        super().log_action(protocol, action, details | {"path": redact_secrets(details.get("path", ""))})

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Start the application for a request, and offer to detach its stream."""
        if self.is_detach_enabled and isinstance(protocol, StreamRequest) and protocol.is_plain_tcp:
            scope["extensions"] = {DETACH: {}}
        # In a new context: Daphne starts a pipelined request inside the previous one, whose thread context ends first.
        return Context().run(super().create_application, protocol, scope)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Send a message of the application, and return when the client can take the next."""
        await super().handle_reply(protocol, message)
        if isinstance(protocol, StreamRequest):
            await protocol.until_writable()

    def shut_down(self) -> None:
        """Stop listening, end every stream with a `retry:`, and stop when all is sent. A second call stops at once."""
        if self._shutdown_task is not None:
            self._stop_reactor()
            return
        self._shutdown_task = asyncio.get_event_loop().create_task(self._shut_down())

    def drain(self) -> None:
        """Shut down, unless that has begun."""
        if self._shutdown_task is None:
            self.shut_down()

    def kill_all_applications(self) -> Any:
        """Cancel the requests that still run. (Daphne's own fails on a connection whose request is incomplete.)"""
        running = self._running_applications()
        for application in running:
            application.cancel()
        return Deferred.fromFuture(asyncio.gather(*running, return_exceptions=True))

    async def _shut_down(self) -> None:
        logger.info("shutdown_started", grace_seconds=SHUTDOWN_GRACE_SECONDS)
        for port in self._ports:
            port.stopListening()
        if WORKER is not None and self._starting is not None:
            self._starting.cancel()
            WORKER.section.is_serving = False
        service = get_service()
        service.close_all("drain")
        remaining = await self._wait_until_idle(SHUTDOWN_GRACE_SECONDS)
        # Aborted, not cancelled: Django cleans up after a client that disconnects, but not when it is cancelled.
        for request in self._open_requests():
            request.abort()
        await self._wait_until_idle(ABORT_GRACE_SECONDS)
        if self._heartbeat is not None:
            await self._heartbeat.stop()
        await service.stop()
        logger.info("shutdown_complete", cut=remaining)
        threading.Thread(target=_exit_after, args=[EXIT_GRACE_SECONDS], daemon=True).start()
        self._stop_reactor()

    async def _wait_until_idle(self, seconds: float) -> int:
        """Wait until everything is answered and sent, at most `seconds`; return how many clients remain."""
        limiter, deadline = get_service().limiter, time.monotonic() + seconds
        while remaining := max(len(self._running_applications()), limiter.open_count, len(reactor.getWriters())):
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(SHUTDOWN_POLL_SECONDS)
        return remaining

    def _run_each_second(self) -> None:
        """Show the supervisor or systemd that the event loop runs, and disconnect slow clients."""
        reactor.callLater(SECOND, self._run_each_second)
        if WORKER is not None:
            WORKER.section.beat()
        else:
            self._watchdog.notify()
        self._disconnect_slow_clients()

    def _disconnect_slow_clients(self) -> None:
        """Disconnect the clients that have read nothing for the write timeout."""
        deadline = time.monotonic() - settings.STREAM_WRITE_TIMEOUT_SECONDS
        for request in self._open_requests():
            if request.full_since < deadline:
                logger.warning(
                    "slow_client_disconnected",
                    client=format_peer(request),
                    seconds=settings.STREAM_WRITE_TIMEOUT_SECONDS,
                )
                request.abort()

    def _open_requests(self) -> list[StreamRequest]:
        return [request for request in getattr(self, "connections", {}) if isinstance(request, StreamRequest)]

    def _running_applications(self) -> list[asyncio.Future[None]]:
        connections = getattr(self, "connections", {})
        applications = [details.get("application_instance") for details in connections.values()]
        return [application for application in applications if application and not application.done()]

    def _adopt_listeners(self) -> None:
        for listener in self._listeners:
            if listener.family == socket.AF_UNIX:
                port = _adopt_unix_socket(listener, self._http_factory)
            else:
                port = reactor.adoptStreamPort(listener.fileno(), listener.family, self._http_factory)
            listener.close()  # the port has a duplicate, and stops listening when that is closed
            self._prepare_port(port)
            if WORKER is not None:
                accept_fairly(port, WORKER)

    def _prepare_port(self, port: Any) -> None:
        """Set the socket options that every connection inherits, and keep the port for shutdown."""
        if port.socket.family != socket.AF_UNIX:
            enable_tcp_keepalive(port.socket)
        self._ports.append(port)

    def _start_heartbeat(self) -> None:
        self._heartbeat = Heartbeat(get_service())
        self._heartbeat.start()

    def _start_as_worker(self, worker: Worker) -> None:
        """Begin to serve as a worker: follow the log from now on, and drain when the supervisor ends."""
        loop = asyncio.get_running_loop()
        start = partial(start_service, get_service(), worker)
        self._starting = loop.create_task(supervise(TaskHealth("worker_start"), start, settle_seconds=None))

        def drain_alone() -> None:
            loop.remove_reader(worker.lifeline)
            logger.warning("supervisor_ended", effect="this worker closes its streams and stops")
            self.drain()

        loop.add_reader(worker.lifeline, drain_alone)

    def _shut_down_on_signals(self) -> None:
        # Of several senders, a process manager and the supervisor, a worker must not take the second for impatience.
        shut_down = self.drain if WORKER else self.shut_down
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: reactor.callFromThread(shut_down))

    @staticmethod
    def _stop_reactor() -> None:
        if reactor.running:
            reactor.stop()


def _exit_after(seconds: float) -> None:
    """End this process unless it has ended by itself within so many seconds."""
    time.sleep(seconds)
    logger.warning("shutdown_forced", cause="threads still wait for the database", waited_seconds=seconds)
    logging.shutdown()
    os._exit(0)  # every stream has been ended


def redact_secrets(address: str) -> str:
    """Return a path and query with each value of SECRET_PARAMETERS replaced by an ellipsis."""
    path, mark, query = address.partition("?")
    parts = [part.partition("=")[0] + "=…" if _is_secret(part) else part for part in query.split("&")]
    return path + mark + "&".join(parts)


def _is_secret(part: str) -> bool:
    return unquote_plus(part.partition("=")[0]) in SECRET_PARAMETERS


def _adopt_unix_socket(listener: socket.socket, factory: HTTPFactory) -> unix.Port:
    """Accept on a Unix socket. `reactor.adoptStreamPort` would make its file writable to all, and remove it."""
    # An abstract name, because Twisted changes and removes the file of any other.
    port = unix.Port(b"\0sentiment-site/adopted", factory, backlog=BACKLOG, reactor=reactor)
    port._preexistingSocket = listener.dup()
    port._shouldShutdown = False  # other processes may accept on it
    port.startListening()
    return port


def enable_tcp_keepalive(listener: socket.socket) -> None:
    """Have the kernel close connections whose peer has vanished; those accepted by `listener` inherit the options.

    What was sent must be acknowledged within the write timeout (RFC 5482); an idle connection is probed.
    """
    milliseconds = min(int(settings.STREAM_WRITE_TIMEOUT_SECONDS * 1000), 2**31 - 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_SECONDS)

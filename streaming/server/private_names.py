"""The names without a promise of stability that the server uses, of Twisted, Daphne, Django and django-eventstream.

The bounds in pyproject.toml keep these packages at the major versions whose names these are. Where a name is missing
all the same, streams still run: each feature below has a fallback, and the start of the server logs what is missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import import_module
from inspect import unwrap
from types import FunctionType
from typing import Any

import structlog

logger = structlog.get_logger(__name__)


class Feature(Enum):
    """What some of the names are needed for, and the effect of doing without it."""

    DETACH = "streams stay with Django; same events, more CPU for each"
    STREAM_HANDLER = (
        "streams run the middleware of all requests and stay with Django; same events, slower start, "
        "and more CPU for each request"
    )
    REQUEST_THREADS = "requests change threads for each middleware; same answers, more CPU and connections for each"
    STREAM_THREAD = "each stream occupies a thread, and stays with Django"
    BACKPRESSURE = "what a slow client has not read is kept in memory, and the client is not disconnected"
    KNOWN_STREAMS = "Django opens each stream; same answers, more CPU for each"
    CONNECTION_TABLE = "slow clients are not disconnected, and shutdown does not wait for requests other than streams"
    LISTENING_PORTS = "runserver: no TCP keep-alive; shutdown still accepts connections"
    CANCELLATION = "a request that is still running at shutdown can log an error"
    LOG_REDACTION = "the request log of runserver contains stream tickets"
    FAILED_RESPONSE = "a response that fails halfway stays open until the client leaves"
    HTTP2 = "HTTP/2 is not offered"
    BODY_CHECK = "GET with a body is answered instead of rejected"
    PIPELINE_BUFFER = "what a client sends during a stream is kept in memory, up to 64 KB"
    UNIX_SOCKETS = "serve rejects Unix sockets"
    REQUEST_MEMORY = "a detached stream keeps some KB of its request in memory"
    EVENTSTREAM_WAKEUP = "streams of /events/ end after 5 s; clients resume there and get what is new"


@dataclass(frozen=True, slots=True)
class PrivateName:
    """A name of another package: `owner` is a module or a class in it."""

    module: str
    owner: str
    name: str
    feature: Feature
    used_for: str

    def __str__(self) -> str:
        return ".".join(filter(None, (self.module, self.owner, self.name)))

    @property
    def package(self) -> str:
        """The package to import."""
        return self.module.partition(".")[0]

    def is_missing(self) -> bool:
        """Return whether the installed version lacks the name."""
        owner: Any = import_module(self.module)
        for part in filter(None, self.owner.split(".")):
            owner = getattr(owner, part, None)
        return not (hasattr(owner, self.name) or (isinstance(owner, type) and self.name in _names_in_methods(owner)))


_HTTP, _ABSTRACT, _UNIX = "twisted.web.http", "twisted.internet.abstract", "twisted.internet.unix"
_DAPHNE, _REQUEST = "daphne.server", "daphne.http_protocol"
_ASGI, _BASE = "django.core.handlers.asgi", "django.core.handlers.base"
_VIEWS = "django_eventstream.views"

PRIVATE_NAMES = (
    PrivateName(_ABSTRACT, "FileDescriptor", "dataBuffer", Feature.DETACH, "is anything unsent before the stream"),
    PrivateName(_ABSTRACT, "FileDescriptor", "_tempDataLen", Feature.DETACH, "is anything unsent before the stream"),
    PrivateName(_ABSTRACT, "FileDescriptor", "producerPaused", Feature.DETACH, "be called when all is sent"),
    PrivateName(_UNIX, "Port", "_preexistingSocket", Feature.UNIX_SOCKETS, "listen on one that is open already"),
    PrivateName(_UNIX, "Port", "_shouldShutdown", Feature.UNIX_SOCKETS, "share one with other processes"),
    PrivateName(_HTTP, "Request", "chunked", Feature.DETACH, "does the response use chunked coding"),
    PrivateName(_HTTP, "Request", "startedWriting", Feature.KNOWN_STREAMS, "its headers are not written again"),
    PrivateName(_HTTP, "", "_GenericHTTPChannelProtocol", Feature.HTTP2, "switch a TLS connection to HTTP/2"),
    PrivateName(_HTTP, "HTTPChannel", "_command", Feature.BODY_CHECK, "method of a request whose body is to come"),
    PrivateName(_HTTP, "HTTPChannel", "_dataBuffer", Feature.PIPELINE_BUFFER, "drop requests behind a stream"),
    PrivateName(_DAPHNE, "Server", "http_factory", Feature.BACKPRESSURE, "serve connections of our own class"),
    PrivateName(_DAPHNE, "Server", "handle_reply", Feature.BACKPRESSURE, "wait for a slow client"),
    PrivateName(_DAPHNE, "Server", "create_application", Feature.DETACH, "offer to detach, in a context per request"),
    PrivateName(_DAPHNE, "Server", "connections", Feature.CONNECTION_TABLE, "open requests and their applications"),
    PrivateName(_DAPHNE, "Server", "listen_success", Feature.LISTENING_PORTS, "get the ports that are open"),
    PrivateName(_DAPHNE, "Server", "kill_all_applications", Feature.CANCELLATION, "cancel what runs at the end"),
    PrivateName(_DAPHNE, "Server", "log_action", Feature.LOG_REDACTION, "redact tickets"),
    PrivateName(_REQUEST, "WebRequest", "handle_reply", Feature.BACKPRESSURE, "begin, send, detach and end responses"),
    PrivateName(_REQUEST, "WebRequest", "client_addr", Feature.KNOWN_STREAMS, "name the client in the request log"),
    PrivateName(_REQUEST, "WebRequest", "request_start", Feature.KNOWN_STREAMS, "measure the duration for that log"),
    PrivateName(_REQUEST, "WebRequest", "handle_exception", Feature.FAILED_RESPONSE, "cut a response that failed"),
    PrivateName(_REQUEST, "WebRequest", "application_queue", Feature.REQUEST_MEMORY, "free it for a detached stream"),
    PrivateName(_REQUEST, "WebRequest", "clean_headers", Feature.REQUEST_MEMORY, "free them for a detached stream"),
    PrivateName(_ASGI, "ASGIHandler", "handle", Feature.STREAM_THREAD, "one thread for all streams"),
    PrivateName(_ASGI, "ASGIHandler", "create_request", Feature.STREAM_HANDLER, "a request from an ASGI scope"),
    PrivateName(_ASGI, "ASGIHandler", "send_response", Feature.STREAM_HANDLER, "detach where the body would end"),
    PrivateName(_ASGI, "", "get_script_prefix", Feature.STREAM_HANDLER, "reverse URLs below a prefix"),
    PrivateName(_ASGI, "ASGIHandler", "read_body", Feature.REQUEST_THREADS, "receive a request before it is answered"),
    PrivateName(_BASE, "BaseHandler", "get_response", Feature.REQUEST_THREADS, "call the middleware and the view"),
    PrivateName(_BASE, "BaseHandler", "load_middleware", Feature.STREAM_HANDLER, "use STREAM_MIDDLEWARE"),
    PrivateName(_BASE, "BaseHandler", "get_response_async", Feature.STREAM_HANDLER, "call the middleware and the view"),
    PrivateName(_BASE, "BaseHandler", "_get_response_async", Feature.STREAM_HANDLER, "call the view"),
    PrivateName(_BASE, "BaseHandler", "_middleware_chain", Feature.STREAM_HANDLER, "use STREAM_MIDDLEWARE"),
    PrivateName(_BASE, "BaseHandler", "_view_middleware", Feature.STREAM_HANDLER, "none of these hooks for streams"),
    PrivateName(_BASE, "BaseHandler", "_template_response_middleware", Feature.STREAM_HANDLER, "none, as above"),
    PrivateName(_BASE, "BaseHandler", "_exception_middleware", Feature.STREAM_HANDLER, "none, as above"),
    PrivateName(
        "django.core.handlers.exception",
        "",
        "convert_exception_to_response",
        Feature.STREAM_HANDLER,
        "404 and the like",
    ),
    PrivateName(
        "django.http.response",
        "StreamingHttpResponse",
        "_set_streaming_content",
        Feature.DETACH,
        "is the stream wrapped by middleware (streaming/http/response.py)",
    ),
    # streaming/eventstream_compat.py checks these five itself: it must not import the server.
    PrivateName(_VIEWS, "", "get_listener_manager", Feature.EVENTSTREAM_WAKEUP, "the open streams of /events/"),
    PrivateName(_VIEWS, "ListenerManager", "lock", Feature.EVENTSTREAM_WAKEUP, "its threads write the same table"),
    PrivateName(_VIEWS, "ListenerManager", "listeners_by_channel", Feature.EVENTSTREAM_WAKEUP, "whom an item concerns"),
    PrivateName(_VIEWS, "Listener", "overflow", Feature.EVENTSTREAM_WAKEUP, "have it read the log by its last id"),
    PrivateName(_VIEWS, "Listener", "wake_threadsafe", Feature.EVENTSTREAM_WAKEUP, "have it read now"),
)


@cache
def find_missing_names(package: str) -> tuple[PrivateName, ...]:
    """Return the names of a package that its installed version lacks."""
    return tuple(entry for entry in PRIVATE_NAMES if entry.package == package and entry.is_missing())


@cache
def is_available(*features: Feature) -> bool:
    """Return whether no name is missing that one of the features needs."""
    packages = {entry.package for entry in PRIVATE_NAMES if entry.feature in features}
    return not any(entry.feature in features for package in packages for entry in find_missing_names(package))


def check_private_names(*packages: str) -> None:
    """Log each name that the installed versions of the packages lack, and the effect of its fallback."""
    for package in packages:
        for entry in find_missing_names(package):
            logger.warning("private_name_missing", name=str(entry), effect=entry.feature.value)


def _names_in_methods(owner: type) -> Iterator[str]:
    """Yield the names that the methods of a class use: attributes that only instances have are among them."""
    for base in owner.__mro__:
        for member in vars(base).values():
            if isinstance(member, FunctionType):
                yield from unwrap(member).__code__.co_names

"""Requests that open no stream: the answers of stock Django, from one thread each."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_finished, request_started
from django.db import connection, connections, transaction
from django.db.backends.signals import connection_created
from django.dispatch import Signal
from django.templatetags.static import static

from accounts.models import Scope
from accounts.tokens import create_token
from common.request_threads import RequestThreads
from news.export.slots import count_open
from streaming.broker.service import get_service, stop_service
from streaming.server.request_handler import RequestASGIHandler
from tests.helpers.asgi_client import Answer, Request, call
from tests.helpers.items import append
from tests.helpers.waiting import WAIT_SECONDS, eventually

pytestmark = pytest.mark.django_db(transaction=True)

ITEMS, LIVE, STATUS = "/api/v2/items", "/health/live", "/api/v2/stream/status"
SCRIPT, STYLE = static("dashboard/app.js"), "/static/dashboard/css/base.css"
ORIGIN = "https://app.example.org"
JSON = {"Content_Type": "application/json"}
REQUESTS: list[tuple[str, str, dict[str, str]]] = [
    ("GET", "/", {}),
    ("GET", "/", {"Accept_Encoding": "gzip"}),
    ("HEAD", "/", {}),
    ("GET", "/", {"Cookie": "sessionid=unknown; csrftoken=short"}),
    ("GET", "/", {"Authorization": "Bearer nonsense"}),
    ("GET", "/", {"Authorization": "Basic dXNlcjpwYXNz"}),
    ("GET", "/no-such-page", {}),
    ("GET", "/caf%C3%A9?q=%FF", {}),
    ("GET", "/admin", {}),
    ("GET", "/admin/", {}),
    ("GET", "/accounts/login/", {"Accept_Encoding": "gzip"}),
    ("POST", "/accounts/login/", {}),
    ("GET", "/snapshot", {"Accept_Encoding": "gzip"}),
    ("GET", LIVE, {}),
    ("HEAD", LIVE, {}),
    ("POST", LIVE, {}),
    ("GET", LIVE, {"Origin": ORIGIN}),
    ("GET", LIVE, {"Origin": "https://evil.example.org", "User_Agent": "kube-probe"}),
    ("GET", f"{LIVE}?ready=1", {}),
    ("GET", LIVE, {"Host": "not-ours.example"}),
    ("GET", LIVE, {"X_Forwarded_Proto": "https"}),
    ("GET", "/health/ready", {}),
    ("GET", ITEMS, {}),
    ("GET", ITEMS, {"Accept_Encoding": "gzip", "Origin": ORIGIN}),
    ("GET", ITEMS, {"Origin": "https://evil.example.org"}),
    ("HEAD", ITEMS, {"Accept_Encoding": "gzip"}),
    ("OPTIONS", ITEMS, {"Origin": ORIGIN, "Access_Control_Request_Method": "GET"}),
    ("OPTIONS", ITEMS, {}),
    ("DELETE", ITEMS, {}),
    ("POST", ITEMS, JSON),
    ("GET", "/api/v2/items?unknown=1", {}),
    ("GET", "/api/v2/docs", {"Accept_Encoding": "gzip"}),
    ("GET", "/api/v2/openapi.json", {"Accept_Encoding": "gzip"}),
    ("GET", "/api/v2/export", {"Accept_Encoding": "gzip"}),
    ("GET", "/api/v2/export?format=csv", {}),
    ("HEAD", "/api/v2/export", {}),
    ("GET", "/api/v2/events", {}),
    ("GET", "/api/v2/events", {"Accept_Encoding": "gzip"}),
    ("GET", "/api/v2/events?limit=x", {}),
    ("POST", "/api/v2/events", {}),
    ("GET", "/api/v2/configurations/x/events", {}),
    ("POST", STATUS, {}),
    ("GET", "/metrics", {}),
    ("GET", SCRIPT, {}),
    ("GET", SCRIPT, {"Accept_Encoding": "gzip"}),
    ("HEAD", SCRIPT, {"Accept_Encoding": "gzip"}),
    ("GET", STYLE, {"Range": "bytes=10-19"}),
    ("GET", STYLE, {"If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT"}),
    ("GET", STYLE, {"If_None_Match": '"other"', "User_Agent": "curl"}),
    ("GET", STYLE, {"Cookie": "sessionid=unknown"}),
    ("POST", STYLE, {}),
    ("GET", "/static/none.css", {}),
]


@pytest.fixture(autouse=True)
def _settings(settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]


@pytest.fixture
async def handler() -> AsyncIterator[RequestASGIHandler]:
    """Return a handler with one thread of each kind; their connections are closed at the end."""
    handler = RequestASGIHandler(
        reads=RequestThreads("read", threads=1, wait_seconds=WAIT_SECONDS),
        writes=RequestThreads("write", threads=1, wait_seconds=WAIT_SECONDS),
    )
    yield handler
    await stop_service()
    for threads in (handler._reads, handler._writes):
        await threads.run(connections.close_all)


@contextmanager
def recorded_threads(signal: Signal) -> Iterator[list[str]]:
    """Yield a list to which the thread is added that sends a signal."""
    names: list[str] = []

    def record(**_: Any) -> None:
        names.append(threading.current_thread().name)

    signal.connect(record)
    try:
        yield names
    finally:
        signal.disconnect(record)


@asynccontextmanager
async def occupied(threads: RequestThreads) -> AsyncIterator[None]:
    """Keep the one thread of a kind busy."""
    end = threading.Event()
    task = asyncio.ensure_future(threads.run(end.wait, WAIT_SECONDS))
    await eventually(lambda: threads.running and not threads.waiting)
    try:
        yield
    finally:
        end.set()
        await task


def comparable(answer: Answer, *, has_time: bool) -> tuple[int, list[tuple[str, str]]]:
    """Return status and headers without what differs each time, and what ours leaves out of a 304."""
    headers = [(name, value.partition("=")[0] if name == "set-cookie" else value) for name, value in answer.headers]
    headers = [(name, value) for name, value in headers if name != "expires"]  # the present second
    if answer.status == 304 or has_time:
        headers = [(name, value) for name, value in headers if name != "content-length"]
    return answer.status, sorted(headers)


async def test_requests_are_answered_with_the_headers_of_stock_django(
    handler: RequestASGIHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)  # its threads end with their requests
    stock_handler = ASGIHandler()
    await handler._writes.run(append, 0, 20)

    for method, path, headers in REQUESTS:
        stock = await call(stock_handler, method, path, **headers)
        has_time = path in ("/", "/snapshot")
        expected = (True, *comparable(stock, has_time=has_time))
        for _ in range(2):  # files are in memory at the second
            answer = await call(handler, method, path, **headers)
            assert (answer.is_complete, *comparable(answer, has_time=has_time)) == expected, (method, path, headers)
            if stock.header("set-cookie") is None and not has_time and "/events" not in path:
                assert answer.body == stock.body, (method, path, headers)


async def test_not_modified_has_no_length(handler: RequestASGIHandler) -> None:
    first = await call(handler, "GET", ITEMS)
    again = await call(handler, "GET", ITEMS, If_None_Match=first.header("etag") or "")

    assert (again.status, again.header("content-length"), again.body) == (304, None, b"")


@pytest.mark.parametrize(
    ("method", "path", "thread"),
    [
        ("GET", ITEMS, "read_0"),
        ("HEAD", ITEMS, "read_0"),
        ("OPTIONS", ITEMS, "read_0"),
        ("GET", "/api/v2/export", "read_0"),
        ("POST", ITEMS, "write_0"),
        ("DELETE", ITEMS, "write_0"),
        ("GET", "/no-such-page", "read_0"),
        ("GET", LIVE, "MainThread"),
        ("POST", LIVE, "write_0"),
    ],
)
async def test_request_is_answered_in_one_thread_with_each_signal_once(
    handler: RequestASGIHandler, method: str, path: str, thread: str
) -> None:
    with recorded_threads(request_started) as started, recorded_threads(request_finished) as finished:
        await call(handler, method, path)

    assert started == [thread]
    assert len(finished) == 1


async def test_equal_requests_from_memory_skip_the_middleware(handler: RequestASGIHandler) -> None:
    with recorded_threads(request_started) as started:
        answers = [await call(handler, "GET", LIVE, User_Agent=name) for name in ("probe", "probe", "another")]
    assert len(started) == 1
    assert [(answer.status, answer.headers, answer.body) for answer in answers] == 3 * [
        (200, answers[0].headers, b'{"status": "ok"}')
    ]

    for headers in ({"Host": "not-ours.example"}, {"X_Forwarded_Proto": "https"}, {"Cookie": "a=b"}):
        with recorded_threads(request_started) as started:
            for _ in range(2):
                await call(handler, "GET", LIVE, **headers)
        assert len(started) == 2, headers  # rejected each time, which is logged, or not known to be the same


async def test_thread_keeps_its_connection(handler: RequestASGIHandler) -> None:
    with recorded_threads(connection_created) as opened:
        for _ in range(3):
            assert (await call(handler, "GET", ITEMS)).status == 200

    assert opened == ["read_0"]


async def test_connection_that_broke_is_replaced(handler: RequestASGIHandler) -> None:
    def break_connection() -> None:
        """Have the server end the connection; of SQLite, which has none, Django's is closed."""
        (connection if connection.vendor == "sqlite" else connection.connection).close()

    assert (await call(handler, "GET", ITEMS)).status == 200
    await handler._reads.run(break_connection)

    assert (await call(handler, "GET", ITEMS)).status == 200


async def test_transaction_left_open_is_not_that_of_the_next_request(handler: RequestASGIHandler) -> None:
    assert (await call(handler, "POST", "/api/v2/auth/anonymous")).status == 201
    await handler._writes.run(transaction.set_autocommit, False)

    assert (await call(handler, "POST", "/api/v2/auth/anonymous")).status == 201
    assert await handler._writes.run(transaction.get_autocommit)


async def test_reads_that_wait_are_rejected_and_health_and_files_answered(handler: RequestASGIHandler) -> None:
    assert (await call(handler, "GET", SCRIPT)).status == 200  # loads it
    async with occupied(handler._reads):
        handler._reads.wait_seconds = 0.05
        waiting = await call(handler, "GET", ITEMS)
        assert (waiting.status, waiting.body) == (
            503, b'{"detail": "Too many requests wait for an answer: try again later."}'
        )  # fmt: skip
        assert int(waiting.header("retry-after") or 0) > 0
        assert handler._reads.rejected == 1
        for path in (LIVE, SCRIPT):
            assert (await call(handler, "GET", path)).status == 200
        assert (await call(handler, "POST", "/api/v2/auth/anonymous")).status == 201
    handler._reads.wait_seconds = WAIT_SECONDS
    assert (await call(handler, "GET", ITEMS)).status == 200


async def test_writes_that_wait_keep_no_read_waiting(handler: RequestASGIHandler) -> None:
    async with occupied(handler._writes):
        post = asyncio.ensure_future(call(handler, "POST", "/api/v2/auth/anonymous"))
        assert (await call(handler, "GET", ITEMS)).status == 200
        assert handler._writes.waiting == 1
        assert not post.done()
    assert (await post).status == 201


async def test_client_that_leaves_while_its_request_waits_is_not_served(handler: RequestASGIHandler) -> None:
    request = Request("POST", "/api/v2/auth/anonymous")
    with recorded_threads(request_started) as started:
        async with occupied(handler._writes):
            task = asyncio.ensure_future(request.send_to(handler))
            await eventually(lambda: handler._writes.waiting)
            request.leave()
            answer = await task
    assert (await call(handler, "POST", "/api/v2/auth/anonymous")).status == 201

    assert answer.status == 0
    assert len(started) == 0


async def test_client_that_leaves_before_the_end_of_its_body_is_not_served(handler: RequestASGIHandler) -> None:
    request = Request("POST", ITEMS, chunks=[])
    request._messages.put_nowait({"type": "http.request", "body": b"{", "more_body": True})
    request.leave()

    with recorded_threads(request_started) as started:
        answer = await request.send_to(handler)

    assert (answer.status, started) == (0, [])


async def test_body_in_parts_is_read_as_one(handler: RequestASGIHandler) -> None:
    secret = (await handler._writes.run(create_token, Scope.INGEST))[1]
    headers = {"Authorization": f"Bearer {secret}", "Content_Type": "application/json"}
    body = b'{"title": "Apple profit rises", "ticker": "AAPL", "summary": "%s"}' % (b"x" * 5000)
    parts = [body[:10], body[10:11], body[11:]]

    answer = await Request("POST", ITEMS, chunks=parts, **headers).send_to(handler)

    assert (answer.status, b'"created": ["' in answer.body) == (201, True)


async def test_client_that_leaves_a_long_answer_ends_it(handler: RequestASGIHandler) -> None:
    await handler._writes.run(append, 0, 1500)
    request = Request("GET", "/api/v2/export")

    with recorded_threads(request_finished) as finished:
        task = asyncio.ensure_future(request.send_to(handler))
        await request.has_started.wait()
        assert count_open() == 1
        request.leave()
        answer = await task

    assert (answer.status, answer.is_complete) == (200, False)
    assert count_open() == 0
    assert len(finished) == 1


async def test_asynchronous_view_sees_the_streams_of_the_event_loop(handler: RequestASGIHandler) -> None:
    slot = get_service().limiter.acquire("192.0.2.1")

    answer = await call(handler, "GET", STATUS)

    assert (answer.status, b'"connections": 1' in answer.body) == (200, True)
    slot.release()


async def test_token_revoked_is_rejected_at_once(handler: RequestASGIHandler) -> None:
    token, secret = await handler._writes.run(create_token, Scope.READ)
    bearer = {"Authorization": f"Bearer {secret}"}
    assert (await call(handler, "GET", ITEMS, **bearer)).status == 200

    await handler._writes.run(token.delete)

    assert (await call(handler, "GET", ITEMS, **bearer)).status == 401

"""`/metrics`, for Prometheus. It is nobody's without METRICS_TOKEN, and then only for who shows that.

The token is a setting and no row: a scrape has to be let in also when the database is away.
"""

from collections.abc import Iterator
from secrets import compare_digest

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from ninja.errors import AuthenticationError
from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder

from accounts.visitors import read_bearer
from news.cursor import Cursor
from news.gauges import Book, describe_book, read_book
from news.models import LogHead
from streaming.asked import Refusal
from streaming.gauges import describe_edge, describe_streams
from streaming.lease import read_published
from streaming.tail import Tail, local_tail
from streaming.views import answers_get


class Scrape:
    """What one scrape tells, as a collector of prometheus_client."""

    def __init__(self, tail: Tail, book: Book | None, published: Cursor | None) -> None:
        self._tail = tail
        self._book = book
        self._published = published

    def collect(self) -> Iterator[Metric]:
        """Yield all of it."""
        yield from describe_streams(self._tail.hub, self._tail.slots)
        yield from describe_book(self._book)
        if self._book and settings.GRIP_PROXIES:
            yield from describe_edge(Cursor(self._book.head.epoch, self._book.head.seq), self._published)


@answers_get
async def prometheus(request: HttpRequest) -> HttpResponse:
    """Tell how this process does, and how the log, its sources and the edge stand."""
    _let_in(request)
    book, published = await sync_to_async(_read)()
    registry = CollectorRegistry()
    registry.register(Scrape(local_tail(), book, published))
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type=content_type, headers={"Cache-Control": "no-store"})


def _read() -> tuple[Book | None, Cursor | None]:
    try:
        published = read_published() if settings.GRIP_PROXIES else None  # before the head, which is never behind it
        return read_book(), published
    except (Error, LogHead.DoesNotExist):
        return None, None  # which is told


def _let_in(request: HttpRequest) -> None:
    """Errors: Refusal 404 while no token is set, AuthenticationError for who does not show it."""
    token: str = settings.METRICS_TOKEN
    if not token:
        raise Refusal(404, "METRICS_TOKEN is not set, so there is nothing here: set it, and show it as a Bearer token.")
    if not compare_digest((read_bearer(request) or "").encode(), token.encode()):
        raise AuthenticationError(message="Not the METRICS_TOKEN: send the header `Authorization: Bearer <token>`.")

"""`/metrics`, for Prometheus. It is nobody's without METRICS_TOKEN, and then only for who shows that."""

from collections.abc import Iterator

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder

from news.log.cursor import Cursor
from news.models import LogHead
from streaming.broker.service import StreamService, get_service
from streaming.grip.leader_lock import get_published_seq
from streaming.http.auth import require_metrics_token
from streaming.http.views import get_or_head
from streaming.monitoring.collectors import describe_edge, describe_streams
from streaming.monitoring.news_collectors import NewsStats, describe_news, get_news_stats


class Scrape:
    """What one scrape tells, as a collector of prometheus_client."""

    def __init__(self, tail: StreamService, book: NewsStats | None, published: Cursor | None) -> None:
        self._tail = tail
        self._book = book
        self._published = published

    def collect(self) -> Iterator[Metric]:
        """Yield all of it."""
        yield from describe_streams(self._tail.hub, self._tail.limiter)
        yield from describe_news(self._book)
        if self._book and settings.GRIP_PROXIES:
            yield from describe_edge(Cursor(self._book.head.generation, self._book.head.seq), self._published)


@get_or_head
async def prometheus(request: HttpRequest) -> HttpResponse:
    """Tell how this process does, and how the log, its sources and the edge stand."""
    require_metrics_token(request)
    book, published = await sync_to_async(_read)()
    registry = CollectorRegistry()
    registry.register(Scrape(get_service(), book, published))
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type=content_type, headers={"Cache-Control": "no-store"})


def _read() -> tuple[NewsStats | None, Cursor | None]:
    try:
        published = get_published_seq() if settings.GRIP_PROXIES else None  # before the head, which is never behind it
        return get_news_stats(), published
    except (Error, LogHead.DoesNotExist):
        return None, None  # which is told

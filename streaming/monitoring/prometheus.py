"""Prometheus metrics at `/metrics`. Returns 404 unless METRICS_TOKEN is set; requests send it as a Bearer token."""

from collections.abc import Iterator

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder

from news.log.cursor import Cursor
from news.models import LogHead
from streaming.broker.service import StreamService, get_service
from streaming.grip.leader_lock import get_published_cursor
from streaming.http.auth import require_metrics_token
from streaming.http.errors import get_or_head
from streaming.monitoring.collectors import NewsStats, collect_edge, collect_news, get_news_stats
from streaming.monitoring.worker_stats import collect_server


class SiteCollector:
    """Collects the metrics of one scrape for prometheus_client."""

    def __init__(self, service: StreamService, news_stats: NewsStats | None, published: Cursor | None) -> None:
        self._service = service
        self._news_stats = news_stats
        self._published = published

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        yield from collect_server(self._service)
        yield from collect_news(self._news_stats)
        if self._news_stats and settings.GRIP_PROXIES:
            head = self._news_stats.head
            yield from collect_edge(Cursor(head.generation, head.seq), self._published)


@get_or_head
async def prometheus(request: HttpRequest) -> HttpResponse:
    """Return the metrics of this server, the log, its sources and the edge."""
    require_metrics_token(request)
    news_stats, published = await sync_to_async(_query_database)()
    registry = CollectorRegistry()
    registry.register(SiteCollector(get_service(), news_stats, published))
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type=content_type, headers={"Cache-Control": "no-store"})


def _query_database() -> tuple[NewsStats | None, Cursor | None]:
    try:
        # Before the head, so that the head is never behind it.
        published = get_published_cursor() if settings.GRIP_PROXIES else None
        return get_news_stats(), published
    except (Error, LogHead.DoesNotExist):
        return None, None  # reported by sentiment_database_up

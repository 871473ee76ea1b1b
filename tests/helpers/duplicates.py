"""Sources that report the same stories at the same time."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.models import DuplicateReport, Item, LogHead
from tests.helpers.items import PUBLISHED_AT

WORDINGS = [
    "Tesla recalls {} cars over door latch",
    "Tesla recalling {} vehicles on door latch issue",
    "Tesla Inc recalls {} cars for door latch defect",
    "Tesla recalls {} autos over door latches",
]


def ingest_concurrently(stories: int = 25) -> None:
    """Ingest the same stories from several threads, each in other words; fail unless each becomes one item."""
    threads = len(WORDINGS)
    start = threading.Barrier(threads)

    def ingest_stories(number: int) -> int:
        try:
            start.wait(60)
            created = 0
            for story in range(stories):
                title = WORDINGS[number].format(2 * story + 50)
                created += len(ingest([Headline(title, ("TSLA",), f"source {number}", PUBLISHED_AT)]).created)
            return created
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        created = sum(pool.map(ingest_stories, range(threads)))

    assert created == Item.objects.count() == stories
    assert DuplicateReport.objects.count() == LogHead.objects.get().duplicate_reports == stories * (threads - 1)
    assert list(Item.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, stories + 1))

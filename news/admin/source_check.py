"""Check a source of any kind: fetch it once, and say what a first poll would do with it. Nothing is stored."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace

from django.conf import settings
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from news.admin.sentiment_cells import render_sentiment, render_ticker
from news.ingest.plain_problems import describe_problem
from news.models import Item, Source
from news.sources.adapters.rss_sandbox import shared_worker
from news.sources.check import fetch_slots
from news.sources.entries import ParsedDocument, SkippedEntry
from news.sources.http.client import SourceError, make_client
from news.sources.preview import FeedPreview, preview_feed
from news.sources.registry import fetch_source

MAX_SKIPPED = 20


@dataclass(frozen=True, slots=True)
class CheckedHeadline:
    """A headline as it would be stored; its sentiment and its tickers with theirs are HTML."""

    item: Item
    sentiment: SafeString
    tickers: SafeString


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """What a source offers: a preview of a first poll, or why it could not be fetched, with the cure."""

    preview: FeedPreview | None = None
    error: str = ""

    @property
    def headlines(self) -> list[CheckedHeadline]:
        """The newest headlines, the newest first."""
        return [_describe(item) for item in self.preview.items] if self.preview else []

    @property
    def skipped(self) -> list[SkippedEntry]:
        """The first entries that would be left out."""
        return _describe_entries(self.preview.skipped[:MAX_SKIPPED]) if self.preview else []

    @property
    def notes(self) -> list[SkippedEntry]:
        """What would be ignored in others."""
        return _describe_entries(self.preview.notes) if self.preview else []


def check_source(source: Source) -> SourceCheck:
    """Fetch a source from its beginning, whatever its last poll returned."""
    fresh = copy(source)
    fresh.etag, fresh.last_modified, fresh.file_offsets = "", "", {}
    if not fetch_slots.acquire(blocking=False):
        return SourceCheck(error=f"{source.name}: too many checks run at once; check again in a minute.")
    try:
        with make_client(allowed=settings.SOURCE_ALLOWED_NETWORKS) as client:
            result = fetch_source(fresh, client)
    except SourceError as error:
        return SourceCheck(error=str(error))
    finally:
        fetch_slots.release()
        shared_worker.rest()
    document = ParsedDocument(result.records, [*result.skipped], result.undated, [*result.warnings])
    return SourceCheck(preview_feed(document, source=source.name, is_feed=result.is_feed))


def _describe_entries(entries: Iterable[SkippedEntry]) -> list[SkippedEntry]:
    return [replace(entry, reason=describe_problem(entry.reason)) for entry in entries]


def _describe(item: Item) -> CheckedHeadline:
    cells = ((render_ticker(entity.ticker, entity.sentiment),) for entity in item.list_entities())
    tickers = format_html_join(", ", "{}", cells)
    return CheckedHeadline(item, render_sentiment(item.sentiment, item.score), tickers)

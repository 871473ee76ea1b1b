"""Check a source: fetch it once, and show what its newest entries would become. Nothing is stored."""

from copy import copy
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.safestring import SafeString

from news.admin.sentiment_cells import render_sentiment, render_ticker
from news.dedup.headline import Headline
from news.ingest.entities import Scores, make_text
from news.ingest.pipeline import BatchResult, RecordWarning, RejectedRecord
from news.ingest.tagging import TaggingRules
from news.ingest.validation import HeadlineError, parse_headline
from news.models import Source
from news.scoring import Score
from news.sources.entries import SkippedEntry
from news.sources.http.client import SourceError, make_client
from news.sources.registry import fetch_source
from news.sources.result import FetchResult
from news.sources.skipped_entries import list_notes, list_skipped

MAX_HEADLINES = 5
MAX_SKIPPED = 20


@dataclass(frozen=True, slots=True)
class CheckedHeadline:
    """A headline as it would be stored, with its score and those of its tickers, in their order."""

    headline: Headline
    score: Score
    ticker_scores: list[Score]

    @property
    def sentiment(self) -> SafeString:
        """Sentiment and confidence as HTML."""
        return render_sentiment(self.score.label, self.score.score)

    @property
    def tickers(self) -> list[SafeString]:
        """The tickers with their own sentiments as HTML."""
        pairs = zip(self.headline.tickers, self.ticker_scores, strict=True)
        return [render_ticker(ticker, score.label) for ticker, score in pairs]


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """What a source offers.

    headlines: the newest, the newest first. usable: number of entries that would be taken.
    skipped, notes: entries that would not be taken, and what would be ignored in others, each with the reason.
    error: why it could not be fetched, with the cure; "" if it could.
    """

    headlines: list[CheckedHeadline] = field(default_factory=list)
    usable: int = 0
    skipped: list[SkippedEntry] = field(default_factory=list)
    notes: list[SkippedEntry] = field(default_factory=list)
    error: str = ""


def check_source(source: Source) -> SourceCheck:
    """Fetch a source from its beginning, whatever its last poll returned."""
    fresh = copy(source)
    fresh.etag, fresh.last_modified, fresh.file_offsets = "", "", {}
    try:
        with make_client(allowed=settings.SOURCE_ALLOWED_NETWORKS) as client:
            result = fetch_source(fresh, client)
    except SourceError as error:
        return SourceCheck(error=str(error))
    headlines, batch = _parse(result, source)
    newest = headlines[: -MAX_HEADLINES - 1 : -1]
    texts = [make_text(headline.title, headline.list_mentions()) for headline in newest]
    scored = zip(newest, Scores().score(texts), strict=True)
    return SourceCheck(
        [CheckedHeadline(headline, score, ticker_scores) for headline, (score, ticker_scores) in scored],
        len(headlines),
        list_skipped(result, batch)[:MAX_SKIPPED],
        list_notes(result, batch),
    )


def _parse(result: FetchResult, source: Source) -> tuple[list[Headline], BatchResult]:
    """Return the headlines in the records of a fetch, and what is wrong with the others."""
    headlines, batch = [], BatchResult()
    for index, record in enumerate(result.records):
        details: list[str] = []
        try:
            headline = parse_headline(record, source=source.name, warnings=details, rules=TaggingRules.of(source))
            headlines.append(headline)
        except HeadlineError as error:
            batch.rejected.append(RejectedRecord(index, str(error)))
        batch.warnings.extend(RecordWarning(index, detail) for detail in details)
    return headlines, batch

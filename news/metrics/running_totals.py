"""Keep metrics up to date item by item, without a query for each item."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from news.log.reader import LoggedState
from news.metrics.bucket_value import HOUR, MINUTE, floor_time
from news.metrics.counted_items import choose_axis, get_time, is_counted, list_scores
from news.metrics.passed_minutes import PassedMinutes
from news.metrics.queries import DAY, MAX_TICKER_COUNTS, Metrics, limit_tickers
from news.models import Axis


class ItemCounts(NamedTuple):
    """What an item adds to metrics, found once for all the filters that it matches."""

    seq: int
    sentiment: str  # of the headline
    sentiments: Mapping[str, str]  # of each ticker
    arrival_minute: int | None  # Unix seconds; None if the arrival rates do not count it
    is_sample: bool
    is_revised: bool

    @classmethod
    def of(cls, item: LoggedState) -> "ItemCounts":
        """Return what a state adds."""
        axis = choose_axis(Axis.APPENDED, shows_samples=item.is_sample)
        return cls(
            seq=item.seq,
            sentiment=item.sentiment,
            sentiments={key: score.sentiment for key, score in list_scores(item) if key},
            arrival_minute=floor_time(get_time(item, axis), MINUTE) if is_counted(item, axis) else None,
            is_sample=item.is_sample,
            is_revised=bool(item.revision),
        )


class RunningMetrics:
    """The metrics of one filter, as queried once and updated with each item since.

    While `is_exact` is true, and during `minute`, they are equal to the result of another query.
    """

    __slots__ = (
        "_day",
        "_head_seq",
        "_hour",
        "_sentiments",
        "_shows_samples",
        "_ticker_counts",
        "_tickers",
        "generation",
        "is_exact",
        "minute",
    )

    def __init__(self, metrics: Metrics, tickers: Collection[str], *, minute: int) -> None:
        self.is_exact = True
        self.minute = minute  # Unix seconds; the rates are as of this minute
        self._tickers = tickers
        self.generation, self._head_seq = metrics.generation, metrics.head_seq
        self._shows_samples = metrics.shows_samples
        self._sentiments = {"positive": metrics.positive, "neutral": metrics.neutral, "negative": metrics.negative}
        self._ticker_counts = {**metrics.by_tag}
        self._hour, self._day = metrics.rate_last_hour, metrics.rate_last_24h

    def add(self, item: ItemCounts) -> None:
        """Count an item that matches the filter: each of its tickers by its own sentiment, or the headline without one.

        An item that is counted already changes nothing.
        """
        if item.seq <= self._head_seq:
            return
        if not item.is_sample:
            self.hide_samples()
        if not self.is_exact or item.is_sample is not self._shows_samples:
            return
        mentions = item.sentiments
        if self._tickers:
            mentions = {ticker: sentiment for ticker, sentiment in mentions.items() if ticker in self._tickers}
        # Not known here are the former sentiment of a rescored item and the count of a ticker beyond the largest.
        is_truncated = len(self._ticker_counts) >= MAX_TICKER_COUNTS
        if item.is_revised or (is_truncated and not self._ticker_counts.keys() >= mentions.keys()):
            self.is_exact = False
            return
        self._head_seq = item.seq
        counted = [*mentions.values()] if self._tickers else [item.sentiment]
        for sentiment in counted:
            self._sentiments[sentiment] += 1
        for ticker in mentions:
            self._ticker_counts[ticker] = self._ticker_counts.get(ticker, 0) + 1
        if item.arrival_minute is not None:
            age = self.minute - item.arrival_minute
            self._hour += len(counted) * (age < HOUR)
            self._day += len(counted) * (age < DAY)

    @property
    def keys(self) -> Collection[str]:
        """The keys under which the rates count."""
        return self._tickers or ("",)

    def move_on(self, passed: PassedMinutes) -> None:
        """Go on to another minute, once every item up to `passed.head_seq` that matches the filter was added."""
        if self.minute != passed.since:
            return
        if passed.shows_samples is not self._shows_samples:
            self.is_exact = False
        self.minute = passed.minute
        self._hour -= sum(passed.hour.get(key, 0) for key in self.keys)
        self._day -= sum(passed.day.get(key, 0) for key in self.keys)

    def hide_samples(self) -> None:
        """Go on without samples, as the first real item has come. If any were counted, the rest is not known here."""
        if self._shows_samples:
            self._shows_samples = False
            self.is_exact = self.is_exact and not any(self._sentiments.values())

    @property
    def counts(self) -> dict[str, Any]:
        """The counts of the `metrics` event, of all items that were added."""
        return {
            "total": sum(self._sentiments.values()),
            **self._sentiments,
            "by_tag": limit_tickers(self._ticker_counts),
            "rate_last_hour": self._hour,
            "rate_last_24h": self._day,
        }

    def metrics_at(self, head_seq: int) -> Metrics:
        """Return the metrics as of `head_seq`, up to which every item that matches the filter was added."""
        return Metrics(self.generation, head_seq, **self.counts, shows_samples=self._shows_samples)

"""Keep metrics true to the log item by item, so that they need not be read again for each."""

from collections.abc import Collection

from news.metrics.buckets import HOUR, MINUTE, floor_time
from news.metrics.queries import DAY, MAX_TICKER_COUNTS, Metrics, limit_tickers
from news.models import Item


class RunningMetrics:
    """The metrics of one filter, from a reading on.

    They are exact until an item comes that can't be counted onto them; until the minute of the reading is over, they
    are those that another reading would give.
    """

    __slots__ = (
        "_day",
        "_generation",
        "_head_seq",
        "_hour",
        "_sentiments",
        "_ticker_counts",
        "_tickers",
        "is_exact",
        "minute",
    )

    def __init__(self, metrics: Metrics, tickers: Collection[str], *, minute: int) -> None:
        self.is_exact = True
        self.minute = minute  # Unix seconds; the rates are those of this minute
        self._tickers = tickers
        self._generation, self._head_seq = metrics.generation, metrics.head_seq
        self._sentiments = {"positive": metrics.positive, "neutral": metrics.neutral, "negative": metrics.negative}
        self._ticker_counts = {**metrics.by_tag}
        self._hour, self._day = metrics.rate_last_hour, metrics.rate_last_24h

    def add(self, item: Item) -> None:
        """Count an item of the filter; one that is counted already changes nothing."""
        if item.seq <= self._head_seq:
            return
        tags = [ticker for ticker in item.tickers if not self._tickers or ticker in self._tickers]
        # Scored again: how it was counted before is not known here. Beyond the largest tags: nor is that one's count.
        if item.revision or (
            len(self._ticker_counts) >= MAX_TICKER_COUNTS and not self._ticker_counts.keys() >= {*tags}
        ):
            self.is_exact = False
            return
        self._head_seq = item.seq
        self._sentiments[item.sentiment] += 1
        for tag in tags:
            self._ticker_counts[tag] = self._ticker_counts.get(tag, 0) + 1
        age = self.minute - floor_time(item.appended_at.timestamp(), MINUTE)
        self._hour += age < HOUR
        self._day += age < DAY

    def metrics_at(self, head: int) -> Metrics:
        """Return the metrics as they stand at a place up to which every item of the filter was added."""
        return Metrics(
            self._generation,
            head,
            total=sum(self._sentiments.values()),
            **self._sentiments,
            by_tag=limit_tickers(self._ticker_counts),
            rate_last_hour=self._hour,
            rate_last_24h=self._day,
        )

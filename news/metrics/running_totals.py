"""Keep metrics true to the log item by item, so that they need not be read again for each."""

from collections.abc import Collection

from news.metrics.buckets import HOUR, MINUTE, floor
from news.metrics.queries import DAY, LARGEST_TAGS, Metrics, cut_tags
from news.models import Item


class Tally:
    """The metrics of one filter, from a reading on.

    They are exact until an item comes that can't be counted onto them; until the minute of the reading is over, they
    are those that another reading would give.
    """

    __slots__ = ("_day", "_epoch", "_head", "_hour", "_moods", "_tags", "_tickers", "is_exact", "minute")

    def __init__(self, metrics: Metrics, tickers: Collection[str], *, minute: int) -> None:
        self.is_exact = True
        self.minute = minute  # Unix seconds; the rates are those of this minute
        self._tickers = tickers
        self._epoch, self._head = metrics.epoch, metrics.head
        self._moods = {"positive": metrics.positive, "neutral": metrics.neutral, "negative": metrics.negative}
        self._tags = {**metrics.by_tag}
        self._hour, self._day = metrics.rate_last_hour, metrics.rate_last_24h

    def add(self, item: Item) -> None:
        """Count an item of the filter; one that is counted already changes nothing."""
        if item.seq <= self._head:
            return
        tags = [ticker for ticker in item.tickers if not self._tickers or ticker in self._tickers]
        # Scored again: how it was counted before is not known here. Beyond the largest tags: nor is that one's count.
        if item.revision or (len(self._tags) >= LARGEST_TAGS and not self._tags.keys() >= {*tags}):
            self.is_exact = False
            return
        self._head = item.seq
        self._moods[item.sentiment] += 1
        for tag in tags:
            self._tags[tag] = self._tags.get(tag, 0) + 1
        age = self.minute - floor(item.analysed_at.timestamp(), MINUTE)
        self._hour += age < HOUR
        self._day += age < DAY

    def metrics_at(self, head: int) -> Metrics:
        """Return the metrics as they stand at a place up to which every item of the filter was added."""
        return Metrics(
            self._epoch,
            head,
            total=sum(self._moods.values()),
            **self._moods,
            by_tag=cut_tags(self._tags),
            rate_last_hour=self._hour,
            rate_last_24h=self._day,
        )

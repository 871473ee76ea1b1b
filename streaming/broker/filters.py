"""The filter of a stream: which items it carries and what their events include."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import Count, QuerySet

from common.parsing import parse_tickers
from news.log.reader import get_head, get_last_seq, select_items
from news.metrics.bucket_value import HOUR, MINUTE, floor_time
from news.metrics.counted_items import to_datetime
from news.metrics.queries import DAY, Metrics, get_metrics, limit_tickers
from news.metrics.running_totals import RunningMetrics
from news.models import Item, ItemTicker
from streaming.protocol.events import Event, item_event

HEADLINE = "headline"  # adds title, source, url and tickers
HISTORICAL = "historical"  # adds historical items
INCLUDES = (HEADLINE, HISTORICAL)  # the values of `include`, in the order of queries and keys


@dataclass(frozen=True, slots=True)
class StreamFilter:
    """Items of any of `tickers`, or of all without; `include` names what a stream carries that it otherwise omits.

    Hashable: streams with equal filters share a topic, its ring and its replay pages.
    """

    PARAMETERS: ClassVar = ("tickers", "ticker", "include")  # of the query string

    tickers: frozenset[str] = frozenset()
    include: frozenset[str] = frozenset()

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "StreamFilter":
        """Return the filter of query parameters, each a list separated by commas. `ticker` and `tickers` are one list.

        Errors: ValueError with parameter, value and cure.
        """
        include = parse_include(query.get("include", ""))
        names = [name for name in ("tickers", "ticker") if name in query]
        text = ",".join(query[name] for name in names)
        try:
            return cls(frozenset(parse_tickers(text)) if names else frozenset(), include)
        except ValueError as error:
            raise ValueError(f"{names[0]}={text[:80]!r}: {error}") from error

    @property
    def query(self) -> dict[str, str]:
        """The query parameters that `from_query` turns into this filter."""
        tickers = {"tickers": ",".join(sorted(self.tickers))} if self.tickers else {}
        return tickers | ({"include": ",".join(self._includes)} if self.include else {})

    @property
    def key(self) -> str:
        """A short text that is equal for equal filters only: "all", a digest of many tickers, "all-headline"."""
        selection = {name: value for name, value in self.query.items() if name != "include"}
        # Of tickers alone as in 0.1.0, whose clients are still held at the edge while the site is upgraded.
        text = selection["tickers"] if selection.keys() == {"tickers"} else urlencode(selection)
        digest = hashlib.sha256(text.encode()).hexdigest()[:24] if selection else "all"
        return "-".join([digest, *self._includes])

    @property
    def has_historical(self) -> bool:
        """Whether it lets historical items through."""
        return HISTORICAL in self.include

    @property
    def is_selective(self) -> bool:
        """Whether it lets only items of some tickers through."""
        return bool(self.query.keys() - {"include"})

    @property
    def index_keys(self) -> Collection[str]:
        """The tickers, by which the hub finds the topics of an item; none: all items."""
        return self.tickers

    def matches(self, item: Item) -> bool:
        """Return whether the stream carries an item."""
        if item.is_historical and not self.has_historical:
            return False
        return not self.tickers or not self.tickers.isdisjoint(item.tickers)

    def select_items(self, after: int, *, upto: int | None, limit: int) -> list[Item]:
        """Return the next items of the log after seq `after`, up to and including `upto`, `limit` at most."""
        return select_items(after, upto=upto, tickers=self.tickers, limit=limit, with_historical=self.has_historical)

    def get_last_seq(self, upto: int) -> int:
        """Return the seq of the last item up to and including `upto`; without one, the log's `min_seq`."""
        return get_last_seq(self.tickers, upto, with_historical=self.has_historical)

    def get_metrics(self) -> Metrics:
        """Return the metrics of the items that it lets through."""
        return get_metrics(self.tickers)

    def get_metrics_as_of(self, seq: int) -> Metrics:
        """Return the metrics as they were when the log ended at `seq`; rates end with the minute of its last item.

        Counts everything up to there, so the time it takes grows with the log.
        """
        places = Item.objects.filter(seq__lte=seq).order_by()
        mentions = ItemTicker.objects.filter(seq__lte=seq).order_by()
        if self.tickers:
            mentions = mentions.filter(ticker__in=self.tickers)
        counted: QuerySet[Any] = mentions if self.tickers else places
        item = "item__" if self.tickers else ""
        sentiments = dict(counted.values_list(f"{item}sentiment").annotate(Count("pk")))
        newest = places.order_by("-seq").values_list("appended_at", flat=True).first()
        end = floor_time(newest.timestamp(), MINUTE) + MINUTE if newest else 0
        arrivals = counted.filter(is_historical=False)
        hour, day = (
            arrivals.filter(**{f"{item}first_appended_at__gte": to_datetime(max(0, end - length))}).count()
            for length in (HOUR, DAY)
        )
        return Metrics(
            get_head().generation,
            seq,
            total=sum(sentiments.values()),
            **sentiments,
            by_tag=limit_tickers(dict(mentions.values_list("ticker").annotate(Count("pk")))),
            rate_last_hour=hour,
            rate_last_24h=day,
        )

    def start_running(self, metrics: Metrics, *, minute: int) -> RunningMetrics:
        """Return metrics that go on from those read in `minute` (Unix seconds), item by item."""
        return RunningMetrics(metrics, self.tickers, minute=minute)

    def item_event(self, item: Item, generation: str) -> Event:
        """Return the `new_item` event of an item, with what `include` asks for, about its `get_ticker`."""
        return item_event(item, generation, with_headline=HEADLINE in self.include, ticker=self.get_ticker(item))

    def get_ticker(self, item: Item) -> str:
        """Return the most relevant ticker of an item; of the filter's tickers, if it has any."""
        ticker: str = next((ticker for ticker in item.tickers if ticker in self.tickers), item.tickers[0])
        return ticker

    @property
    def _includes(self) -> list[str]:
        return [name for name in INCLUDES if name in self.include]

    def __str__(self) -> str:
        return ",".join(sorted(self.tickers)) or "all"


def parse_include(text: str) -> frozenset[str]:
    """Return the values of `include`, a list separated by commas.

    Errors: ValueError for a value that is not one of INCLUDES.
    """
    names = [name.strip(" ") for name in text.split(",")] if text else []
    for name in names:
        if name not in INCLUDES:
            allowed = " or ".join([*INCLUDES, ",".join(INCLUDES)])
            raise ValueError(f"include={text[:80]!r}: {name[:80]!r} is unknown; leave it out, or give {allowed}")
    return frozenset(names)

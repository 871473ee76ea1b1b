"""Read from the database what a poll of the tailer needs: new items, and metrics with the place that they represent."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from news.log.reader import (
    LOG_PAGE_ITEMS,
    LoggedState,
    Selection,
    get_head,
    has_withdrawals,
    select_skipped_tickers,
    select_states_after,
)
from news.metrics.passed_minutes import PassedMinutes, get_passed_minutes
from news.metrics.queries import Metrics, get_current_minute
from news.models import LogHead
from streaming.broker.metrics_schedule import OutdatedRates
from streaming.broker.topics import Topic

METRICS_READ_SECONDS = 0.02  # in each poll; then new items have priority again
MAX_SKIPPED_SEQS = 5000  # of one page; the tickers of so many historical items are looked up


@dataclass(frozen=True, slots=True)
class LogPage:
    """The next states of the log with their changes, LOG_PAGE_ITEMS at most.

    `has_historical` tells whether historical items are among them. If not, `skipped_tickers` are those of the
    historical items that the page passes; None stands for any. `has_withdrawals` tells whether an item was withdrawn
    in any state that the page passes.
    """

    items: list[LoggedState]
    min_seq: int  # the newest seq that was trimmed, after the reads
    has_historical: bool
    skipped_tickers: Collection[str] | None = ()
    has_withdrawals: bool = False


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one poll found. The page was read last, so it includes everything up to each head in it."""

    head: LogHead
    end_seq: int  # seq up to which there are metrics or items to read
    minute: int  # Unix seconds, before the reads
    metrics: list[tuple[Topic, Metrics]]
    passed: PassedMinutes | None
    page: LogPage


def poll_log(
    topics_without_metrics: Sequence[Topic], seq: int, outdated: OutdatedRates | None, *, with_historical: bool
) -> PollResult:
    """Read the head, what metrics lack (of `topics_without_metrics` as time allows), and then the items after `seq`."""
    minute = get_current_minute()
    head = get_head()
    passed = None
    if outdated is not None and outdated.since < minute:
        passed = get_passed_minutes(outdated.keys, since=outdated.since, minute=minute)
    deadline = time.monotonic() + METRICS_READ_SECONDS
    metrics = []
    for topic in topics_without_metrics:
        metrics.append((topic, topic.filter.get_metrics()))
        if time.monotonic() > deadline:
            break
    counted = [read.head_seq for read in (passed, *(topic_metrics for _, topic_metrics in metrics)) if read]
    end_seq = max([head.seq, *counted])
    if end_seq > seq:
        page = select_page(seq, end_seq, with_historical=with_historical)
    else:
        page = LogPage([], head.min_seq, has_historical=True)
    return PollResult(head, end_seq, minute, metrics, passed, page)


def select_page(seq: int, end_seq: int, *, with_historical: bool) -> LogPage:
    """Read the next items after `seq` up to `end_seq`, the head of the log as read before."""
    items = select_states_after(seq, Selection(historical=with_historical, changes=True), up_to=end_seq)
    end = items[-1].seq if len(items) == LOG_PAGE_ITEMS else end_seq
    skipped_tickers = () if with_historical else _find_skipped_tickers(seq, end, len(items))
    withdrawn = any(item.is_withdrawn for item in items) or (
        not with_historical and end - seq > len(items) and has_withdrawals(seq, up_to=end)
    )
    # `min_seq` is read last: what was trimmed meanwhile is below it.
    return LogPage(items, get_head().min_seq, with_historical, skipped_tickers, withdrawn)


def _find_skipped_tickers(seq: int, end: int, item_count: int) -> Collection[str] | None:
    """Return the tickers of historical items after `seq` up to `end`; None if there may be too many to look at."""
    if end - seq <= item_count:
        return ()
    return None if end - seq > MAX_SKIPPED_SEQS else select_skipped_tickers(seq, up_to=end)

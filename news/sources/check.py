"""Fetch feeds once, before they are followed, to show what they bring. Threads and time are limited.

A web page stands for the first feed that it links, and a list (OPML) for its feeds. `news.sources.preview` says what
would become of the entries. The database is not used.
"""

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue

import httpx2
import structlog
from django.conf import settings

from news.sources.adapters.rss import ACCEPT, parse_feed
from news.sources.adapters.rss_sandbox import shared_worker
from news.sources.entries import ParsedDocument
from news.sources.feed_address import FeedAddress, drop_repeated
from news.sources.http.client import SourceError, fetch, get_host, make_client
from news.sources.http.size_limit import SizeLimit
from news.sources.opml import FeedList, OPMLError, is_opml, parse_opml

MAX_FEEDS = 10  # fetched in one check
FETCHES_AT_ONCE = 20  # of one process, in all checks
FETCH_SECONDS = 12.0  # for one document
CHECK_SECONDS = 20.0  # for a check

logger = structlog.get_logger(__name__)
fetch_slots = threading.BoundedSemaphore(FETCHES_AT_ONCE)


@dataclass(frozen=True, slots=True)
class FetchedFeed:
    """What a check fetched.

    address: of the feed itself, with its name.
    linked_from: the web page that links it, "" if the feed's own address was given.
    other_feeds: further feeds that the page links.
    error: why there is no document, with the cure.
    seconds: until the document was here.
    """

    address: FeedAddress
    document: ParsedDocument | None = None
    linked_from: str = ""
    other_feeds: tuple[str, ...] = ()
    error: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Check:
    """The results of a check, in order.

    lists: what is in the lists of feeds that were fetched, by address.
    unchecked: feeds of lists, and others, that were not fetched because there were more than MAX_FEEDS.
    """

    feeds: list[FetchedFeed] = field(default_factory=list)
    lists: list[tuple[str, FeedList]] = field(default_factory=list)
    unchecked: list[FeedAddress] = field(default_factory=list)


def check_feeds(addresses: Iterable[FeedAddress], *, seconds: float = CHECK_SECONDS) -> Check:
    """Fetch feeds, and the first feeds of lists, at the same time, at most MAX_FEEDS of them."""
    check = Check()
    ends_at = time.monotonic() + seconds
    waiting = [*drop_repeated(addresses).values()]
    left = MAX_FEEDS
    # Never closed: threads that are given up may still use it. It keeps no connections.
    client = make_client(allowed=settings.SOURCE_ALLOWED_NETWORKS)
    while waiting:
        batch, rest = waiting[:left], waiting[left:]
        check.unchecked.extend(rest)
        left -= len(batch)
        listed: list[FeedAddress] = []
        for result in _fetch_all(batch, client, ends_at=ends_at):
            if isinstance(result, FetchedFeed):
                check.feeds.append(result)
            else:
                check.lists.append(result)
                listed += result[1].feeds
        earlier = drop_repeated([*batch, *(feed.address for feed in check.feeds), *check.unchecked])
        waiting = [address for key, address in drop_repeated(listed).items() if key not in earlier]
    shared_worker.rest()
    return check


Fetched = FetchedFeed | tuple[str, FeedList]


def _fetch_all(addresses: Sequence[FeedAddress], client: httpx2.Client, *, ends_at: float) -> list[Fetched]:
    """Return a result for each address, in order; for those that are not done in time, an error."""
    results: dict[int, Fetched] = {}
    done: SimpleQueue[tuple[int, Fetched]] = SimpleQueue()
    for index, address in enumerate(addresses):
        if not fetch_slots.acquire(blocking=False):
            text = (
                f"{get_host(address.url)}: not fetched, because too many checks run at once; check again in a minute."
            )
            results[index] = FetchedFeed(address, error=text)
            continue
        # Daemon threads: a check that is given up does not keep the process from its end.
        arguments = (index, address, client, ends_at, done)
        threading.Thread(target=_run, args=arguments, name="check feed", daemon=True).start()
    while len(results) < len(addresses):
        try:
            index, result = done.get(timeout=max(0.0, ends_at - time.monotonic()))
            results[index] = result
        except Empty:
            break
    for index, address in enumerate(addresses):
        if index not in results:
            text = f"{get_host(address.url)}: not done in time; check it alone, or later."
            results[index] = FetchedFeed(address, error=text)
    return [results[index] for index in range(len(addresses))]


def _run(
    index: int, address: FeedAddress, client: httpx2.Client, ends_at: float, done: SimpleQueue[tuple[int, Fetched]]
) -> None:
    """Fetch one address in a thread."""
    result: Fetched
    try:
        result = _fetch_address(address, client, ends_at)
    except SourceError as error:
        result = FetchedFeed(address, error=str(error))
    except Exception as error:
        logger.exception("source_check_crashed", host=get_host(address.url))
        text = f"{get_host(address.url)}: {error!r}, a bug of this site; see its log for source_check_crashed."
        result = FetchedFeed(address, error=text)
    finally:
        fetch_slots.release()
    done.put((index, result))


def _fetch_address(address: FeedAddress, client: httpx2.Client, ends_at: float) -> Fetched:
    try:
        return _fetch_document(address, client, ends_at)
    except SourceError as error:
        if not error.feeds:
            raise
        own, *others = error.feeds
    linked = _fetch_document(FeedAddress(own, address.name), client, ends_at)
    if isinstance(linked, FetchedFeed):
        return replace(linked, linked_from=address.url, other_feeds=tuple(others))
    return linked


def _fetch_document(address: FeedAddress, client: httpx2.Client, ends_at: float) -> Fetched:
    started = time.monotonic()
    seconds = max(0.1, min(FETCH_SECONDS, ends_at - started))
    with SizeLimit() as limit:
        document = fetch(address.url, client, headers={"Accept": ACCEPT}, size_limit=limit, total_seconds=seconds)
        answered_after = time.monotonic() - started
        if is_opml(document.body or b""):
            try:
                return address.url, parse_opml(document.body or b"", document.content_type)
            except OPMLError as error:
                raise SourceError(f"{get_host(address.url)}: {error}") from error
        parsed = parse_feed(document)
    name = address.name or parsed.title or get_host(address.url)
    return FetchedFeed(FeedAddress(address.url, name), parsed, seconds=answered_after)

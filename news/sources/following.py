"""Follow feeds: make sources of them, or enable those that exist."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from news.models import Source
from news.sources.feed_address import FeedAddress, drop_repeated, get_feed_key, parse_address
from news.sources.http.client import get_host

MAX_NAME = 100  # characters of the name of a source
MAX_TRIES = 100  # names for one source


class FollowStatus(Enum):
    """What became of a feed that is to be followed."""

    NEW = "is new"
    ENABLED = "was there and is enabled again"
    ALREADY = "was there already"
    DISABLED = "is there, disabled; your account may not enable it"
    REJECTED = "is not followed"


@dataclass(frozen=True, slots=True)
class FollowResult:
    """What became of one feed. source: None for one that is rejected, for the reason `detail`."""

    address: FeedAddress
    status: FollowStatus
    source: Source | None = None
    detail: str = ""


def find_sources(urls: Iterable[str]) -> dict[str, Source]:
    """Return the sources that read these feeds, by the key of their address."""
    keys = {get_feed_key(url) for url in urls}
    rows = Source.objects.filter(kind="feed").only("name", "url", "is_enabled").order_by("is_enabled")
    sources = {get_feed_key(source.url): source for source in rows}
    return {key: sources[key] for key in keys if key in sources}


def follow_feeds(addresses: Sequence[FeedAddress], *, may_enable: bool) -> list[FollowResult]:
    """Follow feeds, each once. New and enabled ones are due at once.

    may_enable: whether a disabled source may be enabled.
    """
    unique = drop_repeated(addresses)
    sources = find_sources(address.url for address in unique.values())
    return [_follow(address, sources.get(key), may_enable=may_enable) for key, address in unique.items()]


def _follow(address: FeedAddress, source: Source | None, *, may_enable: bool) -> FollowResult:
    if source is None:
        return _create(address)
    if source.is_enabled:
        return FollowResult(address, FollowStatus.ALREADY, source)
    if not may_enable:
        return FollowResult(address, FollowStatus.DISABLED, source)
    Source.objects.filter(pk=source.pk).update(is_enabled=True, next_poll_at=timezone.now())
    return FollowResult(address, FollowStatus.ENABLED, source)


def _create(address: FeedAddress) -> FollowResult:
    try:
        url = parse_address(address.url)
    except ValueError as error:
        return FollowResult(address, FollowStatus.REJECTED, detail=str(error))
    # What a page sends back may hold anything; PostgreSQL takes no NUL.
    printable = "".join(letter if letter.isprintable() else " " for letter in address.name[: 10 * MAX_NAME])
    name = " ".join(printable.split())[:MAX_NAME].strip() or get_host(url)
    for number in range(1, MAX_TRIES):
        ending = f" {number}" if number > 1 else ""
        source = Source(name=name[: MAX_NAME - len(ending)] + ending, kind="feed", url=url)
        try:
            source.full_clean(validate_unique=False)
            with transaction.atomic():
                source.save(force_insert=True)
        except ValidationError as error:
            return FollowResult(address, FollowStatus.REJECTED, detail=" ".join(error.messages))
        except IntegrityError:  # the name is taken, perhaps by a request at the same time for the same feed
            same = Source.objects.filter(name=source.name).first()
            if same is not None and get_feed_key(same.url) == get_feed_key(address.url):
                return FollowResult(address, FollowStatus.ALREADY, same)
            continue
        return FollowResult(address, FollowStatus.NEW, source)
    return FollowResult(address, FollowStatus.REJECTED, detail=f"{MAX_TRIES} sources are named {name!r}; rename one.")

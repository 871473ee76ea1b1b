"""Tell new stories from those already told: by external id, by title and day, and across sources by what they say.

Reads the log and writes nothing. What it says holds for as long as the log's head does not move.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from itertools import chain, islice
from typing import Any

from django.db.models import F, QuerySet, Value, Window
from django.db.models.functions import RowNumber

from common.sql import in_array
from news.dedup.fingerprint import Fingerprint, is_same_story, parse_fingerprint, similarity_keys
from news.dedup.headline import Headline
from news.models import DuplicateReport, Item, ItemTicker

PUNCTUATION = re.compile(r"[\W_]+")
QUERIES_AT_ONCE = 100  # in one union; SQLite takes 500
# Headlines without a fact share a key with all others of their ticker and day: what these limits leave out is told
# twice, and sorting out a batch costs the same however much was told before.
MOST_CANDIDATES = 5_000  # items, the newest, that a batch is compared with
MOST_COMPARED = 200  # of a key the newest items, and of these and the batch what a draft is compared with
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(eq=False)
class Candidate:
    """A headline that may become an item."""

    headline: Headline
    dedup_hash: str

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """What it says."""
        return parse_fingerprint(self.headline.title)

    @cached_property
    def keys(self) -> list[tuple[int, int, int]]:
        """For each ticker the keys under which the same story may stand, its own first."""
        day = (self.headline.published_at - EPOCH).days
        return [similarity_keys(self.fingerprint, ticker, day) for ticker in self.headline.tickers]


Original = int | Candidate  # who told a story first: an item, by its primary key, or a draft of the same batch


@dataclass(frozen=True, slots=True)
class Partition:
    """A batch of drafts, without those that say nothing new at all."""

    new: list[Candidate] = field(default_factory=list)  # stories not told before, in order
    duplicates: list[tuple[Candidate, Original]] = field(
        default_factory=list
    )  # first reports of a source on stories told


@dataclass(slots=True)
class _ExistingStories:
    """What has been told of the stories in question."""

    stories: dict[str, Original] = field(default_factory=dict)
    reports: set[tuple[str, str]] = field(default_factory=set)  # source, and story or external id
    similar: dict[int, list[tuple[Fingerprint, str, Original]]] = field(
        default_factory=lambda: defaultdict(list)
    )  # the newest last

    def add(self, draft: Candidate, teller: Original) -> None:
        """Note that a draft has told its story, as a report on what `teller` told or for itself."""
        source, external_id = draft.headline.source, draft.headline.external_id
        self.stories[draft.dedup_hash] = teller
        self.reports.add((source, draft.dedup_hash))
        if external_id is not None:
            self.reports.add((source, external_id))

    def has_report(self, draft: Candidate) -> bool:
        """Tell whether the same source has reported this before."""
        source, external_id = draft.headline.source, draft.headline.external_id
        return (source, draft.dedup_hash) in self.reports or (
            external_id is not None and (source, external_id) in self.reports
        )

    def find_original(self, draft: Candidate) -> Original | None:
        """Return who told the draft's story before it."""
        if (teller := self.stories.get(draft.dedup_hash)) is not None:
            return teller
        if not self.similar:
            return None
        near = (reversed(self.similar[key]) for several in draft.keys for key in several if key in self.similar)
        for gist, source, told in islice(chain.from_iterable(near), MOST_COMPARED):
            if source != draft.headline.source and is_same_story(draft.fingerprint, gist):
                return told
        return None


def make_candidate(headline: Headline) -> Candidate:
    """Name a headline's story: SHA-256 of normalised title, UTC day and first ticker."""
    title = unicodedata.normalize("NFC", headline.title)  # or an accent that stands alone would be punctuation
    words = PUNCTUATION.sub(" ", title.casefold()).strip() or title
    day = headline.published_at.astimezone(UTC).date().isoformat()
    return Candidate(headline, hashlib.sha256(f"{words}\n{day}\n{headline.tickers[0]}".encode()).hexdigest())


def classify(drafts: Sequence[Candidate]) -> Partition:
    """Sort a batch into stories not told before and reports on those that were; what is neither is left out."""
    known = _ExistingStories()
    _load_existing(drafts, known)
    sources = {draft.headline.source for draft in drafts}
    _load_similar(
        [draft for draft in drafts if draft.dedup_hash not in known.stories and not known.has_report(draft)],
        sources,
        known,
    )
    batch = Partition()
    for draft in drafts:
        if known.has_report(draft):
            continue
        teller = known.find_original(draft)
        if teller is None:
            batch.new.append(draft)
            if len(sources) > 1:
                for own, *_ in draft.keys:
                    known.similar[own].append((draft.fingerprint, draft.headline.source, draft))
        else:
            batch.duplicates.append((draft, teller))
        known.add(draft, draft if teller is None else teller)
    return batch


def _load_existing(drafts: Sequence[Candidate], known: _ExistingStories) -> None:
    """Read which of the drafts' stories and external ids are in the log."""
    stories = [draft.dedup_hash for draft in drafts]
    by_source = defaultdict(list)
    for draft in drafts:
        if draft.headline.external_id is not None:
            by_source[draft.headline.source].append(draft.headline.external_id)
    queries = list(_existing_queries(stories, by_source))
    for place in range(0, len(queries), QUERIES_AT_ONCE):
        first, *others = queries[place : place + QUERIES_AT_ONCE]
        for source, mark, is_story, teller in first.union(*others, all=True):
            known.reports.add((source, mark))
            if is_story:
                known.stories.setdefault(mark, teller)


def _existing_queries(stories: list[str], by_source: dict[str, list[str]]) -> Iterator[QuerySet[Any, Any]]:
    """Yield queries for source, story or external id, whether it is a story, and the item's primary key."""
    # One statement of indexed look-ups; conditions joined by OR would be the slower.
    yes, no = Value(1), Value(0)
    told_before = in_array(stories)
    yield Item.objects.order_by().filter(dedup_hash__in=told_before).values_list("source", "dedup_hash", yes, F("pk"))
    yield (
        DuplicateReport.objects.order_by()
        .filter(dedup_hash__in=told_before)
        .values_list("source", "dedup_hash", yes, F("item_id"))
    )
    for source, ids in by_source.items():
        told = {"source": source, "external_id__in": in_array(ids)}
        yield Item.objects.order_by().filter(**told).values_list("source", "external_id", no, F("pk"))
        yield DuplicateReport.objects.order_by().filter(**told).values_list("source", "external_id", no, F("item_id"))


def _load_similar(drafts: Sequence[Candidate], sources: set[str], known: _ExistingStories) -> None:
    """Read the newest titles that may tell the drafts' stories in other words, those of all `sources` in the batch."""
    keys = {key for draft in drafts for several in draft.keys for key in several}
    if not keys:
        return
    # By primary key, as the index has them; by their places in the log, a key's rows would have to be sorted.
    place = Window(RowNumber(), partition_by=F("similarity_key"), order_by="-pk")
    rows = (
        ItemTicker.objects.filter(similarity_key__in=in_array(keys))
        .annotate(place=place)
        .filter(place__lte=MOST_COMPARED)
    )
    candidates = list(rows.order_by("-pk").values_list("similarity_key", "item_id")[:MOST_CANDIDATES])
    if not candidates:
        return
    items = Item.objects.order_by().filter(pk__in=in_array({item for _, item in candidates}))
    if len(sources) == 1:
        items = items.exclude(source__in=sources)  # a source does not report the same twice in other words
    told = {pk: (title, source) for pk, title, source in items.values_list("pk", "title", "source")}
    for key, item in reversed(candidates):
        assert key is not None, "NULL is in no list"
        if item in told:
            title, source = told[item]
            known.similar[key].append((_gist_of_told(title), source, item))


# A batch that has to be sorted out again while the log is locked finds its candidates read.
_gist_of_told = lru_cache(MOST_CANDIDATES)(parse_fingerprint)

"""Find out which headlines are new stories: by external id, by title and day, and across sources by their facts.

Reads the log and never writes. The result is valid until the head of the log changes.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
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
from news.dedup.retelling import find_repeated_suffixes, get_story_title
from news.models import DuplicateReport, Item, Mention

PUNCTUATION = re.compile(r"[\W_]+")
_SPECIAL = re.compile("[-\N{MINUS SIGN}\N{EN DASH}.&]")
_NEGATIVE = re.compile("(?<![\\w.,%)])[-\N{MINUS SIGN}\N{EN DASH}](?=[$€£¥₹]?\\d)")
_ABBREVIATION = re.compile(r"\b(?:[^\W\d_]\.){2,}")
QUERIES_PER_UNION = 100  # SQLite allows 500
# Headlines without a fact share a similarity key with all others of their ticker and day. These limits bound the work
# for a batch, however many such items exist; beyond them a duplicate can become a new item.
MAX_SIMILAR_ITEMS = 5_000  # stored items, the newest, that a batch is compared with
MAX_COMPARISONS = 200  # stored items of one key, the newest, and headlines that one candidate is compared with
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(eq=False)
class Candidate:
    """A headline that may become an item.

    dedup_hash: of its story: the title without what is added when it is told again, the UTC day and the tickers.
    report_hash: of the title as it stands, the UTC day and the tickers; tells the reports of one source apart.
    """

    headline: Headline
    story_title: str
    dedup_hash: str
    report_hash: str

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """The facts and words of the story's title."""
        return parse_fingerprint(self.story_title)

    @cached_property
    def keys(self) -> list[tuple[int, int, int]]:
        """The similarity keys of each ticker: those of the day of publication, the day before and the day after."""
        day = (self.headline.published_at - EPOCH).days
        return [similarity_keys(self.fingerprint, ticker, day) for ticker in self.headline.tickers]


Original = int | Candidate  # the first report of a story: an item, by its primary key, or a candidate of the batch


@dataclass(frozen=True, slots=True)
class Partition:
    """A batch of candidates by what they are: new stories, first reports by another source, and exact repetitions."""

    new: list[Candidate] = field(default_factory=list)  # in order
    duplicates: list[tuple[Candidate, Original]] = field(default_factory=list)
    repeated: list[tuple[Candidate, Original]] = field(default_factory=list)  # not stored


@dataclass(slots=True)
class _ExistingStories:
    """The stories and reports that a batch can repeat: those in the log and those earlier in the batch."""

    originals: dict[str, Original] = field(default_factory=dict)  # by dedup_hash
    reports: dict[tuple[str, str], Original] = field(default_factory=dict)  # by source, and a hash or external id
    # Fingerprint, the story's title, source and original by similarity key, the newest last.
    similar: dict[int, list[tuple[Fingerprint, str, str, Original]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, candidate: Candidate, original: Original) -> None:
        """Record a candidate as a report on `original`, which is the candidate itself for a new story."""
        source, external_id = candidate.headline.source, candidate.headline.external_id
        self.originals.setdefault(candidate.dedup_hash, original)
        self.reports.setdefault((source, candidate.dedup_hash), original)
        self.reports.setdefault((source, candidate.report_hash), original)
        if external_id is not None:
            self.reports.setdefault((source, external_id), original)

    def add_similar(self, candidate: Candidate) -> None:
        """Let later candidates of the batch be compared with a new story."""
        for own_key, *_ in candidate.keys:
            story = (candidate.fingerprint, candidate.story_title, candidate.headline.source, candidate)
            self.similar[own_key].append(story)

    def find_repeated(self, candidate: Candidate) -> Original | None:
        """Return the first report of what the same source has reported before, None if it has not."""
        source, external_id = candidate.headline.source, candidate.headline.external_id
        repeated = self.reports.get((source, candidate.report_hash))
        if repeated is None and external_id is not None:
            return self.reports.get((source, external_id))
        return repeated

    def find_original(self, candidate: Candidate) -> Original | None:
        """Return the first report of the candidate's story, None if the story is new."""
        if (original := self.originals.get(candidate.dedup_hash)) is not None:
            return original
        if not self.similar:
            return None
        similar = (reversed(self.similar[key]) for keys in candidate.keys for key in keys if key in self.similar)
        # Its own source's are skipped before the limit: a busy day of one source must not hide the others' stories.
        own = candidate.headline.source
        of_others = (story for story in chain.from_iterable(similar) if story[2] != own)
        for fingerprint, title, _, original in islice(of_others, MAX_COMPARISONS):
            # The same title has the same hash, unless it is about other tickers or of another day: another story.
            if is_same_story(candidate.fingerprint, fingerprint) and (
                _get_words(title) != _get_words(candidate.story_title)
            ):
                return original
        return None


def make_candidates(headlines: Sequence[Headline]) -> list[Candidate]:
    """Return the headlines of a batch as candidates."""
    suffixes = find_repeated_suffixes((headline.title, headline.source) for headline in headlines)
    return [make_candidate(headline, suffixes=suffixes.get(headline.source, ())) for headline in headlines]


def make_candidate(headline: Headline, *, suffixes: Iterable[str] = ()) -> Candidate:
    """Return a headline as a candidate. suffixes: names of publishers at the end of titles, besides known ones."""
    story_title = get_story_title(headline.title, headline.source, suffixes=suffixes)
    end = f"{_get_day(headline.published_at)}\n{' '.join(sorted(headline.tickers))}"
    dedup_hash = _hash(f"{_get_words(story_title)}\n{end}")
    is_plain = story_title == headline.title
    report_hash = dedup_hash if is_plain else _hash(f"{_get_words(headline.title)}\n{end}")
    return Candidate(headline, story_title, dedup_hash=dedup_hash, report_hash=report_hash)


def get_similarity_keys(item: Item) -> list[int]:
    """Return the similarity keys of a stored item, one for each ticker."""
    return [own_key for own_key, *_ in _make_stored(item).keys]


def get_dedup_hash(item: Item) -> str:
    """Return the hash of a stored item's story, from what the item says now."""
    return _make_stored(item).dedup_hash


def _make_stored(item: Item) -> Candidate:
    return make_candidate(Headline(item.title, tuple(item.tickers), item.source, item.published_at))


def _get_words(title: str) -> str:
    """Return the words of a title, in which "-3%" is not "+3%", "U.S." is "US" and "&" is "and"."""
    if _SPECIAL.search(title):
        title = _NEGATIVE.sub(" minus ", title)
        title = _ABBREVIATION.sub(lambda match: match[0].replace(".", ""), title).replace(" & ", " and ")
    return _get_plain_words(title)


def _get_plain_words(title: str) -> str:
    title = unicodedata.normalize("NFC", title)  # a combining accent of its own would count as punctuation
    return PUNCTUATION.sub(" ", title.casefold()).strip() or title


def _get_day(published_at: datetime) -> str:
    return published_at.astimezone(UTC).date().isoformat()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _get_old_hashes(candidate: Candidate) -> set[str]:
    """Return the hashes that a story with the same title may have from version 0.1, beside those that it has now.

    They were made of the plain words and the first ticker only.
    """
    headline = candidate.headline
    if len(headline.tickers) == 1 and candidate.story_title == headline.title and not _SPECIAL.search(headline.title):
        return set()  # the hash is the same
    day = _get_day(headline.published_at)
    words = {_get_plain_words(title) for title in {headline.title, candidate.story_title}}
    hashes = {_hash(f"{text}\n{day}\n{ticker}") for text in words for ticker in headline.tickers}
    return hashes - {candidate.dedup_hash, candidate.report_hash}


def classify(candidates: Sequence[Candidate]) -> Partition:
    """Partition a batch into new stories, duplicates by other sources, and what a source repeats."""
    existing = _ExistingStories()
    _load_existing(candidates, existing)
    sources = {candidate.headline.source for candidate in candidates}
    unmatched = [c for c in candidates if c.dedup_hash not in existing.originals and existing.find_repeated(c) is None]
    _load_similar(unmatched, sources, existing)
    partition = Partition()
    for candidate in candidates:
        repeated = existing.find_repeated(candidate)
        if repeated is not None:
            partition.repeated.append((candidate, repeated))
            continue
        original = existing.find_original(candidate)
        if original is None:
            partition.new.append(candidate)
            if len(sources) > 1:
                existing.add_similar(candidate)
        else:
            partition.duplicates.append((candidate, original))
        existing.add(candidate, candidate if original is None else original)
    return partition


def _load_existing(candidates: Sequence[Candidate], existing: _ExistingStories) -> None:
    """Load which of the candidates' dedup hashes and external ids are in the log."""
    hashes = list({hash_ for candidate in candidates for hash_ in (candidate.dedup_hash, candidate.report_hash)})
    ids_by_source = defaultdict(list)
    for candidate in candidates:
        if candidate.headline.external_id is not None:
            ids_by_source[candidate.headline.source].append(candidate.headline.external_id)
    queries = list(_existing_queries(hashes, ids_by_source))
    for start in range(0, len(queries), QUERIES_PER_UNION):
        first, *others = queries[start : start + QUERIES_PER_UNION]
        for source, hash_or_id, is_hash, item_pk in first.union(*others, all=True):
            existing.reports.setdefault((source, hash_or_id), item_pk)
            if is_hash:
                existing.originals.setdefault(hash_or_id, item_pk)
    _load_old(candidates, existing)


def _load_old(candidates: Sequence[Candidate], existing: _ExistingStories) -> None:
    """Load which of the candidates are in the log with a hash of version 0.1."""
    old_hashes = {
        old_hash
        for candidate in candidates
        if candidate.dedup_hash not in existing.originals
        for old_hash in _get_old_hashes(candidate)
    }
    if not old_hashes:
        return
    for item in Item.with_withdrawn.order_by().filter(dedup_hash__in=in_array(old_hashes)):
        stored = _make_stored(item)
        existing.originals.setdefault(stored.dedup_hash, item.pk)
        for stored_hash in (stored.report_hash, stored.dedup_hash):
            existing.reports.setdefault((item.source, stored_hash), item.pk)


def _existing_queries(hashes: list[str], ids_by_source: dict[str, list[str]]) -> Iterator[QuerySet[Any, Any]]:
    """Yield queries for source, dedup hash or external id, whether it is a hash, and the item's primary key."""
    # A union of index look-ups: conditions joined by OR are slower.
    yes, no = Value(1), Value(0)
    in_hashes = in_array(hashes)
    yield (
        Item.with_withdrawn.order_by()
        .filter(dedup_hash__in=in_hashes)
        .values_list("source", "dedup_hash", yes, F("pk"))
    )
    yield (
        DuplicateReport.objects.order_by()
        .filter(dedup_hash__in=in_hashes)
        .values_list("source", "dedup_hash", yes, F("item_id"))
    )
    for source, ids in ids_by_source.items():
        matching = {"source": source, "external_id__in": in_array(ids)}
        yield Item.with_withdrawn.order_by().filter(**matching).values_list("source", "external_id", no, F("pk"))
        yield (
            DuplicateReport.objects.order_by().filter(**matching).values_list("source", "external_id", no, F("item_id"))
        )


def _load_similar(candidates: Sequence[Candidate], sources: set[str], existing: _ExistingStories) -> None:
    """Load the newest items that may report the candidates' stories in other words. `sources` are all of the batch."""
    keys = {key for candidate in candidates for ticker_keys in candidate.keys for key in ticker_keys}
    if not keys:
        return
    # Ordered by primary key, as the index is; ordered by seq, all rows of a key would have to be sorted.
    rank = Window(RowNumber(), partition_by=[F("similarity_key"), F("item__source")], order_by="-pk")
    rows = Mention.objects.filter(similarity_key__in=in_array(keys))
    if len(sources) == 1:
        rows = rows.exclude(item__source__in=sources)  # headlines of one source are not compared with each other
    rows = rows.annotate(rank=rank).filter(rank__lte=MAX_COMPARISONS)
    keyed_items = list(rows.order_by("-pk").values_list("similarity_key", "item_id")[:MAX_SIMILAR_ITEMS])
    if not keyed_items:
        return
    items = Item.with_withdrawn.order_by().filter(pk__in=in_array({item_pk for _, item_pk in keyed_items}))
    titles = {
        pk: (get_story_title(title, source), source) for pk, title, source in items.values_list("pk", "title", "source")
    }
    for key, item_pk in reversed(keyed_items):
        assert key is not None, "NULL is in no list"
        if item_pk in titles:
            title, source = titles[item_pk]
            existing.similar[key].append((_parse_title(title), title, source, item_pk))


# Cached for batches that are classified a second time, with the log locked.
@lru_cache(MAX_SIMILAR_ITEMS)
def _parse_title(story_title: str) -> Fingerprint:
    return parse_fingerprint(story_title)

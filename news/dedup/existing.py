"""Load the stories and reports that a batch can repeat or correct, and find them by id, hash, facts and title."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from heapq import nlargest
from itertools import chain, islice
from typing import Any

from django.db.models import F, QuerySet, Value, Window
from django.db.models.functions import RowNumber

from common.sql import in_array
from news.dedup.candidates import Candidate, Original, get_old_hashes, get_words, make_stored
from news.dedup.fingerprint import Fingerprint, is_same_story, parse_fingerprint
from news.dedup.retelling import get_story_title
from news.dedup.stories import NO_MATCH, Story, StoryState, find_corrected
from news.models import DuplicateReport, Item, ItemRevision, Mention

QUERIES_PER_UNION = 100  # SQLite allows 500
# Headlines without a fact share a similarity key with all others of their ticker and day. These limits bound the work
# for a batch, however many such items exist; beyond them a duplicate can become a new item.
MAX_SIMILAR_ITEMS = 5_000  # stored items, the newest, that a batch is compared with
MAX_COMPARISONS = 200  # stored items of one key, the newest, and headlines that one candidate is compared with
MAX_SAME_ID = 20  # items with one external id, the newest, that a candidate is compared with
MAX_CORRECTED_ITEMS = 500  # items of one ticker, the newest, among which a "CORRECTED-" finds its original
MAX_CORRECTED_TICKERS = 50  # of all "CORRECTED-" reports of a batch
MAX_CORRECTED_AGE = timedelta(days=3)  # between the publication of a report and of its "CORRECTED-"
STATE_FIELDS = ("title", "summary", "url", "tickers", "published_at", "dedup_hash", "appended_at")
# Kinds of rows in `_existing_queries`, in the order in which they count.
ITEM_HASH, REPORT_HASH, FORMER_HASH, ITEM_ID, REPORT_ID = range(5)


@dataclass(slots=True)
class ExistingStories:
    """The stories and reports that a batch can repeat: those in the log and those earlier in the batch."""

    originals: dict[str, Original] = field(default_factory=dict)  # by dedup_hash
    reports: dict[tuple[str, str], Original] = field(default_factory=dict)  # by source and hash
    # Stories by source and external id, the newest last, and whether the id is that of a report on the story.
    by_id: dict[tuple[str, str], list[tuple[Story, bool]]] = field(default_factory=lambda: defaultdict(list))
    # Fingerprint, the story's title, source and original by similarity key, the newest last.
    similar: dict[int, list[tuple[Fingerprint, str, str, Original]]] = field(default_factory=lambda: defaultdict(list))
    # Those that a "CORRECTED-" can correct, by ticker, numbered by age.
    recent: dict[str, list[tuple[int, Story]]] = field(default_factory=lambda: defaultdict(list))
    recent_count: int = 0

    def add(self, candidate: Candidate, original: Original) -> None:
        """Record a candidate as a report on `original`, which is the candidate itself for a new story."""
        source = candidate.headline.source
        self.originals.setdefault(candidate.dedup_hash, original)
        self.reports.setdefault((source, candidate.dedup_hash), original)
        self.reports.setdefault((source, candidate.report_hash), original)

    def add_new(self, candidate: Candidate, *, is_compared: bool, is_corrigible: bool) -> None:
        """Record a new story. is_compared: with later candidates in other words; is_corrigible: by a "CORRECTED-"."""
        self.add(candidate, candidate)
        if is_compared:
            for own_key, *_ in candidate.keys:
                story = (candidate.fingerprint, candidate.story_title, candidate.headline.source, candidate)
                self.similar[own_key].append(story)
        external_id = candidate.headline.external_id
        if external_id is None and not is_corrigible:
            return
        new = Story.of(candidate)
        if external_id is not None:
            self.by_id[candidate.headline.source, external_id].append((new, False))
        if is_corrigible:
            self.add_recent(new)

    def add_recent(self, story: Story) -> None:
        """Let a "CORRECTED-" correct a story, which is newer than those before."""
        self.recent_count += 1
        for ticker in story.current.tickers:
            self.recent[ticker].append((self.recent_count, story))

    def add_report(self, candidate: Candidate, story: Story) -> None:
        """Record a candidate as a report on a story whose states are known."""
        self.add(candidate, story.original)
        if candidate.headline.external_id is not None:
            self.by_id[candidate.headline.source, candidate.headline.external_id].append((story, True))

    def find_by_id(self, candidate: Candidate) -> tuple[Story, bool] | None:
        """Return the story whose id the candidate has, if the id counts, and whether it is that of a report."""
        if candidate.headline.external_id is None:
            return None
        with_id = self.by_id.get((candidate.headline.source, candidate.headline.external_id), ())
        best, best_match = None, NO_MATCH
        for story, is_report in with_id:
            match = story.match(candidate, is_report=is_report, is_only=len(with_id) == 1)
            if match and match >= best_match:
                best, best_match = (story, is_report), match
        return best

    def find_repeated(self, candidate: Candidate) -> Original | None:
        """Return the first report of what the same source has reported before, None if it has not."""
        return self.reports.get((candidate.headline.source, candidate.report_hash))

    def find_corrected(self, candidate: Candidate) -> Story | None:
        """Return the story that a "CORRECTED-" corrects, or reports on if it is of another source."""
        numbered = dict(pair for ticker in candidate.headline.tickers for pair in self.recent.get(ticker, ()))
        newest_first = (numbered[number] for number in sorted(numbered, reverse=True))
        return find_corrected(candidate, newest_first, within=MAX_CORRECTED_AGE)

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
            if is_same_story(candidate.fingerprint, fingerprint) and get_words(title) != candidate.words:
                return original
        return None


def load_existing(candidates: Sequence[Candidate], corrections: Collection[Candidate]) -> ExistingStories:
    """Return what the log has of the candidates' stories. corrections: those that say that they correct a report."""
    existing = ExistingStories()
    pks_by_id = {key: _select_newest(pks) for key, pks in _load_hashes(candidates, existing).items()}
    _load_old(candidates, existing)
    recent = _list_recent(corrections)
    stories = _load_stories({pk for pks in pks_by_id.values() for pk in pks} | recent)
    for key, pks in pks_by_id.items():
        existing.by_id[key] = [(stories[pk], is_report) for pk, is_report in pks.items() if pk in stories]
    for pk, story in stories.items():
        if pk in recent:
            existing.add_recent(story)
    return existing


def load_similar(candidates: Sequence[Candidate], sources: set[str], existing: ExistingStories) -> None:
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


def _load_hashes(
    candidates: Sequence[Candidate], existing: ExistingStories
) -> dict[tuple[str, str], list[tuple[int, bool]]]:
    """Load which of the candidates' dedup hashes are in the log; return what has their external ids.

    That is by source and id, the primary keys of items, and whether the id is that of a report.
    """
    hashes = list({hash_ for candidate in candidates for hash_ in (candidate.dedup_hash, candidate.report_hash)})
    ids_by_source = defaultdict(list)
    for candidate in candidates:
        if candidate.headline.external_id is not None:
            ids_by_source[candidate.headline.source].append(candidate.headline.external_id)
    queries = list(_existing_queries(hashes, ids_by_source))
    rows: list[tuple[int, int, str, str]] = []
    for start in range(0, len(queries), QUERIES_PER_UNION):
        first, *others = queries[start : start + QUERIES_PER_UNION]
        rows += first.union(*others, all=True)
    pks_by_id: dict[tuple[str, str], list[tuple[int, bool]]] = defaultdict(list)
    for kind, item_pk, source, hash_or_id in sorted(rows):
        if kind in (ITEM_ID, REPORT_ID):
            pks_by_id[source, hash_or_id].append((item_pk, kind == REPORT_ID))
        else:
            existing.reports.setdefault((source, hash_or_id), item_pk)
            existing.originals.setdefault(hash_or_id, item_pk)
    return pks_by_id


def _load_old(candidates: Sequence[Candidate], existing: ExistingStories) -> None:
    """Load which of the candidates are in the log with a hash of version 0.1."""
    old_hashes = {
        old_hash
        for candidate in candidates
        if candidate.dedup_hash not in existing.originals
        for old_hash in get_old_hashes(candidate)
    }
    if not old_hashes:
        return
    for item in Item.with_withdrawn.order_by().filter(dedup_hash__in=in_array(old_hashes)):
        stored = make_stored(item)
        existing.originals.setdefault(stored.dedup_hash, item.pk)
        for stored_hash in (stored.report_hash, stored.dedup_hash):
            existing.reports.setdefault((item.source, stored_hash), item.pk)


def _existing_queries(hashes: list[str], ids_by_source: dict[str, list[str]]) -> Iterator[QuerySet[Any, Any]]:
    """Yield queries for kind of row, the item's primary key, source, and dedup hash or external id."""
    # A union of index look-ups: conditions joined by OR are slower.
    in_hashes = in_array(hashes)
    for kind, rows, pk in (
        (ITEM_HASH, Item.with_withdrawn, "pk"),
        (REPORT_HASH, DuplicateReport.objects, "item_id"),
        (FORMER_HASH, ItemRevision.objects, "current_id"),
    ):
        matching = rows.order_by().filter(dedup_hash__in=in_hashes)
        yield matching.values_list(Value(kind), F(pk), "source", "dedup_hash")
    # The states of an item have the same source and id.
    for source, ids in ids_by_source.items():
        in_ids = in_array(ids)
        for kind, rows, pk in ((ITEM_ID, Item.with_withdrawn, "pk"), (REPORT_ID, DuplicateReport.objects, "item_id")):
            matching = rows.order_by().filter(source=source, external_id__in=in_ids)
            yield matching.values_list(Value(kind), F(pk), "source", "external_id")


def _select_newest(items: list[tuple[int, bool]]) -> dict[int, bool]:
    """Return the newest MAX_SAME_ID items that have an id, the newest last, and if it is only that of a report."""
    own_last = sorted(items, key=lambda pair: not pair[1])
    return dict(nlargest(MAX_SAME_ID, dict(own_last).items())[::-1])


def _list_recent(corrections: Collection[Candidate]) -> set[int]:
    """Return the primary keys of the newest items with a ticker of the reports that correct another."""
    tickers = sorted({ticker for candidate in corrections for ticker in candidate.headline.tickers})
    recent: set[int] = set()
    # One short index walk for each; a single query would sort all items with any of the tickers.
    for ticker in islice(tickers, MAX_CORRECTED_TICKERS):
        mentions = Mention.objects.filter(symbol=ticker).order_by("-seq")
        recent.update(mentions.values_list("item_id", flat=True)[:MAX_CORRECTED_ITEMS])
    return recent


def _load_stories(pks: Collection[int]) -> dict[int, Story]:
    """Return the stories of items by primary key, the newest last."""
    if not pks:
        return {}
    in_pks = in_array(pks)
    fields = ("pk", "source", "is_withdrawn", "revision", *STATE_FIELDS)
    rows = list(Item.with_withdrawn.order_by("seq").filter(pk__in=in_pks).values_list(*fields))
    former: dict[int, list[StoryState]] = defaultdict(list)
    if any(revision for _, _, _, revision, *_ in rows):
        states = ItemRevision.objects.order_by("seq").filter(current__in=in_pks)
        for pk, *values in states.values_list("current_id", *STATE_FIELDS):
            former[pk].append(_make_state(values))
    return {
        pk: Story(pk, source, [*former[pk], _make_state(values)], is_withdrawn)
        for pk, source, is_withdrawn, _, *values in rows
    }


def _make_state(values: Iterable[Any]) -> StoryState:
    title, summary, url, tickers, published_at, dedup_hash, appended_at = values
    return StoryState(title, summary, url, tuple(tickers), published_at, dedup_hash, appended_at)


# Cached for batches that are classified a second time, with the log locked.
@lru_cache(MAX_SIMILAR_ITEMS)
def _parse_title(story_title: str) -> Fingerprint:
    return parse_fingerprint(story_title)

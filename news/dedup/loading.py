"""Load from the log what a batch can repeat or correct: by hash, by external id, by facts, and what is recent."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from heapq import nlargest
from itertools import islice
from typing import Any

from django.db.models import F, QuerySet, Value, Window
from django.db.models.functions import RowNumber

from common.sql import in_array
from news.dedup.candidates import Candidate, get_old_hashes, make_stored
from news.dedup.existing import MAX_COMPARISONS, ExistingStories
from news.dedup.fingerprint import Fingerprint, parse_fingerprint
from news.dedup.retelling import get_story_title
from news.dedup.stories import Story, StoryState
from news.models import DuplicateReport, Item, ItemRevision, Mention

QUERIES_PER_UNION = 100  # SQLite allows 500
# Headlines without a fact share a similarity key with all others of their ticker and day. These limits bound the work
# for a batch, however many such items exist; beyond them a duplicate can become a new item.
MAX_SIMILAR_ITEMS = 5_000  # stored items, the newest, that a batch is compared with
MAX_SAME_ID = 20  # items with one external id, the newest, that a candidate is compared with
MAX_CORRECTED_ITEMS = 500  # items of one ticker, the newest, among which a "CORRECTED-" finds its original
MAX_CORRECTED_TICKERS = 50  # of all "CORRECTED-" reports of a batch
STATE_FIELDS = ("title", "summary", "url", "tickers", "published_at", "dedup_hash", "appended_at")
# Kinds of rows in `_existing_queries`, in the order in which they count.
ITEM_HASH, REPORT_HASH, FORMER_HASH, ITEM_ID, REPORT_ID = range(5)


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
    items = items.filter(**_choose_rows(candidates))
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
    queries = list(_existing_queries(hashes, ids_by_source, conditions=_choose_rows(candidates)))
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
    old = Item.with_withdrawn.order_by().filter(dedup_hash__in=in_array(old_hashes), **_choose_rows(candidates))
    for item in old:
        stored = make_stored(item)
        existing.originals.setdefault(stored.dedup_hash, item.pk)
        for stored_hash in (stored.report_hash, stored.dedup_hash):
            existing.reports.setdefault((item.source, stored_hash), item.pk)


def _choose_rows(candidates: Iterable[Candidate]) -> dict[str, bool]:
    """Return the conditions on items that a batch may repeat: a real headline repeats no sample, which is removable."""
    return {} if any(each.headline.is_sample for each in candidates) else {"is_sample": False}


def _existing_queries(
    hashes: list[str], ids_by_source: dict[str, list[str]], *, conditions: dict[str, bool]
) -> Iterator[QuerySet[Any, Any]]:
    """Yield queries for kind of row, the item's primary key, source, and dedup hash or external id.

    conditions: on items and their former states. Reports have no samples among their items.
    """
    # A union of index look-ups: conditions joined by OR are slower.
    in_hashes = in_array(hashes)
    for kind, rows, pk in (
        (ITEM_HASH, Item.with_withdrawn.filter(**conditions), "pk"),
        (REPORT_HASH, DuplicateReport.objects.all(), "item_id"),
        (FORMER_HASH, ItemRevision.objects.filter(**conditions), "current_id"),
    ):
        matching = rows.order_by().filter(dedup_hash__in=in_hashes)
        yield matching.values_list(Value(kind), F(pk), "source", "dedup_hash")
    # The states of an item have the same source and id.
    for source, ids in ids_by_source.items():
        in_ids = in_array(ids)
        for kind, rows, pk in (
            (ITEM_ID, Item.with_withdrawn.filter(**conditions), "pk"),
            (REPORT_ID, DuplicateReport.objects.all(), "item_id"),
        ):
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
    rows = list(Item.with_withdrawn.order_by("seq").filter(pk__in=in_pks, is_sample=False).values_list(*fields))
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

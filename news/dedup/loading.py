"""Load from the log what a batch can repeat or correct: by hash, by external id, by facts, and what is recent.

Raw SQL for what every batch asks: the ORM would take longer to compile it than the database to answer.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from heapq import nlargest
from itertools import islice
from typing import Any

from django.db import connection

from common.sql import in_array, make_array
from news.dedup.candidates import Candidate, get_old_hashes, make_stored
from news.dedup.existing import MAX_COMPARISONS, ExistingStories
from news.dedup.fingerprint import Fingerprint, parse_fingerprint
from news.dedup.retelling import get_story_title
from news.dedup.stories import Story, StoryState
from news.log.head import LogVersion
from news.models import Item, ItemRevision, Mention

QUERIES_PER_UNION = 100  # SQLite allows 500
# Headlines without a fact share a similarity key with all others of their ticker and day. These limits bound the work
# for a batch, however many such items exist; beyond them a duplicate can become a new item.
MAX_SIMILAR_ITEMS = 5_000  # stored items, the newest, that a batch is compared with
MAX_SAME_ID = 20  # items with one external id, the newest, that a candidate is compared with
MAX_CORRECTED_ITEMS = 500  # items of one ticker, the newest, among which a "CORRECTED-" finds its original
MAX_CORRECTED_TICKERS = 50  # of all "CORRECTED-" reports of a batch
STATE_FIELDS = ("title", "summary", "url", "tickers", "published_at", "dedup_hash", "appended_at")
# Kinds of rows in `_list_lookups`, in the order in which they count.
LOG_STATE, ITEM_HASH, REPORT_HASH, FORMER_HASH, OLD_HASH, ITEM_ID, REPORT_ID = range(7)
SELECT_STATE = f"SELECT {LOG_STATE}, writes, '', generation FROM news_loghead WHERE id = 1"  # noqa: S608 - its own text
# Ranked by primary key, as the index is ordered; ordered by seq, all rows of a key would have to be sorted.
SELECT_SIMILAR = """
SELECT similarity_key, item_pk, title, source FROM (
    SELECT news_mention.id, similarity_key, news_mention.item_id AS item_pk, title, source,
        row_number() OVER (PARTITION BY similarity_key, source ORDER BY news_mention.id DESC) AS place
    FROM news_mention JOIN news_item ON news_item.id = news_mention.item_id
    WHERE similarity_key IN ({keys}) {conditions}
) AS ranked WHERE place <= %s ORDER BY id DESC LIMIT %s
"""

Lookup = tuple[str, list[Any]]  # a statement and its parameters


def select_existing(candidates: Sequence[Candidate], corrections: Collection[Candidate]) -> ExistingStories:
    """Return what the log has of the candidates' stories. corrections: those that say that they correct a report."""
    existing = ExistingStories()
    if not candidates:  # an empty array has no type on PostgreSQL
        return existing
    pks_by_id = {key: _select_newest(pks) for key, pks in _select_hashes(candidates, existing).items()}
    recent = _list_recent(corrections)
    stories = _select_stories({pk for pks in pks_by_id.values() for pk in pks} | recent)
    for key, pks in pks_by_id.items():
        existing.by_id[key] = [(stories[pk], is_report) for pk, is_report in pks.items() if pk in stories]
    for pk, story in stories.items():
        if pk in recent:
            existing.add_recent(story)
    return existing


def select_similar(candidates: Sequence[Candidate], sources: set[str], existing: ExistingStories) -> None:
    """Load the newest items that may report the candidates' stories in other words. `sources` are all of the batch."""
    keys = {key for candidate in candidates for ticker_keys in candidate.keys for key in ticker_keys}
    if not keys:
        return
    select, array = make_array(keys)
    # Headlines of one source are not compared with each other.
    is_of_other, own = (" AND source <> %s", [*sources]) if len(sources) == 1 else ("", [])
    statement = SELECT_SIMILAR.format(keys=select, conditions=f"{_choose_rows(candidates)}{is_of_other}")
    with connection.cursor() as cursor:
        cursor.execute(statement, [array, *own, MAX_COMPARISONS, MAX_SIMILAR_ITEMS])
        rows = cursor.fetchall()
    for key, item_pk, title, source in reversed(rows):
        story_title = get_story_title(title, source)
        existing.similar[key].append((_parse_title(story_title), story_title, source, item_pk))


def _select_hashes(
    candidates: Sequence[Candidate], existing: ExistingStories
) -> dict[tuple[str, str], list[tuple[int, bool]]]:
    """Load which of the candidates' dedup hashes are in the log; return what has their external ids.

    That is by source and id, the primary keys of items, and whether the id is that of a report.
    """
    lookups = list(_list_lookups(candidates))
    rows: list[tuple[int, int, str, str]] = []
    with connection.cursor() as cursor:
        for start in range(0, len(lookups), QUERIES_PER_UNION):
            part = lookups[start : start + QUERIES_PER_UNION]
            union = " UNION ALL ".join(statement for statement, _ in part)
            cursor.execute(union, [parameter for _, parameters in part for parameter in parameters])
            rows += cursor.fetchall()
    pks_by_id: dict[tuple[str, str], list[tuple[int, bool]]] = defaultdict(list)
    old: dict[str, list[int]] = defaultdict(list)
    for kind, item_pk, source, text in sorted(rows):
        if kind == LOG_STATE:
            existing.log_version = LogVersion(text, writes=item_pk)
        elif kind == OLD_HASH:
            old[text].append(item_pk)
        elif kind in (ITEM_ID, REPORT_ID):
            pks_by_id[source, text].append((item_pk, kind == REPORT_ID))
        else:
            existing.reports.setdefault((source, text), item_pk)
            existing.originals.setdefault(text, item_pk)
    if old:
        _select_old(candidates, old, existing)
    return pks_by_id


def _select_old(candidates: Sequence[Candidate], pks: dict[str, list[int]], existing: ExistingStories) -> None:
    """Load the items with a hash of version 0.1 by which candidates are known. pks: of all items, by such hashes."""
    unknown = [candidate for candidate in candidates if candidate.dedup_hash not in existing.originals]
    hashes = {old_hash for candidate in unknown for old_hash in get_old_hashes(candidate)}
    matching = [pk for old_hash in hashes for pk in pks.get(old_hash, ())]
    for item in Item.with_withdrawn.order_by().filter(pk__in=in_array(matching)):
        stored = make_stored(item)
        existing.originals.setdefault(stored.dedup_hash, item.pk)
        for stored_hash in (stored.report_hash, stored.dedup_hash):
            existing.reports.setdefault((item.source, stored_hash), item.pk)


def _list_lookups(candidates: Sequence[Candidate]) -> Iterator[Lookup]:
    """Yield statements that select kind of row, an item's primary key, source, and dedup hash or external id.

    The first selects the state of the log, so that nothing else is read before it.
    """
    yield SELECT_STATE, []
    condition = _choose_rows(candidates)  # on items and their former states; reports have no samples as items
    # A union of index look-ups: conditions joined by OR are slower.
    hashes = {hash_ for candidate in candidates for hash_ in (candidate.dedup_hash, candidate.report_hash)}
    yield _match(ITEM_HASH, "news_item", "id", hashes, condition=condition)
    yield _match(REPORT_HASH, "news_report", "item_id", hashes)
    yield _match(FORMER_HASH, "news_itemrevision", "current_id", hashes, condition=condition)
    if old_hashes := {old_hash for candidate in candidates for old_hash in get_old_hashes(candidate)}:
        yield _match(OLD_HASH, "news_item", "id", old_hashes, condition=condition)
    ids_by_source = defaultdict(set)
    for candidate in candidates:
        if candidate.headline.external_id is not None:
            ids_by_source[candidate.headline.source].add(candidate.headline.external_id)
    for source, ids in ids_by_source.items():
        # The states of an item have the same source and id.
        yield _match(ITEM_ID, "news_item", "id", ids, source=source, condition=condition)
        yield _match(REPORT_ID, "news_report", "item_id", ids, source=source)


def _match(
    kind: int, table: str, key: str, values: Collection[str], *, source: str | None = None, condition: str = ""
) -> Lookup:
    """Return the look-up of rows with one of some dedup hashes, or of external ids of a source."""
    column, own = ("dedup_hash", []) if source is None else ("external_id", [source])
    select, array = make_array(values)
    of_source = "source = %s AND " if own else ""
    return (
        f"SELECT {kind}, {key}, source, {column} FROM {table}"  # noqa: S608 - names of our own models
        f" WHERE {of_source}{column} IN ({select}){condition}",
        [*own, array],
    )


def _choose_rows(candidates: Iterable[Candidate]) -> str:
    """Return the condition on items that a batch may repeat: a real headline repeats no sample, which is removable."""
    return "" if any(each.headline.is_sample for each in candidates) else " AND NOT is_sample"


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


def _select_stories(pks: Collection[int]) -> dict[int, Story]:
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

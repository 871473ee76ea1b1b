"""Append new and corrected items to the log, and duplicate reports to their items. Used by `news.ingest.pipeline`."""

from collections.abc import Mapping, Sequence
from copy import copy

import uuid_utils

from common.sql import in_array
from news.dedup.candidates import Candidate
from news.dedup.matching import Partition, SourceCorrection
from news.ingest.bulk_insert import insert_items, insert_mentions
from news.ingest.changes import append_edits
from news.ingest.corrections import build_correction
from news.ingest.item_scores import ScoreCache, apply_scores, build_entity_text
from news.ingest.tagging import NO_RULES, get_rules_by_source
from news.log.head import NextPlace, advance_head
from news.metrics.buckets import add_to_buckets
from news.models import DuplicateReport, Item, LogHead
from news.search.index import add_items

EMPTY_ITEM = {field.attname: field.get_default() for field in Item._meta.concrete_fields}


def append_items(place: NextPlace, partition: Partition, items: Sequence[Item]) -> None:
    """Append a batch to the log; `items` are those of `partition.new`. The caller holds the lock."""
    for seq, item in enumerate(items, start=place.seq):
        item.seq, item.appended_at = seq, place.appended_at
        item.first_appended_at = item.scored_at = place.now
    insert_items(items, after=place.seq - 1)
    add_items(items)
    insert_mentions(
        (item, [own_key for own_key, *_ in candidate.keys])
        for item, candidate in zip(items, partition.new, strict=True)
    )
    _add_duplicate_reports(partition, dict(zip(partition.new, items, strict=True)))
    add_to_buckets(items)


def correct_items(
    head: LogHead,
    corrections: Sequence[SourceCorrection],
    items: Mapping[Candidate, Item],
    scores: ScoreCache,
) -> set[Candidate]:
    """Apply sources' corrections; return the candidates that changed an item.

    items: those of candidates that are corrected in the same batch. The caller holds the lock.
    """
    rules = (
        get_rules_by_source({correction.candidate.headline.source for correction in corrections}) if corrections else {}
    )
    updated: set[Candidate] = set()
    pending = list(corrections)
    while pending:
        # An item corrected twice in a batch gets two states.
        by_item: dict[int, SourceCorrection] = {}
        later = []
        for correction in pending:
            original = correction.original
            pk = items[original].pk if isinstance(original, Candidate) else original
            if by_item.setdefault(pk, correction) is not correction:
                later.append(correction)
        stored = {item.pk: item for item in Item.objects.filter(pk__in=in_array(by_item))}
        edits = []
        for pk, (candidate, _, changes) in by_item.items():
            if pk not in stored:
                continue
            item = stored[pk]
            edit = build_correction(item, changes, scores=scores, rules=rules.get(item.source, NO_RULES))
            if edit.fields:
                edits.append(edit)
                updated.add(candidate)
        append_edits(head, edits)
        advance_head(head, items=len(edits))
        pending = later
    return updated


def prefetch_correction_scores(corrections: Sequence[SourceCorrection], scores: ScoreCache) -> None:
    """Add the scores that `correct_items` needs, as far as they are known without the lock.

    Building the edit fills `scores`; it is built again under the lock.
    """
    pks = {each.original for each in corrections if isinstance(each.original, int)}
    if not pks:
        return
    stored = Item.objects.in_bulk(pks)
    rules = get_rules_by_source({item.source for item in stored.values()})
    for correction in corrections:
        if isinstance(correction.original, int) and (item := stored.get(correction.original)) is not None:
            build_correction(copy(item), correction.changes, scores=scores, rules=rules.get(item.source, NO_RULES))


def make_items(candidates: Sequence[Candidate], scores: ScoreCache) -> dict[Candidate, Item]:
    """Return the items of candidates, scored, not saved, and without a seq."""
    items = {}
    for candidate in candidates:
        items[candidate] = item = _make_item(candidate)
        instruments = candidate.headline.list_instruments()
        # One by one: the evidence reuses what the scorer has parsed for the score.
        (scored,) = scores.score_uncached([build_entity_text(item.title, instruments)])
        apply_scores(item, instruments, scored, scores.scorer, {})
    return items


def _add_duplicate_reports(partition: Partition, items: Mapping[Candidate, Item]) -> None:
    pairs = [
        (candidate.headline, candidate.report_hash, original if isinstance(original, int) else items[original].pk)
        for candidate, original in partition.other_reports
    ]
    if not pairs:
        return
    reported = Item.with_withdrawn.filter(pk__in=in_array({item_pk for _, _, item_pk in pairs}))
    withdrawn = set(reported.filter(is_withdrawn=True).values_list("pk", flat=True))
    DuplicateReport.objects.bulk_create(
        DuplicateReport(
            item_id=item_pk,
            source=headline.source,
            external_id=headline.external_id,
            dedup_hash=report_hash,
            url="" if item_pk in withdrawn else headline.url,
            published_at=headline.published_at,
        )
        for headline, report_hash, item_pk in pairs
    )


def _make_item(candidate: Candidate) -> Item:
    headline = candidate.headline
    values = {
        "item_id": str(uuid_utils.uuid7()),
        "title": headline.title,
        "summary": headline.summary,
        "url": headline.url,
        "source": headline.source,
        "external_id": headline.external_id,
        "dedup_hash": candidate.dedup_hash,
        "tickers": list(headline.tickers),
        "has_own_tickers": headline.has_own_tickers or not headline.found_instruments,
        "evidence": [],
        "published_at": headline.published_at,
        "is_undated": headline.is_undated,
        "is_historical": headline.is_historical,
        "is_sample": headline.is_sample,
    }
    # By position, in the order of EMPTY_ITEM: that takes Django a quarter of the time that names would.
    return Item(*(EMPTY_ITEM | values).values())  # type: ignore[misc]  # Django's plugin takes them for one value

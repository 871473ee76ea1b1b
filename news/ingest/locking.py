"""Lock the log for a batch of headlines: what of it is still new then, and at which place it is appended."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from common.time import utc_now
from news.dedup.candidates import Candidate
from news.dedup.matching import Partition, classify
from news.ingest.appending import make_items
from news.ingest.item_scores import ScoreCache
from news.log.head import LogVersion, NextPlace, advance_head, advance_head_if_unchanged, get_append_time, lock_head
from news.models import Item, LogHead


class LockedBatch(NamedTuple):
    """A batch whose place in the log is taken.

    head: the head of the log, behind the new items; None if there is nothing to correct. partition: the final one.
    place: of the new items.
    """

    head: LogHead | None
    partition: Partition
    place: NextPlace


def lock_log_for_batch(
    candidates: Sequence[Candidate], partition: Partition, items: dict[Candidate, Item], scores: ScoreCache
) -> LockedBatch:
    """Lock the log until the end of the caller's transaction, and advance its head behind what is new in a batch.

    partition: as the log was before. items: those of `partition.new`, to which others that turn out to be new are
    added. If no other has written meanwhile, as mostly, that takes one statement.
    """
    assert partition.log_version is not None, "it is read with the hashes"
    if not (partition.corrections or any(each.headline.is_sample for each in candidates)):
        growth = _count_growth(partition, scores) | {"items": [items[candidate] for candidate in partition.new]}
        place = advance_head_if_unchanged(partition.log_version, utc_now(), **growth)
        if place is not None:
            return LockedBatch(None, partition, place)
    head = lock_head()
    if LogVersion(head.generation, head.writes - 1) != partition.log_version:  # the lock itself counts as a write
        partition = _reclassify(candidates, partition)
        # Two candidates can tell one story. If the first was stored meanwhile (found by its external id), the second
        # becomes the new one, and has no score yet.
        items |= make_items([candidate for candidate in partition.new if candidate not in items], scores)
    if not head.shows_samples:
        partition = _without_samples(partition)
    now = utc_now()
    place = NextPlace(head.seq + 1, now, get_append_time(now))
    if head.first_real_seq is None:
        seqs = (seq for seq, each in enumerate(partition.new, start=place.seq) if not each.headline.is_sample)
        head.first_real_seq = next(seqs, None)
    advance_head(head, **_count_growth(partition, scores))
    return LockedBatch(head, partition, place)


def _count_growth(partition: Partition, scores: ScoreCache) -> dict[str, Any]:
    """Return the numbers that `advance_head` adds."""
    return {
        "items": len(partition.new),
        "duplicate_reports": len(partition.other_reports),
        "scored": scores.count,
        "scoring_seconds": scores.seconds,
    }


def _without_samples(partition: Partition) -> Partition:
    """Return a partition without samples, which end with the first real item, whichever process appends that."""
    return replace(
        partition,
        new=[candidate for candidate in partition.new if not candidate.headline.is_sample],
        other_reports=[(each, original) for each, original in partition.other_reports if not each.headline.is_sample],
        corrections=[each for each in partition.corrections if not each.candidate.headline.is_sample],
    )


def _reclassify(candidates: Sequence[Candidate], before: Partition) -> Partition:
    """Classify a batch again because the log has changed. The caller holds the lock, so this result is final."""
    expected = [*before.new, *(correction.candidate for correction in before.corrections)]
    expected_hashes = {candidate.dedup_hash for candidate in expected}
    partition = classify(candidates)
    # The original of a duplicate may have been trimmed meanwhile; even so, the duplicate does not become an item.
    without_original = [candidate for candidate in partition.new if candidate.dedup_hash not in expected_hashes]
    return replace(
        partition,
        new=[candidate for candidate in partition.new if candidate.dedup_hash in expected_hashes],
        other_reports=[pair for pair in partition.other_reports if pair[1] not in without_original],
        corrections=[each for each in partition.corrections if each.original not in without_original],
    )

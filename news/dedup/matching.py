"""Find out which headlines are new stories, which correct one, and which repeat one.

Reads the log and never writes. The result is valid until the head of the log changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from news.dedup.candidates import Candidate, Original
from news.dedup.existing import ExistingStories
from news.dedup.headline import HeadlineChanges
from news.dedup.loading import select_existing, select_similar
from news.dedup.stories import Story
from news.log.head import LogVersion


class SourceCorrection(NamedTuple):
    """A candidate by which its source corrects an item, or a candidate of the batch."""

    candidate: Candidate
    original: Original
    changes: HeadlineChanges


@dataclass(frozen=True, slots=True)
class Partition:
    """A batch of candidates by what they are: new stories, reports on others, exact repetitions, and corrections.

    A "CORRECTED-" that corrects a report is also among the other reports, so that it is known by its own id and title.
    """

    new: list[Candidate] = field(default_factory=list)  # in order
    other_reports: list[tuple[Candidate, Original]] = field(default_factory=list)
    repeats: list[tuple[Candidate, Original]] = field(default_factory=list)  # not stored
    corrections: list[SourceCorrection] = field(default_factory=list)  # in order
    log_version: LogVersion | None = None  # of the log, in which all this holds


def classify(candidates: Sequence[Candidate]) -> Partition:
    """Partition a batch into new stories, duplicates by other sources, what a source repeats, and what it corrects."""
    marked = {candidate for candidate in candidates if candidate.is_correction}
    existing = select_existing(candidates, marked)
    sources = {candidate.headline.source for candidate in candidates}
    select_similar([c for c in candidates if _is_unknown(c, existing)], sources, existing)
    partition = Partition(log_version=existing.log_version)
    for candidate in candidates:
        if (match := existing.find_by_id(candidate)) is not None:
            _add_by_id(candidate, *match, existing, partition)
        elif (repeated := existing.find_repeated(candidate)) is not None:
            partition.repeats.append((candidate, repeated))
        elif candidate in marked and (story := existing.find_corrected(candidate)) is not None:
            _add_correction(candidate, story, existing, partition)
        elif (original := existing.find_original(candidate)) is not None:
            partition.other_reports.append((candidate, original))
            existing.add(candidate, original)
        else:
            partition.new.append(candidate)
            existing.add_new(candidate, is_compared=len(sources) > 1, is_corrigible=bool(marked))
    return partition


def _is_unknown(candidate: Candidate, existing: ExistingStories) -> bool:
    return (
        candidate.dedup_hash not in existing.originals
        and existing.find_repeated(candidate) is None
        and existing.find_by_id(candidate) is None
    )


def _add_by_id(
    candidate: Candidate, story: Story, is_report: bool, existing: ExistingStories, partition: Partition
) -> None:
    """Add a candidate with the id of a story, which it corrects if it is of the same source and has other content."""
    changes = None
    if not story.is_withdrawn and story.source == candidate.headline.source:
        changes = story.find_changes(candidate)
        # A report on a story of its own source has its own summary and link; it says nothing new with an equal title.
        if is_report and changes is not None and story.has_title(candidate):
            changes = None
    if changes is None:
        partition.repeats.append((candidate, story.original))
        return
    partition.corrections.append(SourceCorrection(candidate, story.original, changes))
    story.apply(changes, candidate)
    existing.add(candidate, story.original)


def _add_correction(candidate: Candidate, story: Story, existing: ExistingStories, partition: Partition) -> None:
    """Add a "CORRECTED-", which corrects a story of its own source and is a report on it."""
    partition.other_reports.append((candidate, story.original))
    existing.add_report(candidate, story)
    if story.source != candidate.headline.source:
        return
    changes = story.find_changes(candidate, is_other_report=True)
    if changes is not None:
        partition.corrections.append(SourceCorrection(candidate, story.original, changes))
        story.apply(changes, candidate)

"""Find what a candidate repeats or corrects: by id, hash, facts and title. Reads no database."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, islice

from news.dedup.candidates import Candidate, Original, get_words
from news.dedup.fingerprint import Fingerprint, is_same_story
from news.dedup.stories import NO_MATCH, Story, find_corrected
from news.log.head import LogVersion

MAX_COMPARISONS = 200  # stored items of one key, the newest, and headlines that one candidate is compared with
MAX_CORRECTED_AGE = timedelta(days=3)  # between the publication of a report and of its "CORRECTED-"


@dataclass(slots=True)
class ExistingStories:
    """The stories and reports that a batch can repeat: those in the log and those earlier in the batch."""

    originals: dict[str, Original] = field(default_factory=dict)  # by dedup_hash
    reports: dict[tuple[str, str], Original] = field(default_factory=dict)  # by source and hash
    # Stories by source and external id, the newest last, and whether the id is that of a report on the story.
    by_id: dict[tuple[str, str], list[tuple[Story, bool]]] = field(default_factory=lambda: defaultdict(list))
    log_version: LogVersion | None = None  # of the log, before anything else was read
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
        new = Story.from_candidate(candidate)
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

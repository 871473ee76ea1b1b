"""What was said of a story so far, and what a later record of its source changes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from rapidfuzz import fuzz

from news.dedup.candidates import Candidate, Original, get_words, make_candidate
from news.dedup.fingerprint import is_same_story, parse_fingerprint
from news.dedup.headline import Headline, HeadlineChanges
from news.dedup.links import get_page
from news.dedup.retelling import get_story_title
from news.dedup.title_similarity import is_similar

MIN_CUT_SUMMARY = 4_000  # characters; summaries of long feeds are cut to so many or more
NO_MATCH, ONLY_STORY, SAME_STORY, FORMER_TITLE, CURRENT_TITLE = 0.0, 0.1, 0.5, 2.0, 3.0  # similar titles: up to 1
STATE_CHANGES = ("title", "summary", "url", "tickers", "published_at")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class StoryState:
    """What was said of a story from one correction to the next. appended_at: None for one that is not stored yet."""

    title: str
    summary: str
    url: str
    tickers: tuple[str, ...]
    published_at: datetime
    dedup_hash: str
    appended_at: datetime | None = None

    def get_distance(self, headline: Headline) -> timedelta:
        """Return the time between this state and a headline; between arrivals, if the headline has no date."""
        published = abs(headline.published_at - self.published_at)
        if headline.has_own_date or self.appended_at is None:
            return published
        return min(published, abs(headline.published_at - self.appended_at))


@dataclass(slots=True, eq=False)
class Story:
    """An item or a new story of the batch, with all its states, the current one last.

    Those of a withdrawn item lack their texts.
    """

    original: Original
    source: str
    states: list[StoryState]
    is_withdrawn: bool = False

    @classmethod
    def from_candidate(cls, candidate: Candidate) -> Self:
        """Return a new story of the batch."""
        headline = candidate.headline
        state = StoryState(
            headline.title,
            headline.summary,
            headline.url,
            headline.tickers,
            headline.published_at,
            candidate.dedup_hash,
        )
        return cls(candidate, headline.source, [state])

    @property
    def current(self) -> StoryState:
        """The current state."""
        return self.states[-1]

    def match(self, candidate: Candidate, *, is_report: bool, is_only: bool) -> float:
        """Return how well a candidate with an id of this story matches it; 0 if the id does not count.

        is_report: whether the id is that of a duplicate report. is_only: whether no other item has the id.
        """
        if self.is_withdrawn:
            return self._match_withdrawn(candidate, is_only=is_only)
        best = NO_MATCH
        for state in self.states:
            words = get_words(self._get_story_title(state, candidate))
            if words == candidate.words:
                best = max(best, CURRENT_TITLE if state is self.current else FORMER_TITLE)
            elif _is_similar(candidate, state, words):
                best = max(best, fuzz.ratio(words, candidate.words) / 100)
            elif is_report:  # which had a title of its own
                fingerprint = parse_fingerprint(self._get_story_title(state, candidate))
                best = max(best, SAME_STORY if is_same_story(candidate.fingerprint, fingerprint) else NO_MATCH)
        return best

    def has_title(self, candidate: Candidate) -> bool:
        """Return whether a state of the story has a candidate's title, apart from case and punctuation."""
        return any(get_words(self._get_story_title(state, candidate)) == candidate.words for state in self.states)

    def find_changes(self, candidate: Candidate, *, is_other_report: bool = False) -> HeadlineChanges | None:
        """Return what a candidate says otherwise than any state of the story, None if there is nothing.

        is_other_report: whether it is a report of its own, such as "CORRECTED-", with its own link and date.
        """
        headline, changes = candidate.headline, HeadlineChanges()
        if candidate.story_title not in {self._get_story_title(state, candidate) for state in self.states}:
            changes = replace(changes, title=headline.title)
        if headline.summary and not self._had_summary(headline):
            changes = replace(changes, summary=headline.summary)
        if headline.has_own_tickers and {*headline.tickers} not in [{*state.tickers} for state in self.states]:
            changes = replace(changes, tickers=headline.tickers, has_own_tickers=True)
        if is_other_report and not any(changes):
            return None
        if headline.url and not self._had_url(headline.url):
            changes = replace(changes, url=headline.url)
        can_redate = headline.has_own_date and not headline.is_from_feed and not is_other_report
        if can_redate and headline.published_at not in {state.published_at for state in self.states}:
            changes = replace(changes, published_at=headline.published_at)
        return changes if any(changes) else None

    def apply(self, changes: HeadlineChanges, candidate: Candidate) -> None:
        """Make the state that the story has after a correction the current one."""
        values = {name: value for name in STATE_CHANGES if (value := getattr(changes, name)) is not None}
        self.states.append(replace(self.current, dedup_hash=candidate.dedup_hash, appended_at=None, **values))

    def _match_withdrawn(self, candidate: Candidate, *, is_only: bool) -> float:
        """Return how well a candidate matches a withdrawn item. Its titles are erased, but their hashes are kept."""
        for state in self.states:
            headline = replace(candidate.headline, tickers=state.tickers, published_at=state.published_at)
            if make_candidate(headline, suffixes=candidate.suffixes).dedup_hash == state.dedup_hash:
                return FORMER_TITLE
        return ONLY_STORY if is_only else NO_MATCH

    def _had_summary(self, headline: Headline) -> bool:
        summaries = [state.summary for state in self.states]
        if headline.summary in summaries or not headline.is_from_feed:
            return headline.summary in summaries
        return any(_is_same_feed_summary(headline.summary, summary) for summary in summaries)

    def _had_url(self, url: str) -> bool:
        urls = {state.url for state in self.states}
        return url in urls or get_page(url) in map(get_page, urls)

    def _get_story_title(self, state: StoryState, candidate: Candidate) -> str:
        return get_story_title(state.title, self.source, suffixes=candidate.suffixes)


def find_corrected(candidate: Candidate, stories: Iterator[Story], *, within: timedelta) -> Story | None:
    """Return what a report such as "CORRECTED-" corrects: the first story of its own source with a similar title.

    If there is none, the first story of another source. stories: the newest first.
    """
    of_others: Story | None = None
    for story in stories:
        if story.is_withdrawn or (story.source != candidate.headline.source and of_others is not None):
            continue
        state = story.current
        if {*state.tickers}.isdisjoint(candidate.headline.tickers) or state.get_distance(candidate.headline) > within:
            continue
        words = get_words(get_story_title(state.title, story.source, suffixes=candidate.suffixes))
        if words != candidate.words and not is_similar(words, candidate.words, apart=timedelta()):
            continue
        if story.source == candidate.headline.source:
            return story
        of_others = story
    return of_others


def _is_similar(candidate: Candidate, state: StoryState, words: str) -> bool:
    headline = candidate.headline
    if not headline.is_from_feed and {*headline.tickers}.isdisjoint(state.tickers):
        return False
    return is_similar(words, candidate.words, apart=state.get_distance(headline))


def _is_same_feed_summary(one: str, other: str) -> bool:
    """Return whether summaries differ by numbers only, such as counts of comments, or because one was cut."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= MIN_CUT_SUMMARY and longer.startswith(shorter):
        return True
    return _NUMBER.sub("0", one) == _NUMBER.sub("0", other)

"""Headlines of a batch that may become items, with the hashes and keys by which their stories are found."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from news.dedup.fingerprint import Fingerprint, parse_fingerprint, similarity_keys
from news.dedup.headline import Headline
from news.dedup.retelling import find_repeated_suffixes, get_story_title, is_correction
from news.instruments.current import get_topics
from news.models import Item

PUNCTUATION = re.compile(r"[\W_]+")
_SPECIAL = re.compile("[-\N{MINUS SIGN}\N{EN DASH}.&]")
_NEGATIVE = re.compile("(?<![\\w.,%)])[-\N{MINUS SIGN}\N{EN DASH}](?=[$€£¥₹]?\\d)")
_ABBREVIATION = re.compile(r"\b(?:[^\W\d_]\.){2,}")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(eq=False)
class Candidate:
    """A headline that may become an item.

    dedup_hash: of its story: the title without what is added when it is told again, the UTC day and the tickers.
    report_hash: of the title as it stands, the UTC day and the tickers; tells the reports of one source apart.
    words: those of the story's title, by which titles are equal.
    suffixes: names of publishers at the end of titles, besides known ones.
    """

    headline: Headline
    story_title: str
    dedup_hash: str
    report_hash: str
    words: str
    suffixes: Collection[str] = ()

    @property
    def is_correction(self) -> bool:
        """Whether the title says that it corrects a former report, as "CORRECTED-" does."""
        return is_correction(self.headline.title, self.story_title)

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """The facts and words of the story's title."""
        return parse_fingerprint(self.story_title)

    @cached_property
    def keys(self) -> list[list[int]]:
        """The similarity keys of each ticker: its own first, then those that an earlier report may have."""
        day, topics = (self.headline.published_at - EPOCH).days, get_topics()
        return [
            similarity_keys(self.fingerprint, ticker, day, is_topic=ticker in topics)
            for ticker in self.headline.tickers
        ]


Original = int | Candidate  # the first report of a story: an item, by its primary key, or a candidate of the batch


def make_candidates(headlines: Sequence[Headline]) -> list[Candidate]:
    """Return the headlines of a batch as candidates."""
    suffixes = find_repeated_suffixes((headline.title, headline.source) for headline in headlines)
    return [make_candidate(headline, suffixes=suffixes.get(headline.source, ())) for headline in headlines]


def make_candidate(headline: Headline, *, suffixes: Collection[str] = ()) -> Candidate:
    """Return a headline as a candidate. suffixes: names of publishers at the end of titles, besides known ones."""
    story_title = get_story_title(headline.title, headline.source, suffixes=suffixes)
    words = get_words(story_title)
    end = f"{_get_day(headline.published_at)}\n{' '.join(sorted(headline.tickers))}"
    dedup_hash = _hash(f"{words}\n{end}")
    is_plain = story_title == headline.title
    report_hash = dedup_hash if is_plain else _hash(f"{get_words(headline.title)}\n{end}")
    return Candidate(headline, story_title, dedup_hash, report_hash, words, suffixes)


def get_similarity_keys(item: Item) -> list[int]:
    """Return the similarity keys of a stored item, one for each ticker."""
    return [own_key for own_key, *_ in make_stored(item).keys]


def get_dedup_hash(item: Item) -> str:
    """Return the hash of a stored item's story, from what the item says now."""
    return make_stored(item).dedup_hash


def make_stored(item: Item) -> Candidate:
    """Return a stored item as a candidate."""
    return make_candidate(Headline(item.title, tuple(item.tickers), item.source, item.published_at))


def get_words(title: str) -> str:
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


def get_old_hashes(candidate: Candidate) -> set[str]:
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

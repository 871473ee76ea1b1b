"""Append sample headlines, until the first real one comes or they are removed."""

from itertools import islice
from random import Random

from news.ingest.pipeline import BatchResult, ingest_records
from news.log.reader import get_head, select_samples
from news.sources.sample.generator import NAME, sample_headlines

QUICK_SAMPLES = 30  # so many come fast, to show the site at work
QUICK_PAUSE_SECONDS = (0.5, 2.5)
PAUSE_SECONDS = (5.0, 7.0)


class SampleFeed:
    """An endless source of sample headlines."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._headlines = sample_headlines(random)

    def append(self, count: int) -> BatchResult | None:
        """Append `count` headlines; return None if samples have ended, which they do for good."""
        # From the database: what ends them may have come by another process.
        if not get_head().shows_samples:
            return None
        return ingest_records(list(islice(self._headlines, count)), source=NAME, are_samples=True)

    def choose_pause(self) -> float:
        """Return the seconds to the next headline; also after a restart only the first ones of a site come fast."""
        has_slowed = select_samples()[QUICK_SAMPLES - 1 : QUICK_SAMPLES].exists()
        return self._random.uniform(*(PAUSE_SECONDS if has_slowed else QUICK_PAUSE_SECONDS))

"""Decide which analyzer scores an item at once and which one only in the ingest process."""

from django.conf import settings

from news.scoring import EMBEDDED, find_analyzer


def inline_analyzer() -> str:
    """Return the analyzer that scores new items in any process: the configured one unless it requires the worker."""
    return EMBEDDED if is_deferred(settings.ANALYZER) else str(settings.ANALYZER)


def is_deferred(name: str) -> bool:
    """Return whether an analyzer runs in the ingest process only, because it is too large or too slow for a request."""
    return find_analyzer(name).is_deferred

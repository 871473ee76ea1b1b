"""Which analyzer scores where: at once, or later in the ingest process."""

from django.conf import settings

from news.scoring import ANALYZERS, EMBEDDED


def inline_analyzer() -> str:
    """Return the analyzer that scores at once, in any process: the one configured, or the embedded if that is heavy."""
    return EMBEDDED if requires_worker(settings.ANALYZER) else str(settings.ANALYZER)


def requires_worker(name: str) -> bool:
    """Tell whether an analyzer may run in the ingest process only: one that needs packages of its own."""
    return bool(ANALYZERS[name])

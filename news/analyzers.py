"""Which analyzer scores where: at once, or later in the ingest process."""

from importlib import import_module

from django.conf import settings

EMBEDDED = "lexicon"


def quick_analyzer() -> str:
    """Return the analyzer that scores at once, in any process: the one configured, or the embedded if that is heavy."""
    return EMBEDDED if is_heavy(settings.ANALYZER) else str(settings.ANALYZER)


def is_heavy(name: str) -> bool:
    """Tell whether an analyzer may run in the ingest process only. It is not loaded for that."""
    return bool(getattr(import_module(f"news.scoring.{name}").Analyzer, "is_heavy", False))

"""The matcher of the present instruments."""

from functools import cache

from news.instruments.matcher import Matcher


@cache
def get_matcher() -> Matcher:
    """Return the matcher."""
    return Matcher()

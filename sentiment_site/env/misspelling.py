"""Find environment variables that are probably misspelt settings."""

import re
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

# A shorter name is one edit away from ordinary variables: PORT from SORT, HTTPS from HTTP.
MIN_LENGTH = 8
# One edit in ADMIN_PATH: two would make ADMIN_PASS a misspelling. Two in STREAM_MAX_CONNECTIONS.
LETTERS_PER_EDIT = 8


def find_misspelt(names: Iterable[str], settings: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of a variable that is no setting, and the setting that was probably meant.

    names: the environment variables that are set.
    settings: the names of all settings. Only those of MIN_LENGTH or more are ever meant.
    """
    setting_names = set(settings)
    candidates = sorted(name for name in setting_names if len(name) >= MIN_LENGTH)
    for name in sorted(set(names) - setting_names):
        if len(name) < MIN_LENGTH:
            continue
        max_edits = len(name) // LETTERS_PER_EDIT
        # OSA: two letters that changed places are one edit.
        match = extractOne(name, candidates, processor=_normalize, scorer=OSA.distance, score_cutoff=max_edits)
        if match:
            yield name, match[0]


def _normalize(name: str) -> str:
    """Return a name without case, underscores and plurals, so that these cost no edits: trusted_proxy, NEWSAPIKEYS."""
    return re.sub(r"(?<=\w{3})(?:IES|Y|S)?(?:_|$)", "", name.upper())

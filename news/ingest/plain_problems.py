"""Problems of records in plain sentences, for people who read them; senders get field, value and cure."""

import re

from news.ingest.record_fields import NAMES_BY_FIELD

WORDS = {
    "title": "headline",
    "summary": "summary",
    "url": "link",
    "source": "source",
    "published_at": "date",
    "external_id": "id",
    "reason": "reason",
}
_NAMES = {name: WORDS[field] for field, names in NAMES_BY_FIELD.items() if field in WORDS for name in names}
_NAMES["reason"] = WORDS["reason"]
_PROBLEM = re.compile(r"(\w+)(?:=(.*?))?: ((?:is|has|holds) .+)", re.DOTALL)
_EMPTY = (None, "''", '""')


def describe_problem(text: str, *, with_cure: bool = False) -> str:
    """Return `title='': is empty; give …` as "The headline is empty."; any other text as it is.

    with_cure: whether the cure follows as a sentence of its own, for those who can apply it.
    """
    if text.startswith("ticker: none given"):
        return "It names no known instrument."
    match = _PROBLEM.fullmatch(text)
    word = _NAMES.get(match[1]) if match else None
    if match is None or word is None:
        return text
    problem, _, cure = match[3].removesuffix(".").partition("; ")
    value = "" if match[2] in _EMPTY else f" {match[2]}"
    sentence = f"The {word}{value} {problem}."
    return f"{sentence} {cure[:1].upper()}{cure[1:]}." if with_cure and cure else sentence

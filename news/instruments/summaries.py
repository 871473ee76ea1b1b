"""Which instrument of a summary the news is about, where the title names none: the subject of its first sentences."""

import re

from news.instruments.mentions import TextMention
from news.instruments.words import (
    DESCRIPTORS,
    MARKET_VERBS,
    MARKET_WORDS,
    MONEY_WORDS,
    NOUNS,
    SPEECH_VERBS,
    STRONG_NOUNS,
    VERBS,
)

_WORD = re.compile(r"[a-z$%-]+(?:'s)?")
_COMPARED = frozenset(["against", "as", "at", "for", "from", "like", "of", "than", "to", "versus"])
_MAX_LEAD = 5  # words before the subject: "The payments unit of Block said"
_MAX_DISTANCE = 90  # characters from the subject to its verb, for an apposition between commas


def find_subject(
    mentions: list[TextMention], sentence: str, title: str, number: int, *, has_market_wide: bool
) -> list[TextMention]:
    """Return the mention that the news is about, with those joined to it by a mark, or none.

    `number` is the sentence's place in the summary. An exchange mark always counts.
    """
    marked = [mention for mention in mentions if mention.name is None]
    if marked:
        return marked
    words = {word.removesuffix("'s") for word in _WORD.findall(title.lower())}
    is_about_company = bool(words & DESCRIPTORS)
    is_about_business = is_about_company or bool(words & (STRONG_NOUNS | MONEY_WORDS | NOUNS))
    for mention in mentions:
        if mention.is_secondary:
            continue
        if mention.is_market_wide:
            if (
                number == 0
                and not has_market_wide
                and words & MARKET_WORDS
                and _is_subject(mention, sentence, is_market=True)
            ):
                return [other for other in mentions if other.is_market_wide]
            continue
        if has_market_wide and number > 0:
            return []
        if _is_subject(mention, sentence) and (is_about_company or (is_about_business and number == 0)):
            return [mention]
        if is_about_company and number == 0 and not has_market_wide and _is_only_one(mention, sentence):
            return [mention]
        return []
    return []


def _is_only_one(mention: TextMention, sentence: str) -> bool:
    """Return whether no other name stands before a mention, and it is no comparison: ahead of Uber-backed rivals."""
    lead = sentence[: mention.start].split()
    if sentence[mention.end : mention.end + 1] == "-" or (lead and lead[-1].lower() in _COMPARED):
        return False
    if any(word.strip('"“(')[:1].isupper() for word in lead[1:]):
        return False
    return len(lead) < 2 or lead[1] not in SPEECH_VERBS


def _is_subject(mention: TextMention, sentence: str, *, is_market: bool = False) -> bool:
    """Return whether a mention stands near the beginning and a verb follows."""
    lead = sentence[: mention.start].split()
    if len(lead) > _MAX_LEAD or any(word.lower() in VERBS - {"is", "to"} for word in lead[1:]):
        return False
    following = sentence[mention.end : mention.end + _MAX_DISTANCE].lower()
    verbs = MARKET_VERBS if is_market else VERBS
    rest = following.removeprefix("'s").lstrip()
    if rest.startswith(("'", "co-founder", "founder")) or following.startswith("'s"):
        return False
    if rest.startswith(","):
        _, _, rest = rest[1:].partition(",")
    words = _WORD.findall(rest)[:4]
    return any(word in verbs for word in words)

"""How much a text is about each instrument in it."""

from collections.abc import Iterable, Sequence

from news.instruments.mentions import FoundInstrument, TextMention
from news.instruments.words import COMPARING_WORDS

MAX_SECONDARY = 0.3  # of one that only speaks
_MAX_BESIDE_COMPANY = 0.4  # of a market in news of a company, and of a topic beside another instrument
_FIRST, _STEP, _LEAST_IN_ORDER, _LEAST = 0.9, 0.1, 0.35, 0.1
_PER_REPEAT, _MAX_REPEATS = 0.05, 2
_IN_PASSING = 0.25  # less for one that another is compared with


def rank(mentions: Iterable[TextMention], text: str, *, weight: float = 1.0) -> list[FoundInstrument]:
    """Return each instrument once, the most relevant first: by place, role and count.

    `weight` is for all of them, as for those that only the summary names.
    """
    by_symbol: dict[str, list[TextMention]] = {}
    for mention in mentions:
        by_symbol.setdefault(mention.symbol, []).append(mention)
    if not by_symbol:
        return []
    has_company = any(not same[0].is_market_wide and not same[0].is_secondary for same in by_symbol.values())
    ranked = []
    for order, (symbol, same) in enumerate(by_symbol.items()):
        is_secondary = all(mention.is_secondary for mention in same)
        relevance = weight * _score(same, text, order=order, has_company=has_company)
        relevance = round(max(min(relevance, MAX_SECONDARY if is_secondary else 1.0), _LEAST), 2)
        names = tuple(dict.fromkeys(text[mention.start : mention.end] for mention in same))
        ranked.append(FoundInstrument(symbol, relevance, names, is_secondary))
    ranked.sort(key=lambda instrument: -instrument.relevance)
    return ranked


def _score(same: Sequence[TextMention], text: str, *, order: int, has_company: bool) -> float:
    first = same[0]
    relevance = max(_FIRST - _STEP * order, _LEAST_IN_ORDER) + _PER_REPEAT * min(_MAX_REPEATS, len(same) - 1)
    if _is_in_passing(first, text):
        relevance -= _IN_PASSING
    is_topic = first.name is not None and first.name.record.kind == "topic"
    if order and (is_topic or (first.is_market_wide and has_company)):
        relevance = min(relevance, _MAX_BESIDE_COMPANY)
    return relevance


def _is_in_passing(mention: TextMention, text: str) -> bool:
    """Return whether an instrument is only compared: "outpacing Boeing", "Uber-backed rival"."""
    if not mention.start:
        return False
    head = text[: mention.start].rstrip(' "“').lower()
    is_compared = head.rsplit(" ", 1)[-1] in COMPARING_WORDS or head.endswith("ahead of")
    return is_compared or text[mention.end : mention.end + 7].lower() in ("-backed", "-owned ")

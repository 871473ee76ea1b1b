"""Numbers and texts as the server renders them; the scripts format them again in the reader's locale."""

from typing import Any

from common.numbers import PLACEHOLDER, UNSURE_BELOW, format_signed, is_unsure
from news.models import Sentiment

# What the page's scripts get, too. Numbers are compared as they are read: a value with two digits, a share in percent.
LIMITS = {
    "neutral": 0.15,  # means closer to zero are neutral; a single score has the sentiment that is most probable
    "strong": 0.5,  # values from which on they are tinted
    "unsure": UNSURE_BELOW,  # confidence below which the mark is hollow
}


def classify_value(value: float | None) -> str:
    """Return the sentiment as which a mean is shown, "" for none."""
    if value is None:
        return ""
    if abs(round(value, 2)) < LIMITS["neutral"]:
        return Sentiment.NEUTRAL.value
    return (Sentiment.POSITIVE if value > 0 else Sentiment.NEGATIVE).value


def is_strong(value: float) -> bool:
    """Return whether a value is tinted."""
    return abs(round(value, 2)) >= LIMITS["strong"]


def format_mark_classes(sentiment: str, score: float, value: float = 0) -> str:
    """Return the classes of a mark, or of an instrument with its value: the sentiment, a tint, a hollow mark."""
    flags = {"strong-v": is_strong(value), "unsure": is_unsure(score)}
    return " ".join([sentiment, *(name for name, is_set in flags.items() if is_set)])


def format_percent(share: float, total: int, *, digits: int = 1) -> str:
    """Return a percentage; of nothing, it is a dash."""
    return f"{share:.{digits}f}%" if total else PLACEHOLDER


def compute_percentages(counts: dict[str, int]) -> dict[str, float]:
    """Return the share of each count in percent with one decimal, adding up to 100 (largest remainders)."""
    total = sum(counts.values())
    if total == 0:
        return dict.fromkeys(counts, 0.0)
    tenths = {name: count * 1000 // total for name, count in counts.items()}
    by_remainder = sorted(counts, key=lambda name: counts[name] * 1000 % total, reverse=True)
    for name in by_remainder[: 1000 - sum(tenths.values())]:
        tenths[name] += 1
    return {name: share / 10 for name, share in tenths.items()}


def describe_shares(counts: dict[str, int], before: dict[str, int] | None = None) -> list[dict[str, Any]]:
    """Return, for each sentiment, count, share, change against `before`, and its segment of a bar of 1,000 units."""
    total = sum(counts.values())
    shares, shares_before = compute_percentages(counts), compute_percentages(before or {})
    rows: list[dict[str, Any]] = []
    start = 0.0
    for name, share in shares.items():
        change = share - shares_before[name] if total and before and sum(before.values()) else None
        rows.append(
            {
                "name": name,
                "label": name.title(),
                "count": counts[name],
                "percent": format_percent(share, total, digits=0),
                "exact_percent": format_percent(share, total),
                "change": "" if change is None else format_signed(change, digits=0, unit=" pts"),
                "x": round(10 * start),
                "width": max(0, round(10 * share) - 3),  # with a gap to the next
            }
        )
        start += share
    return rows

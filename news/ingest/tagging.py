"""Tag headlines with instruments: those in the text, by the rules of their source, or MARKET where there is none."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

from django.conf import settings

from news.instruments.current import get_matcher
from news.instruments.mentions import FoundInstrument
from news.instruments.name_index import UNTAGGED_TOPIC
from news.limits import MAX_ITEM_TICKERS
from news.models import Source

SKIP = "skip"  # value of the setting UNTAGGED
FALLBACK_RELEVANCE = 0.5  # of UNTAGGED_TOPIC and of a source's default: nothing in the text says that it is about them
MAX_NAMED = 10  # symbols in a message


class NotTaggedError(ValueError):
    """A headline that is to have no ticker. The text says why, with the cure."""


@dataclass(frozen=True, slots=True)
class TaggingRules:
    """What the entries of one source are tagged with.

    default_ticker: where no instrument is found. allowed_tickers: all others are left out; empty for any.
    """

    default_ticker: str = ""
    allowed_tickers: frozenset[str] = frozenset()

    @classmethod
    def from_source(cls, source: Source) -> Self:
        """Return the rules that are set for a source."""
        return cls(source.default_ticker, frozenset(source.allowed_tickers))


NO_RULES = TaggingRules()


def get_rules_by_source(sources: Collection[str]) -> dict[str, TaggingRules]:
    """Return the rules of sources by name; those that are not polled have none."""
    return {source.name: TaggingRules.from_source(source) for source in Source.objects.filter(name__in=sources)}


def get_rules(source: str) -> TaggingRules:
    """Return the rules of one source."""
    return get_rules_by_source([source]).get(source, NO_RULES)


def tag(
    title: str, summary: str = "", *, own_tickers: Sequence[str] = (), source: str = "", rules: TaggingRules = NO_RULES
) -> tuple[FoundInstrument, ...]:
    """Return the instruments of a headline, the most relevant first: the sender's, or those found in the text.

    Where there are none: the source's default, or MARKET.
    Errors: NotTaggedError if none is allowed, and if UNTAGGED is `skip` and none is found.
    """
    matches = get_matcher().tag(title, summary, own_tickers=own_tickers, source=source)
    if own_tickers:
        matches = [match for match in matches if match.symbol in own_tickers]
    allowed = [match for match in matches if not rules.allowed_tickers or match.symbol in rules.allowed_tickers]
    if allowed:
        return tuple(allowed[:MAX_ITEM_TICKERS])
    if rules.default_ticker:
        return (FoundInstrument(rules.default_ticker, FALLBACK_RELEVANCE),)
    if rules.allowed_tickers and UNTAGGED_TOPIC not in rules.allowed_tickers:
        raise NotTaggedError(_describe_disallowed([match.symbol for match in matches], rules))
    if settings.UNTAGGED == SKIP:
        raise NotTaggedError("ticker: none given and none found in title and summary; name it as ticker or tickers.")
    return (FoundInstrument(UNTAGGED_TOPIC, FALLBACK_RELEVANCE),)


def tag_stored(
    title: str, summary: str, *, own_tickers: Sequence[str] = (), source: str = "", rules: TaggingRules = NO_RULES
) -> tuple[FoundInstrument, ...]:
    """Return the instruments of a headline that is stored, and stays so: MARKET where `tag` raises an error."""
    try:
        return tag(title, summary, own_tickers=own_tickers, source=source, rules=rules)
    except NotTaggedError:
        return (FoundInstrument(UNTAGGED_TOPIC, FALLBACK_RELEVANCE),)


def _describe_disallowed(symbols: Sequence[str], rules: TaggingRules) -> str:
    allowed = ", ".join(sorted(rules.allowed_tickers)[:MAX_NAMED])
    more = f" and {len(rules.allowed_tickers) - MAX_NAMED} more" if len(rules.allowed_tickers) > MAX_NAMED else ""
    found_text = f"tickers {', '.join(symbols[:MAX_NAMED])}" if symbols else "no ticker found"
    return f"{found_text}: the source allows {allowed}{more}; add to these in the admin, or set a default ticker there."

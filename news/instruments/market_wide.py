"""Rules by which a word is what market-wide news is about: indices, commodities, currencies, central banks, topics."""

import re

from news.instruments.context import Case, Context, Neighbours
from news.instruments.name_index import Hit, Name
from news.instruments.words import (
    CALL_VERBS,
    CRYPTO_WORDS,
    LEAD_INS,
    MARKET_VERBS,
    MARKET_WORDS,
    MODAL_VERBS,
    NEWSROOM_WORDS,
    OTHER_OILS,
    PRICE_NOUNS,
    SPEECH_VERBS,
    TITLES,
    VERBS,
)

# Names of markets and central banks that are ordinary words, too, or stand for a company or newspaper.
_AMBIGUOUS_INDICES = frozenset(["dow", "nasdaq", "nikkei", "nifty", "s&p", "ftse", "dax", "stoxx", "tsx"])
_PLAIN_COMMODITIES = frozenset([
    "oil", "gold", "silver", "copper", "crude", "gas", "corn", "wheat", "nickel", "zinc", "platinum", "palladium",
    "cocoa", "aluminium", "aluminum", "gasoline", "steel", "coal", "sugar", "cotton", "coffee", "rice", "lumber",
    "soybean", "soybeans", "iron ore", "palm oil", "natural gas", "euro", "yen", "dollar", "pound", "real", "rand",
    "won",
])  # fmt: skip
_CALLS = frozenset(["sees", "raises", "lifts", "cuts", "trims", "expects", "hikes", "boosts", "lowers", "slashes"])
_RATING_WORDS = frozenset(
    ["rating", "ratings", "outlook", "junk", "credit", "debt", "bbb", "aa", "aaa", "negative", "stable", "positive"]
)
_STANCES = frozenset(["bearish", "bets", "bullish", "cautious", "negative", "neutral", "positive", "upbeat"])
_WHERE_TRADED = frozenset(["wall street", "us stocks", "u.s. stocks"])
_DETERMINERS = frozenset(["the", "a", "an", "his", "her", "its", "their", "my", "our"])
_RATE_DECISION = re.compile(
    r"\b(?:cut|cuts|raise|raises|hike|hikes|hold|holds|keep|keeps|lift|lifts|lower|lowers|leave|leaves|trim|trims) "
    r"(?:(?:its|key|main|benchmark|policy|lending|interest|borrowing|repo|deposit|base|cash|the) ){0,3}rates?\b"
    r"(?! (?:card|plan|of pay))",
    re.IGNORECASE,
)
_LEVELS = frozenset(
    ["at", "above", "below", "over", "past", "near", "to", "around", "under", "tops", "hits", "as", "on", "steady"]
)


def find_rate_decision(text: str) -> tuple[int, int] | None:
    """Return where a headline tells a decision on interest rates: "Chile raises rate", "holds rates"."""
    match = _RATE_DECISION.search(text)
    return match.span() if match else None


def judge_market_wide(hit: Hit, name: Name, context: Context, *, has_company: bool) -> tuple[bool, str]:
    """Return whether the news is about a market-wide instrument, and by which rule."""
    word = context.text[hit.start : hit.end]
    beside = context.get_neighbours(hit.start, hit.end)
    kind = name.record.kind
    if beside.joined_after and kind in ("commodity", "currency") and beside.joined_after not in PRICE_NOUNS:
        return False, "part of a compound"
    if kind == "topic":
        return _judge_topic(has_company=has_company)
    if kind == "central_bank":
        return _judge_central_bank(word, beside, context)
    if kind == "index":
        return _judge_index(word, beside, context)
    if kind == "crypto":
        return _judge_crypto(word, name, beside, context)
    return _judge_price(word, beside, context, has_company=has_company)


def _judge_topic(*, has_company: bool) -> tuple[bool, str]:
    if has_company:
        return False, "topic in news of a company"
    return True, "topic"


def _judge_central_bank(word: str, beside: Neighbours, context: Context) -> tuple[bool, str]:
    if word[0].islower() and context.case is not Case.LOWER:
        return False, "lower case"
    if (
        context.case is Case.LOWER
        and len(word) <= 3
        and beside.before in ("is", "was", "are", "be", "well", "being", "were")
    ):
        return False, "a verb"
    if word.lower() == "fed" and _is_verb(beside, context):
        return False, "a verb"
    if context.off_topic_word_count >= 2 and not context.words & MARKET_WORDS - {word.lower()}:
        return False, "words of other topics"
    return True, "central bank"


def _is_verb(beside: Neighbours, context: Context) -> bool:
    """Return whether "fed" at the beginning is the verb: "Fed up with queues", "Fed horses well"."""
    if not beside.is_first or beside.has_possessive or beside.joined_after:
        return False
    if beside.after == "up" or (beside.after == "to" and beside.after_second in _DETERMINERS):
        return True
    if beside.after.endswith(("s", "ed", "ing")) or beside.after in MARKET_VERBS:
        return False
    is_known = (
        beside.after in VERBS or beside.after in LEAD_INS or beside.after in PRICE_NOUNS or beside.after in TITLES
    )
    return (
        context.case is not Case.TITLE
        and not is_known
        and beside.after_raw.islower()
        and not context.words & MARKET_WORDS - {"fed"}
    )


def _judge_index(word: str, beside: Neighbours, context: Context) -> tuple[bool, str]:
    lower = word.lower()
    if word[0].islower() and context.case is not Case.LOWER and word.isalpha():
        return False, "lower case"
    if beside.joined_after in ("listed", "bound", "traded"):
        return False, "where a company is listed"
    if lower in _WHERE_TRADED:
        is_moving = beside.after in MARKET_VERBS or beside.after == "stocks"
        return is_moving, "where the index is traded" if is_moving else "no verb of markets after it"
    if lower not in _AMBIGUOUS_INDICES:
        return True, "index"
    if beside.after in SPEECH_VERBS and beside.after not in ("adds", "forecast"):
        return False, "it only reports"
    if beside.after in NEWSROOM_WORDS:
        return False, "a newspaper"
    if lower == "s&p" and beside.after in CALL_VERBS and context.words & _RATING_WORDS:
        return False, "the rating agency"
    if (
        context.case is Case.SENTENCE
        and beside.after_raw[:1].isupper()
        and beside.after_raw[1:].islower()
        and not (beside.after in MARKET_VERBS or beside.after in PRICE_NOUNS)
    ):
        return False, "part of a name"
    if beside.after == ":" or (
        beside.before in ("on", "to") and lower == "nasdaq" and not context.words & {"points", "ends", "closes"}
    ):
        return False, "where a company is listed"
    if (
        beside.after in MARKET_VERBS
        or beside.after in PRICE_NOUNS
        or beside.after in (",", "and", "to", "index", "50", "500")
    ):
        return True, "index before a verb of markets"
    if context.words & MARKET_WORDS or context.has_money or len(context.words) <= 4:
        return True, "index among words of markets"
    if lower in ("nikkei", "ftse", "dax", "stoxx") or (
        lower == "nifty" and beside.after in LEAD_INS | VERBS | MODAL_VERBS
    ):
        return True, "index"
    return False, "no word of markets beside it"


def _judge_crypto(word: str, name: Name, beside: Neighbours, context: Context) -> tuple[bool, str]:
    if not name.is_ordinary and name.plain not in ("ether", "ripple", "tether", "tron"):
        return True, "crypto asset"
    if word[0].islower() and context.case is not Case.LOWER and name.plain != "ether":
        return False, "lower case"
    if context.words & CRYPTO_WORDS - {name.plain} or beside.after in MARKET_VERBS or beside.after in PRICE_NOUNS:
        return True, "crypto asset among words of its market"
    return False, "no word of crypto markets beside it"


def _judge_price(word: str, beside: Neighbours, context: Context, *, has_company: bool) -> tuple[bool, str]:
    """Return whether a commodity or currency is named as what is traded, not as a material or a sum."""
    lower = word.lower()
    is_plain = lower in _PLAIN_COMMODITIES
    if (
        is_plain
        and word[0].isupper()
        and not beside.is_first
        and context.case is Case.SENTENCE
        and not beside.follows_punctuation
        and beside.before_raw[:1].islower()
    ):
        return False, "part of a name"
    if (
        is_plain
        and context.case in (Case.SENTENCE, Case.TITLE)
        and beside.after_raw[:1].isupper()
        and beside.after_raw[1:2].islower()
        and context.case is Case.SENTENCE
    ):
        return False, "part of a name"
    if beside.before in OTHER_OILS and "oil" in lower:
        return False, "another oil"
    score = 0 if is_plain else 2
    reasons = [] if is_plain else ["name of a market"]
    if lower.rsplit(" ", 1)[-1] in PRICE_NOUNS:
        score += 1
        reasons.append("its price")
    if beside.before[:1].isdigit() or beside.before in (
        "million",
        "billion",
        "trillion",
        "mln",
        "bln",
        "bn",
        "per",
        "a",
        "an",
        "hundred",
        "thousand",
    ):
        return False, "a sum"
    if beside.after in MARKET_VERBS or beside.after in PRICE_NOUNS:
        score += 3
        reasons.append(f"before {beside.after}")
    elif beside.after in _LEVELS and (
        beside.after_second[:1] in ("$", "£", "€")
        or beside.after_second[:1].isdigit()
        or beside.after_second_raw == "record"
    ):
        score += 2
        reasons.append("before a level")
    elif beside.after in MODAL_VERBS and beside.is_first:
        score += 1
        reasons.append(f"before {beside.after}")
    elif (
        beside.after.isalpha()
        and not beside.after.endswith("ing")
        and beside.after not in LEAD_INS
        and beside.after not in VERBS
    ):
        score -= 1
        reasons.append("before another noun")
    if beside.before == "on" and beside.before_second in _STANCES:
        score += 3
        reasons.append(f"after {beside.before_second} on")
    if beside.before in _CALLS:
        score += 2
        reasons.append(f"after {beside.before}")
    if beside.is_first:
        score += 1
        reasons.append("at the beginning")
    if context.words & MARKET_WORDS - {lower} or context.has_money:
        score += 1
        reasons.append("words of markets")
    if score >= (4 if has_company else 3):
        return True, f"traded ({', '.join(reasons)})"
    return False, f"not what is traded ({', '.join(reasons) or 'no word of markets'})"

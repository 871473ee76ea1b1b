"""Weigh what speaks for the company of an ordinary word in a headline, and what against it."""

from collections.abc import Callable

from news.instruments.context import Case, Context, Neighbours
from news.instruments.name_index import Hit, Name
from news.instruments.words import (
    BASE_VERBS,
    COMPANY_VERBS,
    DESCRIPTORS,
    FIRST_NAMES,
    LEAD_INS,
    MODAL_VERBS,
    MONEY_WORDS,
    NOUNS,
    ORDINARY,
    STAFF_WORDS,
    STAKE_WORDS,
    STATES,
    STRONG_NOUNS,
    VERBS,
    WEAK_VERBS,
)

_TALKS = frozenset(["talks", "deal", "pact", "merger", "settlement", "discussions", "dispute"])
_HELD = frozenset(
    ["shares", "stock", "units", "owner", "parent", "maker", "takeover", "acquisition", "investors", "shareholders"]
)
_OBJECTS = (NOUNS - {"market"}) | STRONG_NOUNS | STAFF_WORDS | {"veteran", "s&p", "nasdaq", "ftse", "dax", "nifty"}
_AFFECTED = frozenset([
    "sue", "sues", "sued", "fines", "poaches", "probes", "orders", "clear", "clears", "backs", "hits", "ousts",
    "pressures", "regulators", "downgrades", "upgrades",
])  # fmt: skip
_SUMS = frozenset(["million", "billion", "mln", "bln", "bn"])
_PLACES = frozenset(["in", "on", "at", "near", "of", "over", "between"])
_PREPOSITIONS = frozenset(["of", "between", "among", "in", "for", "on", "near", "with", "by", "from", "at", "over"])
_Add = Callable[[int, str], None]
_AUXILIARIES = frozenset(["can", "could", "did", "do", "does", "may", "might", "should", "will", "would"])


def is_plain_name(name: Name) -> bool:
    """Return whether the book gives a name, or it is mostly the company's: not "Block" of Block Inc."""
    return name.is_given or name.is_dominant


def score_ordinary(hit: Hit, beside: Neighbours, name: Name, context: Context) -> tuple[int, list[str]]:
    """Return how much speaks for the company of an ordinary word, and what."""
    end = hit.end
    word = context.text[hit.start : end]
    case = context.case
    is_mixed = case in (Case.SENTENCE, Case.TITLE)
    if is_mixed and word.isupper() and not (name.spelling or name.is_dominant or beside.after in STRONG_NOUNS):
        return 0, ["capitals in a headline of mixed case"]
    if _is_end_of_compound(beside, context):
        return 0, ["end of a compound"]
    if (
        beside.before in ("a", "an", "the", "no", "this", "that", "every")
        and beside.after not in STRONG_NOUNS
        and beside.after not in NOUNS
    ):
        return 0, ["after an article"]
    score = 0
    reasons: list[str] = []

    def add(points: int, reason: str) -> None:
        nonlocal score
        score += points
        reasons.append(reason)

    in_middle = not beside.is_first and case is Case.SENTENCE and not name.spelling and is_plain_name(name)
    if in_middle and not beside.follows_punctuation:
        add(1 if word.lower() in FIRST_NAMES else 3, "capitalised in the middle")
    if name.is_dominant:
        add(2, "mostly a company")
    if beside.has_possessive:
        add(2, "possessive")
    if beside.before in DESCRIPTORS:
        add(3, "after a word for companies")
    if beside.before == "of" and beside.before_second in _HELD:
        add(3, f"after {beside.before_second} of")
    _add_next_word(beside, name, context, add)
    if after_verb := _find_object(beside, context, end):
        add(1, f"then {after_verb}")
    if beside.before == "in":
        is_stake = beside.before_second in STAKE_WORDS or beside.before_second in _SUMS
        add(3 if is_stake else -3, "what a stake is in" if is_stake else "after a preposition of place")
    elif beside.before in _AFFECTED and context.case is not Case.SENTENCE:
        add(1, f"object of {beside.before}")
    if business := min(2, _count_business(word, context)):
        add(business, "words of business")
    if others := min(2, context.off_topic_word_count):
        add(-2 * others, "words of other topics")
    return score, reasons


def _is_end_of_compound(beside: Neighbours, context: Context) -> bool:
    """Return whether a noun stands before: price target, Trade Gap, Red Square, H-1B Visa."""
    before, raw = beside.before, beside.before_raw
    if beside.follows_punctuation or before in LEAD_INS or before in DESCRIPTORS:
        return False
    if before.endswith("'s"):
        return context.case is not Case.SENTENCE and before.removesuffix("'s") not in DESCRIPTORS
    if context.case is Case.SENTENCE and raw[0].islower():
        return False
    if context.case in (Case.TITLE, Case.SENTENCE) and raw[0].isdigit():
        return not raw.isdigit()
    if context.case is Case.LOWER and before in BASE_VERBS:
        return False
    return before not in VERBS and not (beside.before_second == "" and before in BASE_VERBS)


def _find_object(beside: Neighbours, context: Context, end: int) -> str:
    """Return the word of business that is the object of a verb: "cuts 1,800 corporate jobs", "" if there is none."""
    if beside.after not in WEAK_VERBS or beside.joined_after or beside.has_possessive:
        return ""
    for word in context.spaced.lower[end:].split()[1:5]:
        if word in _OBJECTS:
            return word
        if word in _PREPOSITIONS:
            break
    return ""


def _add_next_word(beside: Neighbours, name: Name, context: Context, add: _Add) -> None:
    case = context.case
    after, raw, second = beside.after, beside.after_raw, beside.after_second
    if not after:
        return
    if not after[0].isalnum():
        if after == "," and second in STATES:
            add(-3, "place")
        return
    if after in STATES and not beside.has_possessive:
        add(-4, "place")
    elif after in STRONG_NOUNS:
        add(3, f"before {after}")
    elif after == "to" and (second in BASE_VERBS or beside.is_first):
        add(2 if beside.before != "on" else -3, "before to and a verb")
    elif after in MODAL_VERBS and after != "to":
        add(1, f"before {after}")
    elif after in COMPANY_VERBS and second != "between":
        add(3, f"before {after}")
    elif after in WEAK_VERBS:
        is_place = second in _PLACES and context.business_word_count == 0  # "Shell lands in field"
        add(-1 if is_place else 1, f"before {after}")
    elif after in BASE_VERBS:
        add(2 if beside.before in _AUXILIARIES else 0, f"before {after}")
    elif after in NOUNS:
        add(2, f"before {after}")
    elif after in ("and", "&") and beside.is_first and case is Case.SENTENCE and beside.after_second_raw[:1].isupper():
        add(0 if second in ORDINARY else 1, "before another name")
    elif after in ("and", "&", "or") or raw[0].isdigit():
        return
    elif after == "in" and second in _TALKS:
        add(3 if name.is_dominant else 2, f"in {second}")
    elif after in _PREPOSITIONS:
        add(-2 if after in ("of", "between", "among") else -1, f"before {after}")
    elif after in LEAD_INS:
        return
    elif case is Case.SENTENCE and raw[0].isupper():
        is_product = second in VERBS or second in NOUNS or second in STRONG_NOUNS  # "Apple CarPlay gets …"
        if beside.has_possessive:  # "Target's Black Friday traffic"
            return
        add(-9 if not name.is_dominant else 0 if is_product else -1, "before another name")
    else:
        add(0 if name.spelling or beside.has_possessive else -2, "before another noun")
        if second in NOUNS or second in STRONG_NOUNS:
            add(2 if name.is_dominant else 1, f"then {second}")


def _count_business(word: str, context: Context) -> int:
    lower = word.lower()
    return context.business_word_count - (lower in MONEY_WORDS)

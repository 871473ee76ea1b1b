"""Rules by which a name is or is not a company in a headline. Each returns the rule's name, for the explanation."""

from collections.abc import Callable

from news.instruments.context import Case, Context, Neighbours
from news.instruments.name_index import Hit, Name
from news.instruments.words import (
    ACRONYMS,
    BASE_VERBS,
    BUSINESS_SEGMENTS,
    COMPANY_VERBS,
    DESCRIPTORS,
    FIRST_NAMES,
    FOUNDER_WORDS,
    LEAD_INS,
    LEGAL_FORMS,
    MODAL_VERBS,
    MONEY_WORDS,
    NOUNS,
    PLACE_WORDS,
    STAFF_WORDS,
    STAKE_WORDS,
    STATES,
    STOCK_WORDS,
    STRONG_NOUNS,
    VERBS,
    WEAK_VERBS,
)

_OWNERSHIP = frozenset(["backed", "owned", "led", "listed", "made", "controlled", "funded", "based", "run", "branded"])
_LIKENESS = frozenset(["style", "like", "esque", "era", "inspired", "killer", "themed", "free", "rich", "analysis"])
_PREPOSITIONS = frozenset(["of", "between", "among", "in", "for", "on", "near", "with", "by", "from", "at", "over"])
_Add = Callable[[int, str], None]
_CHANGES = frozenset([
    "boosted", "cut", "hiked", "increased", "lifted", "lowered", "price", "prices", "raised", "reduced", "slashed",
    "trimmed", "upped",
])  # fmt: skip
_RATINGS = frozenset([
    "buy", "hold", "neutral", "outperform", "overweight", "perform", "sell", "underperform", "underweight",
])  # fmt: skip
_AUXILIARIES = frozenset(["can", "could", "did", "do", "does", "may", "might", "should", "will", "would"])
_THRESHOLD = {Case.SENTENCE: 2, Case.TITLE: 2, Case.CAPITALS: 3, Case.LOWER: 2}


def judge_company(
    hit: Hit,
    name: Name,
    context: Context,
    *,
    is_confirmed: bool = False,
    is_listed: bool = False,
    is_beside: bool = False,
) -> tuple[bool, str]:
    """Return whether a name means its company here, and by which rule.

    `is_confirmed`: the sender gave its symbol, or the summary calls it a company. `is_listed`: a comma or "and" joins
    it to the name of another company. `is_beside`: the headline names another company before it.
    """
    word = context.text[hit.start : hit.end]
    beside = context.neighbours(hit.start, hit.end)
    if (reason := _find_other_meaning(word, beside, name, context)) is not None:
        return False, reason
    if word.lower() in ("target", "targets") and beside.after in _CHANGES and not context.words & _RATINGS:
        return False, "a price target"
    if name.is_symbol:
        return _judge_symbol(name, beside, context)
    if beside.after in LEGAL_FORMS:
        return True, "name with legal form"
    if not name.is_ordinary:
        return True, "name"
    if is_confirmed and (word[0].isupper() or context.case is Case.LOWER):
        return True, "ordinary word, confirmed by sender or summary"
    score, reasons = _score_ordinary(word, beside, name, context)
    if is_listed and (word[0].isupper() or context.case is Case.LOWER) and score > -4:
        score += 3
        reasons.append("in a list of companies")
    if is_beside and name.is_dominant:
        score += 1
        reasons.append("beside another company")
    if score >= _THRESHOLD[context.case] + (0 if _is_plain_name(name) else 2):
        return True, f"ordinary word in a company's context ({', '.join(reasons)})"
    return False, f"ordinary word without a company's context ({', '.join(reasons) or 'none'})"


def _is_plain_name(name: Name) -> bool:
    """Return whether the book gives a name, or it is mostly the company's: not "Block" of Block Inc."""
    return name.is_given or name.is_dominant


def _find_other_meaning(word: str, beside: Neighbours, name: Name, context: Context) -> str | None:
    """Return why a name is no reference to the company as such, None if nothing speaks against it."""
    if _is_written_small(word, name) and context.case is not Case.LOWER:
        return "lower case"
    if beside.joined_after in _LIKENESS or (
        name.is_ordinary and beside.joined_after and beside.joined_after not in _OWNERSHIP
    ):
        return "part of a compound"
    if beside.joined_before.lower() in ("ex", "former", "non", "anti", "pre", "post"):
        return "compound of a former or other one"
    if name.spelling and len(word) <= 2 and _are_initials(beside, context):
        return "initials of a person"
    if _is_persons_name(word, beside, context):
        return "name of a person"
    if beside.after in FOUNDER_WORDS or (beside.after == "co" and beside.joined_after == ""):
        return "only the founder of the company"
    if (beside.before in ("former", "ex", "ex-") or beside.before_second in ("former", "ex")) and (
        beside.after in STAFF_WORDS or beside.before in STAFF_WORDS
    ):
        return "only a former member of staff"
    if beside.after in PLACE_WORDS and _is_place(beside, context):
        return "a place named after it"
    if name.is_family and _is_segment(beside, context):
        return "part of another company's name"
    return None


def _is_written_small(word: str, name: Name) -> bool:
    """Return whether words that mean something else are written in lower case, as in "waste management"."""
    if name.is_ordinary and " " in word:
        return any(part[0].islower() and part not in LEAD_INS for part in word.split())
    return word[0].islower() and not name.is_written_small


def _is_place(beside: Neighbours, context: Context) -> bool:
    """Return whether the next word names a place after a company: Barclays Center, Target Field."""
    if beside.has_possessive or beside.joined_after:
        return False
    return beside.after_raw[0].isupper() and context.case is Case.SENTENCE


def _are_initials(beside: Neighbours, context: Context) -> bool:
    """Return whether a surname follows: "BP Singh" at the end of a text or before a comma, not "BP Shares Fall"."""
    if context.case is not Case.SENTENCE or not (beside.after_raw[:1].isupper() and beside.after_raw[1:].islower()):
        return False
    return not (beside.is_first and beside.after_second.isalpha())


def _is_persons_name(word: str, beside: Neighbours, context: Context) -> bool:
    """Return whether a first name stands before a single word: Harrison Ford, Michael Dell."""
    if (
        " " in word
        or beside.before not in FIRST_NAMES
        or not beside.before_raw[0].isupper()
        or beside.before in LEAD_INS
    ):
        return False
    # "Will Target …", "May Dell …": verbs; "Delta Ford" of a list is no person either.
    return beside.before not in VERBS and beside.before not in MODAL_VERBS


def _is_segment(beside: Neighbours, context: Context) -> bool:
    """Return whether the next word makes another company of it: Tata Elxsi, Siemens Energy."""
    if beside.has_possessive or beside.joined_after or not beside.after_raw[:1].isupper():
        return False
    if context.case is Case.CAPITALS:
        return beside.after in BUSINESS_SEGMENTS
    if context.case is Case.TITLE:
        return beside.after in BUSINESS_SEGMENTS and beside.after not in VERBS
    return beside.after in BUSINESS_SEGMENTS


def _judge_symbol(name: Name, beside: Neighbours, context: Context) -> tuple[bool, str]:
    """Return whether capitals are a symbol: long ones in a headline of mixed case, short ones in a list only."""
    if beside.joined_after or beside.joined_before:
        return False, "symbol in a compound"
    is_plain = len(name.spelling) >= 4 and not name.is_ordinary
    if context.case is Case.CAPITALS:
        is_plain = is_plain and beside.after in ("stock", "shares")
        return is_plain, "symbol before its shares" if is_plain else "letters in a headline of capitals"
    if is_plain:
        return True, "symbol"
    if beside.after in STOCK_WORDS and (beside.is_first or len(name.spelling) >= 3) and not name.is_ordinary:
        return True, "symbol before its shares"
    if name.is_ordinary and (beside.second_raw.lower() in ACRONYMS or beside.before_second in ACRONYMS):
        return False, "an abbreviation"
    is_listed = (_is_symbol_like(beside.second_raw) and beside.after in (",", "/", "vs", "and", "&")) or (
        beside.before in (",", "/", "vs", "and", "&")
        and beside.before_second.isalpha()
        and _was_symbol(beside, context)
    )
    return is_listed, "symbol in a list" if is_listed else "short symbol alone"


def _is_symbol_like(word: str) -> bool:
    return 2 <= len(word) <= 5 and word.isalpha() and word.isupper()


def _was_symbol(beside: Neighbours, context: Context) -> bool:
    return beside.before_second.upper() in context.text.replace(",", " ").split()


def _score_ordinary(word: str, beside: Neighbours, name: Name, context: Context) -> tuple[int, list[str]]:
    """Return how much speaks for the company of an ordinary word, and what."""
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

    in_middle = not beside.is_first and case is Case.SENTENCE and not name.spelling and _is_plain_name(name)
    if in_middle and not beside.follows_sign:
        add(1 if word.lower() in FIRST_NAMES else 3, "capitalised in the middle")
    if name.is_dominant:
        add(2 if case in (Case.SENTENCE, Case.TITLE) else 1, "mostly a company")
    if beside.has_possessive:
        add(2 if case in (Case.SENTENCE, Case.TITLE) else 1, "possessive")
    if beside.before in DESCRIPTORS:
        add(3, "after a word for companies")
    _add_next_word(beside, name, case, add)
    if beside.before == "in" and beside.before_second not in STAKE_WORDS:
        add(-3, "after a preposition of place")
    if business := min(2, _count_business(word, context)):
        add(business, "words of business")
    return score, reasons


def _is_end_of_compound(beside: Neighbours, context: Context) -> bool:
    """Return whether a noun stands before: price target, Trade Gap, Red Square, H-1B Visa."""
    before, raw = beside.before, beside.before_raw
    if beside.follows_sign or before in LEAD_INS or before in DESCRIPTORS:
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


def _add_next_word(beside: Neighbours, name: Name, case: Case, add: _Add) -> None:
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
    elif after in COMPANY_VERBS:
        add(3 if case is not Case.CAPITALS else 2, f"before {after}")
    elif after in WEAK_VERBS:
        add(1, f"before {after}")
        if second in NOUNS or second in STRONG_NOUNS:
            add(1, f"then {second}")
    elif after in BASE_VERBS:
        add(2 if beside.before in _AUXILIARIES else 0, f"before {after}")
    elif after in NOUNS:
        add(2, f"before {after}")
    elif after in ("and", "&", "or") or raw[0].isdigit():
        return
    elif after in _PREPOSITIONS:
        add(-2 if after in ("of", "between", "among") else -1, f"before {after}")
    elif after in LEAD_INS:
        return
    elif case is Case.SENTENCE and raw[0].isupper():
        is_product = second in VERBS or second in NOUNS or second in STRONG_NOUNS  # "Apple CarPlay gets …"
        add(-9 if not name.is_dominant else 0 if is_product else -1, "before another name")
    else:
        add(0 if name.spelling or beside.has_possessive else -2, "before another noun")
        if second in NOUNS or second in STRONG_NOUNS:
            add(2 if name.is_dominant else 1, f"then {second}")


def _count_business(word: str, context: Context) -> int:
    lower = word.lower()
    return context.business_count - (lower in MONEY_WORDS)

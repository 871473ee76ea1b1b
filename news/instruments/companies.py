"""Rules by which a name is or is not a company in a headline. Each returns the rule's name, for the explanation."""

from news.instruments.context import Case, Context, Neighbours
from news.instruments.name_index import Hit, Name, has_small_words
from news.instruments.ordinary_words import is_plain_name, score_ordinary
from news.instruments.other_meanings import find_other_meaning
from news.instruments.words import (
    ACRONYMS,
    BASE_VERBS,
    COMPANY_VERBS,
    DESCRIPTORS,
    LEGAL_FORMS,
    ORDINARY,
    STOCK_WORDS,
    STRONG_NOUNS,
    WEAK_VERBS,
)

_DEALS = frozenset(
    ["buy", "buys", "acquire", "acquires", "sue", "sues", "with", "join", "joins", "overtake", "overtakes"]
)
_LOOSE_FORMS = frozenset(["company", "group", "group's", "holding", "holdings", "industries", "technologies"])
_CHANGES = frozenset([
    "boosted", "cut", "hiked", "increased", "lifted", "lowered", "price", "prices", "raised", "reduced", "slashed",
    "trimmed", "upped",
])  # fmt: skip
_RATINGS = frozenset([
    "buy", "hold", "neutral", "outperform", "overweight", "perform", "sell", "underperform", "underweight",
])  # fmt: skip
_THRESHOLD = 2


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
    beside = context.get_neighbours(hit.start, hit.end)
    if (reason := find_other_meaning(word, beside, name, context)) is not None:
        return False, reason
    if word.lower() in ("target", "targets") and beside.after in _CHANGES and not context.words & _RATINGS:
        return False, "a price target"
    if name.is_symbol:
        return _judge_symbol(name, beside, context, is_listed=is_listed)
    if name.spelling and context.case is Case.LOWER:
        return _judge_small_letters(beside, context)
    if context.case is not Case.LOWER and _is_half_small(word, name):
        name = name._replace(is_ordinary=True, is_dominant=False)
    if _has_legal_form(beside, name, context):
        return True, "name with legal form"
    if not name.is_ordinary:
        return True, "name"
    if is_confirmed and (word[0].isupper() or context.case is Case.LOWER):
        return True, "ordinary word, confirmed by sender or summary"
    score, reasons = score_ordinary(hit, beside, name, context)
    if is_listed and (word[0].isupper() or context.case is Case.LOWER) and score > -4:
        score += 3
        reasons.append("in a list of companies")
    if is_beside and name.is_dominant:
        score += 1 + (beside.before in _DEALS)
        reasons.append("beside another company")
    threshold = _THRESHOLD + (0 if is_plain_name(name) else 2)
    if " " in word and context.case in (
        Case.TITLE,
        Case.UPPER,
    ):  # capitals of a title don't make a name: "Best Buy Time for Watches"
        threshold += 1
    is_bare = reasons == ["mostly a company"] and beside.after[:1].isalpha()  # "Oracle or fraud?"
    if score >= threshold and not is_bare:
        return True, f"ordinary word in a company's context ({', '.join(reasons)})"
    return False, f"ordinary word without a company's context ({', '.join(reasons) or 'none'})"


def _is_half_small(word: str, name: Name) -> bool:
    """Return whether a name begins with an ordinary word and goes on in small letters: "General dynamics of …"."""
    if " " not in word or name.has_small_words or not has_small_words(word):
        return False
    return word.split(maxsplit=1)[0].lower() in ORDINARY


def _has_legal_form(beside: Neighbours, name: Name, context: Context) -> bool:
    """Return whether a legal form follows; for an ordinary word, one with a capital: not "Progressive group"."""
    if beside.after not in LEGAL_FORMS or beside.joined_after:
        return False
    if not name.is_ordinary:
        return True
    if beside.after in _LOOSE_FORMS and f"{name.plain} {beside.after}" not in name.record.name.lower():
        return False  # "Progressive group launches …" in any case
    if context.case is Case.LOWER:
        return True
    return beside.after_raw[0].isupper() and beside.after_second not in ("of", "for")


def _judge_small_letters(beside: Neighbours, context: Context) -> tuple[bool, str]:
    """Return whether small letters are a name that is written in capitals otherwise: "ibm profit rises"."""
    is_company = (
        beside.after in STRONG_NOUNS
        or beside.after in COMPANY_VERBS
        or (beside.after in WEAK_VERBS and context.business_word_count > 0)
        or beside.before in DESCRIPTORS
        or (beside.after == "to" and beside.after_second in BASE_VERBS)
        or (beside.has_possessive and beside.is_first)
    )
    return is_company, "letters before a word for companies" if is_company else "small letters"


def _judge_symbol(name: Name, beside: Neighbours, context: Context, *, is_listed: bool) -> tuple[bool, str]:
    """Return whether capitals are a symbol: long ones in a headline of mixed case, short ones in a list only."""
    if beside.joined_after or beside.joined_before:
        return False, "symbol in a compound"
    is_plain = len(name.spelling) >= 4 and not name.is_ordinary
    if context.case is Case.UPPER:
        is_plain = is_plain and beside.after in ("stock", "shares")
        return is_plain, "symbol before its shares" if is_plain else "letters in a headline of capitals"
    if is_plain:
        return True, "symbol"
    if beside.after in STOCK_WORDS and (beside.is_first or len(name.spelling) >= 3) and not name.is_ordinary:
        return True, "symbol before its shares"
    if name.is_ordinary and (beside.after_second_raw.lower() in ACRONYMS or beside.before_second in ACRONYMS):
        return False, "an abbreviation"
    if name.is_ordinary or len(name.spelling) <= 2:  # "Banks, IT and FMCG", "Samir Shah, MD, and …"
        return is_listed, "symbol in a list of companies" if is_listed else "short symbol alone"
    is_listed = (_is_symbol_like(beside.after_second_raw) and beside.after in (",", "/", "vs", "and", "&")) or (
        beside.before in (",", "/", "vs", "and", "&")
        and beside.before_second.isalpha()
        and _was_symbol(beside, context)
    )
    return is_listed, "symbol in a list" if is_listed else "short symbol alone"


def _is_symbol_like(word: str) -> bool:
    return 2 <= len(word) <= 5 and word.isalpha() and word.isupper()


def _was_symbol(beside: Neighbours, context: Context) -> bool:
    return beside.before_second.upper() in context.text.replace(",", " ").split()

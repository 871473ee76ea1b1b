"""Tell where a name is no reference to its company: people, places, founders, compounds, other companies."""

from news.instruments.context import Case, Context, Neighbours
from news.instruments.name_index import Name, has_small_words
from news.instruments.words import (
    BUSINESS_SEGMENTS,
    FIRST_NAMES,
    FOUNDER_WORDS,
    GOVERNANCE_WORDS,
    LEAD_INS,
    LEGAL_FORMS,
    MODAL_VERBS,
    PLACE_WORDS,
    STAFF_WORDS,
    VERBS,
)

_OWNERSHIP = frozenset(["backed", "owned", "led", "listed", "made", "controlled", "funded", "based", "run", "branded"])
_LIKENESS = frozenset(["style", "like", "esque", "era", "inspired", "killer", "themed", "free", "rich", "analysis"])


def find_other_meaning(word: str, beside: Neighbours, name: Name, context: Context) -> str | None:
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
    if (beside.after in FOUNDER_WORDS and not context.words & GOVERNANCE_WORDS) or (
        beside.after == "co" and beside.joined_after == ""
    ):
        return "only the founder of the company"
    if (beside.before in ("former", "ex", "ex-") or beside.before_second in ("former", "ex")) and (
        beside.after in STAFF_WORDS or beside.before in STAFF_WORDS
    ):
        return "only a former member of staff"
    if beside.after in PLACE_WORDS and _is_place(beside, context):
        return "a place named after it"
    if beside.after == "of" and word.rsplit(" ", 1)[-1].lower() in LEGAL_FORMS:  # "Southern Company of Players"
        return "a company of another kind"
    if name.is_family and _is_segment(beside, context):
        return "part of another company's name"
    return None


def _is_written_small(word: str, name: Name) -> bool:
    """Return whether words that mean something else are written in lower case, as in "waste management"."""
    if name.is_ordinary and " " in word:
        return not name.has_small_words and has_small_words(word)
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
    if context.case is Case.UPPER:
        return beside.after in BUSINESS_SEGMENTS
    if context.case is Case.TITLE:
        return beside.after in BUSINESS_SEGMENTS and beside.after not in VERBS
    return beside.after in BUSINESS_SEGMENTS

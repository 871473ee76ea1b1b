"""Groups of words that rules of tagging ask for, from the files in `vocabulary`. All words are lower case."""

from pathlib import Path

_FOLDER = Path(__file__).parent / "vocabulary"
_IRREGULAR = {
    "beat": "beat", "become": "became", "begin": "began", "bet": "bet", "bid": "bid", "bring": "brought",
    "build": "built", "buy": "bought", "come": "came", "cut": "cut", "fall": "fell", "feel": "felt",
    "fight": "fought", "find": "found", "get": "got", "give": "gave", "go": "went", "grow": "grew", "hit": "hit",
    "hold": "held", "keep": "kept", "lay": "laid", "lead": "led", "leave": "left", "let": "let", "lose": "lost",
    "make": "made", "meet": "met", "outbid": "outbid", "overtake": "overtook", "pay": "paid", "put": "put",
    "quit": "quit", "rise": "rose", "run": "ran", "say": "said", "see": "saw", "seek": "sought", "sell": "sold",
    "send": "sent", "set": "set", "shed": "shed", "show": "showed", "shrink": "shrank", "shut": "shut",
    "sink": "sank", "slide": "slid", "speed": "sped", "spend": "spent", "spin": "spun", "stand": "stood",
    "stick": "stuck", "strike": "struck", "swing": "swung", "take": "took", "tell": "told", "think": "thought",
    "win": "won", "withdraw": "withdrew", "write": "wrote",
}  # fmt: skip
_VOWELS = "aeiou"


def _load_groups() -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    group: set[str] = set()
    for line in (_FOLDER / "context.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            group = groups.setdefault(line.strip("[]"), set())
        elif not line.startswith("#"):
            group.update(line.split())
    return {name: frozenset(words) for name, words in groups.items()}


def _inflect(verb: str) -> tuple[str, ...]:
    """Return the third person and the past of a verb: cuts, cut; hires, hired; not "cut" where it may be a noun."""
    if verb.endswith(("s", "x", "z", "ch", "sh")):
        third, past = f"{verb}es", f"{verb}ed"
    elif verb.endswith("y") and verb[-2] not in _VOWELS:
        third, past = f"{verb[:-1]}ies", f"{verb[:-1]}ied"
    elif verb.endswith("e"):
        third, past = f"{verb}s", f"{verb}d"
    elif verb.endswith("o"):
        third, past = f"{verb}es", f"{verb}ed"
    else:
        # A short verb doubles its last letter: trim, trimmed.
        doubled = len(verb) <= 4 and verb[-1] not in "wxyaeiou" and verb[-2] in _VOWELS and verb[-3:-2] not in _VOWELS
        third, past = f"{verb}s", f"{verb}{verb[-1] if doubled else ''}ed"
    return third, _IRREGULAR.get(verb, past)


def _inflect_all(verbs: frozenset[str]) -> frozenset[str]:
    return frozenset(form for verb in verbs for form in _inflect(verb))


def _load_ordinary() -> frozenset[str]:
    lines = (_FOLDER / "ordinary.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _load_first_names() -> frozenset[str]:
    text = (_FOLDER / "ordinary.txt").read_text(encoding="utf-8")
    section = text.partition("# First names\n")[2].partition("#")[0]
    return frozenset(section.split())


_GROUPS = _load_groups()

ORDINARY = _load_ordinary()
FIRST_NAMES = _load_first_names()

COMPANY_VERBS = _inflect_all(_GROUPS["company_verbs"])
WEAK_VERBS = _inflect_all(_GROUPS["weak_verbs"])
BASE_VERBS = _GROUPS["company_verbs"] | _GROUPS["weak_verbs"]
MODAL_VERBS = _GROUPS["modal_verbs"]
VERBS = COMPANY_VERBS | WEAK_VERBS | MODAL_VERBS
SPEECH_VERBS = _GROUPS["speech_verbs"]
MARKET_VERBS = _GROUPS["market_verbs"]
CALL_VERBS = _GROUPS["call_verbs"]

STRONG_NOUNS = _GROUPS["strong_nouns"]
NOUNS = _GROUPS["nouns"] - STRONG_NOUNS
PRICE_NOUNS = _GROUPS["price_nouns"]
FOUNDER_WORDS = _GROUPS["founder_words"]
STAFF_WORDS = _GROUPS["staff_words"]
STOCK_WORDS = _GROUPS["stock_words"]

DESCRIPTORS = _GROUPS["descriptors"]
LEAD_INS = _GROUPS["lead_ins"]
ANALYST_WORDS = _GROUPS["analyst_words"]
MARKET_WORDS = _GROUPS["market_words"]
MONEY_WORDS = _GROUPS["money_words"]
CRYPTO_WORDS = _GROUPS["crypto_words"]
LEGAL_FORMS = _GROUPS["legal_forms"]
BUSINESS_SEGMENTS = _GROUPS["business_segments"]
STATES = _GROUPS["states"]
ACRONYMS = _GROUPS["acronyms"]
PUBLISHERS = _GROUPS["publishers"]
PUBLISHER_WORDS = _GROUPS["publisher_words"]
OTHER_OILS = _GROUPS["other_oils"]
DOMINANT = _GROUPS["dominant"]
TITLES = _GROUPS["titles"]
NEVER_ALONE = _GROUPS["never_alone"]
COMPARING_WORDS = _GROUPS["comparing"]
PLACE_WORDS = _GROUPS["place_words"]
NEWSROOM_WORDS = _GROUPS["newsroom_words"]
STAKE_WORDS = _GROUPS["stake_words"]

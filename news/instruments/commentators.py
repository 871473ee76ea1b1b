"""Find who only speaks in a headline: "Goldman downgrades Tesla", "… at Barclays", "…, says Moody's"."""

from functools import cache

from news.instruments.book import InstrumentRecord
from news.instruments.context import Context
from news.instruments.mentions import TextMention
from news.instruments.words import ANALYST_WORDS, CALL_VERBS, SPEECH_VERBS, STAKE_WORDS

REPORTS = "it only reports, or is where others are traded"
_SPEAKS = "it only gives its opinion of another"
_RATING_VERBS = frozenset([
    "affirms", "double-downgrades", "double-upgrades", "downgrades", "initiates", "recommends", "reiterates",
    "upgrades",
])  # fmt: skip
_RATING_GRADES = frozenset(
    ["neutral", "overweight", "underweight", "outperform", "underperform", "buy", "sell", "hold"]
)
_ATTRIBUTION_WORDS = frozenset(["at", "by", "from", "says", "said", "to", ":", "-", "per", "at:", "via", "sees"])
_ANALYST_NOUNS = frozenset([
    "analyst", "analysts", "strategist", "strategists", "economist", "economists", "research", "note", "survey", "poll",
])  # fmt: skip
# The first words of names, in lower case. Brokers are also companies with one of _FINANCE_WORDS in their name.
_BROKERS = (
    "angel one", "axis bank", "b. riley", "baird", "banco santander", "bank of america", "bank of montreal",
    "bank of nova scotia", "barclays", "berenberg", "blackrock", "bmo", "bnp paribas", "bofa", "canaccord",
    "charles schwab", "cibc", "citi", "citigroup", "citizens financial", "cowen", "credit agricole", "credit suisse",
    "crédit agricole", "daiwa securities", "dbs", "deutsche bank", "edelweiss", "evercore", "franklin resources",
    "goldman sachs", "hdfc securities", "hsbc", "icici", "icici bank", "iifl", "ing", "ing groep",
    "interactive brokers", "invesco", "j.p. morgan", "jefferies", "jm financial", "jp morgan", "jpmorgan", "keybanc",
    "keycorp", "kotak", "kotak mahindra", "lazard", "lloyds", "macquarie", "mitsubishi ufj", "mizuho",
    "morgan stanley", "motilal oswal", "mufg", "natwest", "nomura", "northern trust", "oppenheimer", "piper sandler",
    "raymond james", "royal bank of canada", "santander", "scotiabank", "societe generale", "société générale",
    "standard chartered", "state street", "stifel", "t. rowe price", "td", "td bank", "toronto dominion",
    "toronto-dominion", "truist", "u.s. bancorp", "ubs", "wells fargo",
)  # fmt: skip
_AGENCIES = (
    "care ratings", "crisil", "dbrs", "factset", "fair isaac", "gartner", "icra", "moody's", "morningstar", "msci",
    "s&p global",
)  # fmt: skip
_PUBLISHERS = (
    "asx", "bse", "cboe", "cme group", "comcast", "deutsche boerse", "deutsche börse", "dow jones", "euronext", "fox",
    "hong kong exchanges", "intercontinental exchange", "japan exchange", "london stock exchange", "multi commodity",
    "nasdaq", "new york times", "news corp", "news corporation", "nikkei", "thomson reuters",
)  # fmt: skip
_FINANCE_WORDS = ("securities", "broking", "brokerage", "capital markets", "ratings", "asset management")


def find_commentators(mentions: list[TextMention], context: Context) -> list[tuple[TextMention, str]]:
    """Return the mentions that only comment, each with its rule."""
    commentators = []
    for mention in mentions:
        if mention.name is None or mention.is_market_wide:
            continue
        role = find_role(mention.name.record)
        if role and (rule := _judge(role, mention, mentions, context)):
            commentators.append((mention, rule))
    return commentators


def is_commentator(mention: TextMention) -> bool:
    """Return whether a mention is of a broker or agency, which often gives its opinion of markets."""
    return mention.name is not None and find_role(mention.name.record) in ("broker", "agency")


def _judge(role: str, mention: TextMention, mentions: list[TextMention], context: Context) -> str:
    beside = context.get_neighbours(mention.start, mention.end)
    others = [other for other in mentions if other.symbol != mention.symbol]
    is_last = mention.end >= len(context.text.rstrip(" .")) or beside.after in (
        *SPEECH_VERBS,
        "analysts",
        "analyst",
        "strategist",
        "strategists",
        "-",
        "(",
    )
    has_rating_action = bool(context.words & ANALYST_WORDS)
    if beside.is_first and beside.after == ":" and others:
        return _SPEAKS
    if role == "publisher":
        if beside.before in ("on", "at", "in", "via", "from") and beside.before_second not in STAKE_WORDS:
            return REPORTS
        return REPORTS if beside.after in SPEECH_VERBS and (not beside.is_first or others) else ""
    if (
        beside.after in _ANALYST_NOUNS
        or beside.after_second in _ANALYST_NOUNS
        or (beside.before in ("at", "of") and beside.before_second in _ANALYST_NOUNS)
    ):
        return _SPEAKS
    if not beside.is_first and is_last:
        if (
            beside.before in _ATTRIBUTION_WORDS
            and (has_rating_action or beside.before in ("says", "said", ":", "-"))
            and (others or beside.before != "by")
        ):
            return _SPEAKS
        if beside.before in (",", "-", "—") and (not beside.after or beside.after in SPEECH_VERBS):
            return _SPEAKS
    if beside.before == "to" and beside.before_second == "according":
        return _SPEAKS
    if not beside.is_first and others and has_rating_action and beside.before in ("at", "by"):
        return _SPEAKS
    after = [other for other in others if other.start > mention.start]
    if after and (verb := _find_rating_action(mention, after[0], context)):
        return _judge_rating_action(role, verb, after, context, has_rating_action=has_rating_action)
    words = context.words
    if not others and (beside.after in _RATING_VERBS or (beside.after in CALL_VERBS and words & _RATING_GRADES)):
        return _SPEAKS
    if role == "agency" and beside.after in CALL_VERBS and has_rating_action:
        return _SPEAKS
    return ""


def _find_rating_action(mention: TextMention, following: TextMention, context: Context) -> str:
    """Return the verb of opinion soon after a broker and before the next instrument, "" if there is none."""
    words = context.spaced.lower[mention.end : following.start].split()[:4]
    return next((word for word in words if word in CALL_VERBS), "")


def _judge_rating_action(
    role: str, verb: str, after: list[TextMention], context: Context, *, has_rating_action: bool
) -> str:
    """Return the rule if a broker's verb has another instrument as its object."""
    market = [other for other in after if other.is_market_wide]
    if market and len(market) == len(after):
        kinds = {other.name.record.kind for other in market if other.name}
        is_own_news = kinds <= {"central_bank", "topic"} and verb in ("says", "warns")
        return "" if is_own_news or verb not in CALL_VERBS else _SPEAKS
    if verb in (
        "says",
        "sees",
        "names",
        "adds",
        "expects",
        "likes",
        "prefers",
        "picks",
        "turns",
        "recommends",
        "upgrades",
        "downgrades",
        "initiates",
        "starts",
        "double-upgrades",
        "reiterates",
        "affirms",
        "rates",
    ):
        return _SPEAKS
    return _SPEAKS if has_rating_action or role == "agency" else ""


def find_role(record: InstrumentRecord) -> str:
    """Return "broker", "agency" or "publisher" for a company that often only speaks in news, "" for others."""
    return _find_role(record.name) if record.kind == "company" else ""


@cache
def _find_role(name: str) -> str:
    words = f"{name.lower().removeprefix('the ')} ".replace(",", " ")
    if _begins_with(words, _AGENCIES):
        return "agency"
    if _begins_with(words, _BROKERS) or any(word in words for word in _FINANCE_WORDS):
        return "broker"
    return "publisher" if _begins_with(words, _PUBLISHERS) else ""


def _begins_with(words: str, names: tuple[str, ...]) -> bool:
    return any(words.startswith(f"{name} ") for name in names)

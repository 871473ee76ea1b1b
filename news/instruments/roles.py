"""Tell who speaks in a headline from whom it is about: brokers, rating agencies, exchanges and publishers."""

from functools import cache

from news.instruments.book import InstrumentRecord

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

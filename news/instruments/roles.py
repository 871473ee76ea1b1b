"""Tell who speaks in a headline from whom it is about: brokers, rating agencies, exchanges and publishers."""

from functools import cache

from news.instruments.book import InstrumentRecord

# The beginnings of names, in lower case. Besides, companies with one of _FINANCE_WORDS in their name.
_BROKERS = (
    "bank of america", "barclays", "bnp paribas", "bofa", "cibc", "citi", "credit agricole", "credit suisse", "cowen",
    "canaccord", "daiwa", "dbs", "deutsche bank", "evercore", "goldman", "hsbc", "ing groep", "ing", "jefferies", "jp morgan",
    "j.p. morgan", "jpmorgan", "keycorp", "keybanc", "lazard", "lloyds", "macquarie", "mitsubishi ufj", "mizuho", "mufg",
    "morgan stanley", "motilal", "natwest", "nomura", "oppenheimer", "piper sandler", "raymond james", "rbc",
    "royal bank of canada", "bank of nova scotia", "bank of montreal", "bmo", "santander", "scotiabank", "société générale", "societe generale",
    "standard chartered", "stifel", "td ", "toronto-dominion", "toronto dominion", "truist", "ubs", "u.s. bancorp", "wells fargo", "b. riley",
    "baird", "charles schwab", "schwab", "interactive brokers", "robinhood", "icici", "kotak", "axis", "hdfc sec",
    "iifl", "edelweiss", "jm financial", "angel one", "berenberg", "citizens financial", "northern trust",
    "state street", "blackrock", "t. rowe", "invesco", "franklin resources", "kbw", "kkr",
)  # fmt: skip
_AGENCIES = (
    "moody", "s&p global", "morningstar", "factset", "fair isaac", "gartner", "crisil", "icra", "care ratings", "dbrs", "msci",
)  # fmt: skip
_PUBLISHERS = (
    "thomson reuters", "news corp", "fox corp", "new york times", "comcast", "nikkei", "dow jones", "nasdaq",
    "intercontinental exchange", "cme group", "cboe", "london stock exchange", "deutsche börse", "deutsche boerse",
    "euronext", "bse ", "bse", "japan exchange", "asx", "hong kong exchanges", "multi commodity",
)  # fmt: skip
_FINANCE_WORDS = ("securities", "broking", "brokerage", "capital markets", "ratings", "asset management")


def find_role(record: InstrumentRecord) -> str:
    """Return "broker", "agency" or "publisher" for a company that often only speaks in news, "" for others."""
    return _find_role(record.name) if record.kind == "company" else ""


@cache
def _find_role(name: str) -> str:
    name = name.lower().removeprefix("the ")
    if name.startswith(_AGENCIES):
        return "agency"
    if name.startswith(_BROKERS) or any(word in name for word in _FINANCE_WORDS):
        return "broker"
    return "publisher" if name.startswith(_PUBLISHERS) else ""

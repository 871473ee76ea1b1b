"""Names of companies by their ticker, for people to read."""

from functools import cache

from news.ticker_names import ALIASES, read_library

OTHER_SHARES = {"BRK.A": "BRK.B", "FOX": "FOXA", "GOOG": "GOOGL", "NWS": "NWSA"}  # of a company known by one of them


def name_company(ticker: str) -> str:
    """Return the name of the company with this ticker, "" for one that is not known."""
    return _load_names().get(ticker, "")


@cache
def _load_names() -> dict[str, str]:
    """Read the names, once per process and at the first question. Takes some 50 ms."""
    names: dict[str, str] = {}
    for name, ticker in read_library():
        if name != ticker:
            names.setdefault(ticker, name)  # the first is the longest
    for name, ticker in ALIASES.items():
        names.setdefault(ticker, name)
    return names | {other: names[ticker] for other, ticker in OTHER_SHARES.items()}

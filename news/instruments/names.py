"""Names of companies by their ticker, for people to read."""

from functools import cache

from news.instruments.book import ALIASES, load_library_names

OTHER_SHARES = {"BRK.A": "BRK.B", "FOX": "FOXA", "GOOG": "GOOGL", "NWS": "NWSA"}  # of a company known by one of them


def get_company_name(ticker: str) -> str:
    """Return the name of the company with this ticker, "" for one that is not known."""
    return _load_names().get(ticker, "")


@cache
def _load_names() -> dict[str, str]:
    """Read the names, once per process and at the first question. Takes some 50 ms."""
    names: dict[str, str] = {}
    known = [*load_library_names(), *ALIASES.items()]
    # Of each company the first name is the longest; the symbol itself, which some go by, is the last choice.
    for name, ticker in [entry for entry in known if entry[0] != entry[1]] + [*ALIASES.items()]:
        names.setdefault(ticker, name)
    return names | {other: names[ticker] for other, ticker in OTHER_SHARES.items()}

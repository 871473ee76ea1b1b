"""Display names of companies by ticker."""

from functools import cache

from news.instruments.book import ALIASES, load_library_names

# Other share classes of companies, with the ticker under which the name is listed.
OTHER_SHARE_CLASSES = {"BRK.A": "BRK.B", "FOX": "FOXA", "GOOG": "GOOGL", "NWS": "NWSA"}


def get_company_name(ticker: str) -> str:
    """Return the name of the company with this ticker, "" if it is unknown."""
    return _load_names().get(ticker, "")


@cache
def _load_names() -> dict[str, str]:
    """Load the names at first use, once per process. Takes about 50 ms."""
    names: dict[str, str] = {}
    pairs = [*load_library_names(), *ALIASES.items()]
    # The first name of a company is the longest. A name that equals the ticker is used only if there is no other.
    for name, ticker in [pair for pair in pairs if pair[0] != pair[1]] + [*ALIASES.items()]:
        names.setdefault(ticker, name)
    return names | {other: names[ticker] for other, ticker in OTHER_SHARE_CLASSES.items()}

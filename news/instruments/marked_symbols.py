"""Find symbols that a text marks as such: (NYSE: GM), (TSX: ACM) (OTCQB: ACMEF), (ticker: ACM), (AAPL), $AAPL."""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from common.parsing import TICKER_PATTERN
from common.symbol_tables import CRYPTO_OR_STOCK, CURRENCIES, SUFFIX_BY_EXCHANGE
from common.symbols import canonicalize

# Exchanges by the names that texts write in full, with a prefix that `common.symbols` knows.
_FULL_NAMES = {
    "nasdaq global select": "NASDAQ", "nasdaq global market": "NASDAQ", "nasdaq capital market": "NASDAQ",
    "nasdaq global select market": "NASDAQ", "nasdaq stock market": "NASDAQ", "nasdaq stockholm": "STO",
    "nasdaq first north": "STO", "nasdaq copenhagen": "CPH", "nasdaq helsinki": "HEL",
    "new york stock exchange": "NYSE", "nyse american": "NYSE", "nyse arca": "NYSE", "nyse mkt": "NYSE",
    "otc markets": "OTC", "otc pink": "OTC", "pink sheets": "OTC", "cboe bzx": "CBOE", "cboe canada": "NEO",
    "neo exchange": "NEO", "toronto stock exchange": "TSX", "toronto": "TSX", "tsx venture exchange": "TSXV",
    "tsx venture": "TSXV", "tsx-v": "TSXV", "tsx.v": "TSXV", "canadian securities exchange": "CSE",
    "london stock exchange": "LSE", "london": "LSE", "london aim": "LSE", "lse aim": "LSE",
    "frankfurt stock exchange": "FRA", "frankfurt": "FRA", "fse": "FRA", "deutsche börse": "XETRA", "börse": "XETRA",
    "prime standard": "XETRA", "stuttgart": "STU", "munich": "MUN", "berlin": "BER",
    "euronext paris": "EPA", "paris": "EPA", "euronext growth paris": "EPA", "euronext amsterdam": "AMS",
    "amsterdam": "AMS", "euronext brussels": "EBR", "brussels": "EBR", "euronext lisbon": "ELI", "lisbon": "ELI",
    "euronext dublin": "ISE", "dublin": "ISE", "euronext milan": "BIT", "borsa italiana": "BIT", "milan": "BIT",
    "euronext oslo": "OSL", "oslo børs": "OSL", "oslo stock exchange": "OSL", "oslo": "OSL", "ose": "OSL",
    "six swiss exchange": "SIX", "swiss exchange": "SIX", "zurich": "SIX", "bolsa de madrid": "BME", "madrid": "BME",
    "stockholm": "STO", "copenhagen": "CPH", "helsinki": "HEL", "vienna": "VIE", "wiener börse": "VIE",
    "warsaw": "WSE", "warsaw stock exchange": "WSE", "borsa istanbul": "BIST", "athens": "ATH", "tel aviv": "TASE",
    "tel aviv stock exchange": "TASE", "johannesburg": "JSE", "johannesburg stock exchange": "JSE",
    "saudi exchange": "TADAWUL", "tokyo stock exchange": "TYO", "tokyo": "TYO", "tse prime": "TYO",
    "hong kong stock exchange": "HKEX", "hong kong": "HKEX", "shanghai stock exchange": "SHA", "shanghai": "SHA",
    "shenzhen stock exchange": "SHE", "shenzhen": "SHE", "taiwan stock exchange": "TWSE", "taiwan": "TWSE",
    "korea exchange": "KRX", "seoul": "KRX", "singapore exchange": "SGX", "singapore": "SGX",
    "bursa malaysia": "KLSE", "bursa": "KLSE", "australian securities exchange": "ASX", "sydney": "ASX",
    "new zealand exchange": "NZX", "national stock exchange": "NSE", "bombay stock exchange": "BSE",
    "ticker": "US", "ticker symbol": "US", "stock symbol": "US", "symbol": "US",
}  # fmt: skip
_CODES = {code.lower(): code for code in SUFFIX_BY_EXCHANGE if len(code) > 2 or code == "B3"}
_EXCHANGES = {**_CODES, **_FULL_NAMES}
_SYMBOL = r"[A-Z0-9&]{1,12}(?:[.\-/][A-Z0-9]{1,3}){0,2}\.?(?: [A-D](?=[\s);,\]]))?"
_SEPARATOR = r"\s*(?:[,;/]|and|&|\|)\s*"
_EXCHANGE = "|".join(
    re.escape(name).replace(r"\ ", r"[\s\-]?") for name in sorted(_EXCHANGES, key=lambda name: (-len(name), name))
)
_MARK = re.compile(
    rf"(?<![\w$])(?P<exchange>{_EXCHANGE})(?P<others>(?:{_SEPARATOR}(?:{_EXCHANGE}))*)\s*(?P<sign>:|[–—‐-])\s*\$?"
    rf"(?P<symbols>{_SYMBOL}(?:{_SEPARATOR}\$?{_SYMBOL}(?=\s*[,;)\]/]))*)(?![\w$])",
    re.IGNORECASE,
)
# What stands before the sign of a mark ends in one of these words. The expression above costs 100 us, this one 2.
_LAST_WORDS = frozenset(re.split(r"[ \-.]", name)[-1] for name in _EXCHANGES)
_HINT = re.compile(r"([^\W_]+)\s*[:–—‐-]\s*\$?[A-Z0-9]")
_IS_SYMBOL = re.compile(_SYMBOL.partition("(?: ")[0] + "(?: [A-D])?")
_SPLIT = re.compile(_SEPARATOR)
_BRACKETED = re.compile(r"[(\[]([A-Z]{1,5}(?:[.-][A-Z]{1,2})?)[)\]]")
_CASHTAG = re.compile(r"(?<![\w$])\$([A-Z]{1,6}(?:[.\-][A-Z]{1,4})?)(?![A-Za-z0-9$])(?!\.[0-9])")
_AMOUNTS = frozenset(["B", "M", "K", "T", "BN", "MM", "MN", "TN", "BLN", "MLN", "TRN"])  # "$B" is billions of dollars
_BRACKETS = {"(": ")", "[": "]"}


class MarkedSymbol(NamedTuple):
    """A symbol that a text marks: its canonical form, where it stands, and where the name before it would end."""

    symbol: str
    start: int
    end: int
    name_end: int  # -1 if the mark does not belong to what stands before it
    rule: str
    is_code: bool = False  # a number of an Indian exchange, which stands for the line that the name has


def find_marked_symbols(text: str) -> list[MarkedSymbol]:
    """Return the symbols that are marked by an exchange or a dollar sign, in order."""
    symbols: list[MarkedSymbol] = []
    if (":" in text or "(" in text) and any(hint[1].lower() in _LAST_WORDS for hint in _HINT.finditer(text)):
        symbols += _find_after_exchanges(text)
    if "$" in text:
        symbols += _find_cashtags(text)
    return symbols


def find_bracketed(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield what stands alone in brackets like a symbol, with its place: Apple Inc. (AAPL)."""
    for match in _BRACKETED.finditer(text):
        yield match[1], match.start(1), match.end(1)


def _find_after_exchanges(text: str) -> Iterator[MarkedSymbol]:
    for match in _MARK.finditer(text):
        opening = match.start() - 1
        is_bracketed = opening >= 0 and text[opening] in _BRACKETS
        if match["sign"] != ":" and not is_bracketed:
            continue  # "NYSE - GM" is no mark, "(NYSE - GM)" is
        name_end = len(text[:opening].rstrip()) if is_bracketed else -1
        symbols = _SPLIT.split(match["symbols"])
        place = match.start("symbols")
        for symbol in symbols if is_bracketed else symbols[:1]:
            plain = symbol.lstrip("$")
            place = text.index(plain, place)
            is_word = _is_word(match["exchange"], plain, is_bracketed=is_bracketed, has_space=" " in match[0])
            if _IS_SYMBOL.fullmatch(plain) and not is_word:
                exchanges = [match["exchange"], *(name for name in _SPLIT.split(match["others"]) if name)]
                canonical = _resolve(exchanges, plain)
                if canonical:
                    is_code = plain.isdigit() and canonical.endswith(".BO")
                    yield MarkedSymbol(canonical, place, place + len(plain), name_end, "exchange mark", is_code)
            place += len(plain)


def _is_word(exchange: str, symbol: str, *, is_bracketed: bool, has_space: bool) -> bool:
    """Return whether this is prose: "Frankfurt: A city …", "NYSE: trading halts"."""
    if is_bracketed or (exchange.lower() in _CODES and not has_space):
        return False
    return exchange.lower() in _FULL_NAMES or not exchange.isupper() or len(symbol) == 1


def _resolve(exchanges: list[str], symbol: str) -> str:
    """Return the canonical form of a symbol on the first of its exchanges that knows it, "" if none does."""
    for exchange in exchanges:
        key = re.sub(r"[\s\-]+", " ", exchange.lower())
        code = _EXCHANGES.get(key) or _EXCHANGES.get(key.replace(" ", "")) or _EXCHANGES.get(exchange.lower(), "")
        try:
            canonical = canonicalize(f"{code}:{symbol}")
        except ValueError:
            continue
        if TICKER_PATTERN.fullmatch(canonical):
            return canonical
    return ""


def _find_cashtags(text: str) -> Iterator[MarkedSymbol]:
    matches = [*_CASHTAG.finditer(text)]
    for match in matches:
        symbol = match[1]
        if (
            symbol == "US"
            or symbol in CURRENCIES
            or (symbol in _AMOUNTS and len(matches) == 1 and not _is_subject(text, match))
        ):
            continue
        try:
            canonical = f"{symbol}-USD" if symbol in CRYPTO_OR_STOCK else canonicalize(match[0])
        except ValueError:
            continue
        if TICKER_PATTERN.fullmatch(canonical):
            yield MarkedSymbol(canonical, match.start(), match.end(), -1, "cashtag")


def _is_subject(text: str, match: re.Match[str]) -> bool:
    """Return whether a text begins with this cashtag and a verb follows, as in "$T jumps"."""
    following = text[match.end() :].split(maxsplit=1)
    return match.start() == 0 and bool(following) and following[0].endswith("s")


def is_initials(letters: str, text: str) -> bool:
    """Return whether the words at the end of a text begin with these letters: Artificial Intelligence (AI)."""
    words: Collection[str] = re.findall(r"[A-Za-z]+", text)[-len(letters) - 2 :]
    initials = "".join(word[0] for word in words).upper()
    capitals = "".join(word[0] for word in words if word[0].isupper())
    return initials.endswith(letters) or capitals.endswith(letters)

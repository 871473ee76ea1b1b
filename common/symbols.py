"""The forms in which people and programs write the symbol of an instrument, and the one form in which we keep it.

The canonical form is that of US listings (AAPL, BRK.B) and, for other markets, pairs, futures and indices, that of
Yahoo Finance (INFY.NS, BTC-USD, EURUSD=X, ES=F, ^GSPC).
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from common.symbol_tables import (
    CASHTAG_INDICES,
    CHINA,
    CRYPTO_ASSETS,
    CRYPTO_EXCHANGES,
    CRYPTO_OR_STOCK,
    CURRENCIES,
    CURRENCY_BROKERS,
    DOLLAR_COINS,
    FUTURES_EXCHANGES,
    INDEX_BY_NAME,
    INDEX_PREFIXES,
    QUOTED_IN_DOLLARS,
    QUOTES,
    SUFFIX_BY_BLOOMBERG_CODE,
    SUFFIX_BY_COUNTRY,
    SUFFIX_BY_EXCHANGE,
    SUFFIX_BY_OTHER_SUFFIX,
)

MAX_SYMBOL_TEXT = 60  # characters of a symbol with its exchange
MAX_CACHED = 10_000
CURE = "write it as Yahoo Finance does"


def _any_of(names: Iterable[str]) -> str:
    return f"({'|'.join(sorted(names, key=lambda name: (-len(name), name)))})"


_CURRENCY_PAIR = re.compile(rf"{_any_of(CURRENCIES)}[/_ -]?{_any_of(CURRENCIES)}")
_CRYPTO_PAIR = re.compile(rf"{_any_of(CRYPTO_ASSETS)}[/_ -]?{_any_of((*DOLLAR_COINS, 'USD'))}")
_PAIR_ON_CRYPTO_EXCHANGE = re.compile(rf"([A-Z0-9]{{2,10}}?)[/_-]?{_any_of(QUOTES)}")
_PAIR = re.compile(rf"([A-Z0-9]{{2,10}})/{_any_of(QUOTES)}")
_REUTERS_CLASS = re.compile(r"([A-Z]{1,5})([a-z])\.([A-Z]{1,2})")  # BRKb.N, VOLVb.ST
_REUTERS_FUTURE = re.compile(r"([A-Z]{1,3})c1")  # CLc1
_CHINA_BY_DIGIT = {**dict.fromkeys("569", "SS"), **dict.fromkeys("0123", "SZ")}


def canonicalize(text: str) -> str:
    """Return the canonical form of a symbol in any of its notations: NASDAQ:AAPL, AAPL US and $AAPL are AAPL.

    What is in no known form is returned in upper case, so the caller checks the characters of the result.
    Errors: ValueError for an exchange or market that is not known, or not enough to name one symbol.
    """
    # ASCII first: a dotless i in upper case is the letter I.
    return text if not text.isascii() or len(text) > MAX_SYMBOL_TEXT else _canonicalize(text)


@lru_cache(MAX_CACHED)  # files and feeds name the same symbols again and again
def _canonicalize(text: str) -> str:
    symbol = " ".join(text.strip(" \t").split(" "))
    if future := _REUTERS_FUTURE.fullmatch(symbol):
        return f"{future[1]}=F"
    symbol = _REUTERS_CLASS.sub(r"\1-\2.\3", symbol).upper().removesuffix(" EQUITY").removesuffix(" CURNCY")
    if symbol.startswith("$"):
        return _resolve_cashtag(symbol[1:].strip(" "))
    if symbol.endswith(" INDEX"):
        return _resolve_index(symbol.removesuffix(" INDEX").strip(" "))
    if index := re.fullmatch(r"\.([A-Z0-9]{2,19})", symbol):  # Reuters' names are mostly Yahoo's
        return INDEX_BY_NAME.get(index[1], f"^{index[1]}")
    return _resolve_exchange(symbol) if ":" in symbol else _resolve_market(symbol)


def _resolve_cashtag(symbol: str) -> str:
    """Return the canonical form of `$AAPL` without its dollar: `$BTC` is the asset, which few know as a fund."""
    if symbol in CRYPTO_OR_STOCK:
        raise ValueError(f"is a crypto asset and a stock; write {symbol}-USD or {symbol}")
    if symbol in CRYPTO_ASSETS:
        return _join_crypto_pair(symbol, "USD")
    return INDEX_BY_NAME[symbol] if symbol in CASHTAG_INDICES else _resolve_market(symbol)


def _resolve_index(name: str) -> str:
    if name not in INDEX_BY_NAME:
        raise ValueError(f"has the index {name[:20]!r}, which is not known here; {CURE}, such as ^GSPC")
    return INDEX_BY_NAME[name]


def _resolve_market(symbol: str) -> str:
    """Return the canonical form of `AAPL US`, `BRK B` or of a symbol without market."""
    head, space, code = symbol.rpartition(" ")
    if space and code in SUFFIX_BY_BLOOMBERG_CODE:
        return _add_suffix(head.strip(" "), SUFFIX_BY_BLOOMBERG_CODE[code])
    canonical = _canonicalize_plain(symbol)
    if " " in canonical:
        raise ValueError(
            f"ends in {code[:20]!r}, which names no market here; {CURE}, and separate several symbols by commas"
        )
    return canonical


def _resolve_exchange(symbol: str) -> str:
    """Return the canonical form of `NYSE: IBM`, `BINANCE:BTCUSDT`, `VOD:LN` or `VOD:LSE`."""
    prefix, _, rest = (part.strip(" ") for part in symbol.partition(":"))
    rest = rest.removeprefix("$")
    exchange = re.sub(r"[ ._-]", "", prefix)
    if (other := _resolve_other_asset(exchange, rest)) is not None:
        return other
    if exchange == "TSE" and rest[:1].isdigit():  # Tokyo's codes begin with a digit, Toronto's symbols do not
        return _add_suffix(rest, "T")
    if exchange in SUFFIX_BY_EXCHANGE:
        return _add_suffix(rest, SUFFIX_BY_EXCHANGE[exchange])
    for suffixes in (SUFFIX_BY_BLOOMBERG_CODE, SUFFIX_BY_EXCHANGE):
        if rest in suffixes:
            return _add_suffix(prefix, suffixes[rest])
    raise ValueError(f"has the exchange {prefix[:20]!r}, which names no market here; {CURE}")


def _resolve_other_asset(exchange: str, symbol: str) -> str | None:
    """Return the canonical form of what has no home line: crypto assets, currencies, futures, indices; else None."""
    if exchange in CRYPTO_EXCHANGES and (pair := _PAIR_ON_CRYPTO_EXCHANGE.fullmatch(symbol)):
        return _join_crypto_pair(pair[1], pair[2])
    is_pair = _CURRENCY_PAIR.fullmatch(symbol) or _CRYPTO_PAIR.fullmatch(symbol)
    if (exchange in CURRENCY_BROKERS and is_pair) or (exchange in FUTURES_EXCHANGES and symbol.endswith("1!")):
        return _canonicalize_plain(symbol)
    if exchange in INDEX_PREFIXES or exchange.startswith("INDEX"):
        return _resolve_index(symbol.removeprefix("."))
    return None


def _add_suffix(symbol: str, suffix: str) -> str:
    """Return a symbol as it is listed on a market: "" for the United States, else the suffix of Yahoo Finance."""
    if not suffix:
        return _canonicalize_plain(symbol)
    if suffix == CHINA:
        suffix = _CHINA_BY_DIGIT.get(symbol[:1], "") if re.fullmatch(r"[0-9]{6}", symbol) else ""
        if not suffix:
            raise ValueError(f"has {symbol[:20]!r} in China, which is neither Shanghai's nor Shenzhen's; {CURE}")
    root = symbol.removesuffix(f".{suffix}").rstrip(".")  # London writes "BP."
    return _canonicalize_plain(f"{re.sub(r'[./_ ]', '-', root)}.{suffix}")


def _canonicalize_plain(symbol: str) -> str:
    """Return the canonical form of a symbol without exchange."""
    while (rewritten := _rewrite(symbol)) != symbol:
        symbol = rewritten
    return symbol


def _rewrite(symbol: str) -> str:
    """Return a symbol with the first notation of _REWRITES that it is in replaced, or as it is."""
    matches = ((pattern.fullmatch(symbol), rewrite) for pattern, rewrite in _REWRITES)
    return next((rewrite(match) for match, rewrite in matches if match), symbol)


def _join_crypto_pair(base: str, quote: str) -> str:
    """Return BTC-USD for XBT and USDT: coins that stand for a dollar count as dollars."""
    return f"{'BTC' if base == 'XBT' else base}-{'USD' if quote in DOLLAR_COINS else quote}"


def _quote_currency(match: re.Match[str]) -> str:
    """Return EURUSD=X for EUR=, and USDJPY=X for JPY=."""
    return f"{match[1]}USD=X" if match[1] in QUOTED_IN_DOLLARS else f"USD{match[1]}=X"


_REWRITES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_CURRENCY_PAIR, lambda match: f"{match[1]}{match[2]}=X"),  # EUR/USD, EURUSD
    (_CRYPTO_PAIR, lambda match: _join_crypto_pair(match[1], match[2])),  # BTC/USDT, BTCUSD
    (_PAIR, lambda match: _join_crypto_pair(match[1], match[2])),  # WIF/EUR
    (re.compile(r"([A-Z][A-Z0-9]{1,9})\.X"), lambda match: _join_crypto_pair(match[1], "USD")),  # BTC.X
    (re.compile(rf"{_any_of(CURRENCIES - {'USD'})}="), _quote_currency),  # EUR=
    (re.compile(rf"{_any_of(CURRENCIES - {'USD'})}=X"), lambda match: f"USD{match[1]}=X"),  # JPY=X
    (re.compile(r"([A-Z]{1,3})1!"), lambda match: f"{match[1]}=F"),  # ES1!
    # BRK-B, BRK/B. Left out: letters that are suffixes of Reuters.
    (re.compile(r"([A-Z]{1,5})[-/]([A-IK-MP-RT-Z])"), lambda match: f"{match[1]}.{match[2]}"),
    (re.compile(r"([A-Z]{2,5}) ([AB])"), lambda match: f"{match[1]}.{match[2]}"),  # BRK B; other letters are stocks
    (
        # BAC-PB, BAC^B, BAC-PR-B, BAC/PRB, BAC PRB
        re.compile(r"([A-Z]{1,5})(?:-P|\^|[./ -]PR(?:[/-]|(?=[A-Z]$)))([A-Z])"),
        lambda match: f"{match[1]}.PR.{match[2]}",
    ),
    (
        re.compile(rf"([A-Z0-9&_-]+)\.{_any_of(SUFFIX_BY_OTHER_SUFFIX)}"),  # AAPL.O, VOD.LSE, VOD.XLON
        lambda match: _add_suffix(match[1], SUFFIX_BY_OTHER_SUFFIX[match[2]]),
    ),
    (
        re.compile(rf"([A-Z0-9]+(?:\.[A-Z])?)-{_any_of(SUFFIX_BY_COUNTRY)}"),  # AAPL-US, VOD-GB, BRK.B-US
        lambda match: _add_suffix(match[1], SUFFIX_BY_COUNTRY[match[2]]),
    ),
    (re.compile(r"([0-9]{6})\.SH|SH([0-9]{6})"), lambda match: f"{match[1] or match[2]}.SS"),  # 600519.SH
    (re.compile(r"SZ([0-9]{6})"), lambda match: f"{match[1]}.SZ"),
    (re.compile(r"0*([1-9][0-9]{0,4})\.HK"), lambda match: f"{match[1]:0>4}.HK"),  # 700.HK, 00700.HK
)

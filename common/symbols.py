"""The forms in which people and programs write the symbol of an instrument, and the one form in which we keep it.

The canonical form is that of US listings (AAPL, BRK.B) and, for other markets, pairs, futures and indices, that of
Yahoo Finance (INFY.NS, BTC-USD, EURUSD=X, ES=F, ^GSPC).
"""

import re
from collections.abc import Callable

MAX_SYMBOL_TEXT = 60  # characters of a symbol with its exchange

# Suffix of the home line by exchange prefix; "" for US exchanges. Keys have no spaces, dots or dashes.
_SUFFIX_BY_EXCHANGE = {
    **dict.fromkeys(
        (
            "US", "NASDAQ", "NASDAQGS", "NASDAQGM", "NASDAQCM", "NASDAQCAPITALMARKET", "NASDAQGLOBALMARKET",
            "NASDAQGLOBALSELECTMARKET", "NYSE", "NYSEARCA", "NYSEAMERICAN", "NYSEMKT", "NYQ", "NMS", "AMEX", "ARCA",
            "BATS", "CBOE", "IEX", "OTC", "OTCMKTS", "OTCQB", "OTCQX", "OTCPK", "OTCPINK", "PINK",
        ),
        "",
    ),
    **dict.fromkeys(("LON", "LSE", "XLON", "AIM", "UK"), "L"),
    **dict.fromkeys(("ETR", "XETRA", "XETR"), "DE"),
    **dict.fromkeys(("FRA", "FWB", "XFRA"), "F"),
    **dict.fromkeys(("EPA", "XPAR"), "PA"), **dict.fromkeys(("AMS", "XAMS", "AEX"), "AS"),
    **dict.fromkeys(("EBR", "XBRU"), "BR"), **dict.fromkeys(("ELI", "XLIS"), "LS"), "ISE": "IR",
    **dict.fromkeys(("BIT", "MIL", "XMIL"), "MI"), **dict.fromkeys(("BME", "XMAD"), "MC"),
    **dict.fromkeys(("SWX", "SIX", "VTX", "XSWX"), "SW"), **dict.fromkeys(("VIE", "XWBO"), "VI"),
    **dict.fromkeys(("STO", "XSTO", "OMXSTO"), "ST"), **dict.fromkeys(("CPH", "XCSE", "OMXCOP"), "CO"),
    **dict.fromkeys(("HEL", "XHEL", "OMXHEX"), "HE"), **dict.fromkeys(("OSL", "OSE", "XOSL"), "OL"),
    **dict.fromkeys(("WSE", "GPW", "XWAR"), "WA"), **dict.fromkeys(("IST", "BIST", "XIST"), "IS"),
    **dict.fromkeys(("ATH", "ATHEX"), "AT"), **dict.fromkeys(("TLV", "TASE", "XTAE"), "TA"),
    **dict.fromkeys(("TSX", "TSE", "XTSE"), "TO"), **dict.fromkeys(("TSXV", "CVE", "XTSX"), "V"),
    **dict.fromkeys(("CSE", "CNSX", "XCNQ"), "CN"), "NEO": "NE",
    **dict.fromkeys(("BVMF", "BMFBOVESPA", "B3", "BOVESPA"), "SA"), **dict.fromkeys(("BMV", "XMEX"), "MX"),
    **dict.fromkeys(("BCBA", "BUE"), "BA"),
    **dict.fromkeys(("NSE", "XNSE"), "NS"), **dict.fromkeys(("BSE", "BOM", "XBOM"), "BO"),
    **dict.fromkeys(("HKG", "HKEX", "SEHK", "HKSE", "HK", "XHKG"), "HK"),
    **dict.fromkeys(("TYO", "TSEJ", "XTKS", "JPX", "JP"), "T"),
    **dict.fromkeys(("SHA", "SSE", "XSHG"), "SS"), **dict.fromkeys(("SHE", "SZSE", "XSHE"), "SZ"),
    **dict.fromkeys(("TPE", "TWSE", "XTAI"), "TW"), **dict.fromkeys(("TPEX", "TWO"), "TWO"),
    **dict.fromkeys(("KRX", "KSE", "KOSPI", "XKRX"), "KS"), **dict.fromkeys(("KOSDAQ", "XKOS"), "KQ"),
    **dict.fromkeys(("SGX", "XSES"), "SI"), **dict.fromkeys(("KLSE", "MYX", "XKLS"), "KL"),
    **dict.fromkeys(("SET", "BKK", "XBKK"), "BK"), **dict.fromkeys(("IDX", "JKT", "XIDX"), "JK"), "PSE": "PS",
    **dict.fromkeys(("ASX", "XASX"), "AX"), **dict.fromkeys(("NZE", "NZX", "NZSE", "XNZE"), "NZ"),
    **dict.fromkeys(("JSE", "XJSE"), "JO"), **dict.fromkeys(("TADAWUL", "XSAU"), "SR"),
}  # fmt: skip
# Bloomberg's codes after a space or colon ("VOD LN", "AAPL US Equity", "700:HK"). Ambiguous ones are left out.
_SUFFIX_BY_BLOOMBERG_CODE = {
    **dict.fromkeys(("US", "UN", "UW", "UQ", "UA", "UR", "UP", "UV"), ""),
    "LN": "L", "GY": "DE", "GR": "DE", "GF": "F", "FP": "PA", "NA": "AS", "BB": "BR", "PL": "LS", "ID": "IR",
    "IM": "MI", "SM": "MC", "SW": "SW", "SE": "SW", "VX": "SW", "AV": "VI", "SS": "ST", "DC": "CO", "FH": "HE",
    "NO": "OL", "PW": "WA", "TI": "IS", "GA": "AT", "IT": "TA", "CN": "TO", "CT": "TO", "CV": "V", "BZ": "SA",
    "MM": "MX", "AR": "BA", "IN": "NS", "IS": "NS", "IB": "BO", "HK": "HK", "JP": "T", "JT": "T", "CG": "SS",
    "CS": "SZ", "TT": "TW", "KS": "KS", "KP": "KS", "KQ": "KQ", "SP": "SI", "MK": "KL", "TB": "BK", "IJ": "JK",
    "PM": "PS", "AU": "AX", "AT": "AX", "NZ": "NZ", "SJ": "JO", "AB": "SR",
}  # fmt: skip
# Suffixes of other vendors that are not Yahoo's. Reuters' .A, .K and .P are left out: BRK.A is a class of shares.
_SUFFIX_BY_OTHER_SUFFIX = {
    **dict.fromkeys(("US", "O", "OQ", "N"), ""),
    "LSE": "L", "LON": "L", "XETRA": "DE", "NSE": "NS", "BSE": "BO", "SHG": "SS", "SHE": "SZ", "AU": "AX", "KO": "KS",
}  # fmt: skip
# fmt: off
_CRYPTO_EXCHANGES = frozenset([
    "BINANCE", "BINANCEUS", "BITFINEX", "BITSTAMP", "BYBIT", "COINBASE", "CRYPTO", "CRYPTOCOM", "GATEIO", "GEMINI",
    "HUOBI", "KRAKEN", "KUCOIN", "MEXC", "OKEX", "OKX", "POLONIEX", "UPBIT",
])
_CURRENCY_BROKERS = frozenset(["FX", "FOREX", "FXCM", "FOREXCOM", "FXIDC", "FXOPEN", "OANDA", "SAXO", "TVC"])
# fmt: on
_CRYPTO_ASSETS = (
    "AAVE|ADA|ALGO|APT|ARB|ATOM|AVAX|BCH|BNB|BTC|DOGE|DOT|ETC|ETH|FIL|HBAR|ICP|LINK|LTC|MATIC|NEAR|PEPE|POL|SHIB|SOL"
    "|SUI|TON|TRX|UNI|XBT|XLM|XMR|XRP"
)
_CURRENCIES = (
    "AED|AUD|BRL|CAD|CHF|CLP|CNH|CNY|COP|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|MYR|NOK|NZD|PHP|PLN|RON|SAR"
    "|SEK|SGD|THB|TRY|TWD|USD|XAG|XAU|XPD|XPT|ZAR"
)
_DOLLAR_COINS = "USDT|USDC|BUSD|FDUSD"
_QUOTES = f"{_DOLLAR_COINS}|USD|EUR|GBP|JPY|KRW|AUD|BRL|TRY|CHF|CAD|BTC|ETH|BNB"

_CURRENCY_PAIR = re.compile(rf"({_CURRENCIES})[/_-]?({_CURRENCIES})")
_CRYPTO_PAIR = re.compile(rf"({_CRYPTO_ASSETS})[/_-]?({_DOLLAR_COINS}|USD)")
_PAIR_ON_CRYPTO_EXCHANGE = re.compile(rf"([A-Z0-9]{{2,10}}?)[/_-]?({_QUOTES})")
_PAIR = re.compile(rf"([A-Z0-9]{{2,10}})/({_QUOTES})")


def canonicalize(text: str) -> str:
    """Return the canonical form of a symbol in any of its notations: NASDAQ:AAPL, AAPL US and $AAPL are AAPL.

    What is in no known form is returned in upper case, so the caller checks the characters of the result.
    Errors: ValueError for an exchange that is not known, or not enough to name one market.
    """
    # ASCII first: a dotless i in upper case is the letter I.
    if not text.isascii() or len(text) > MAX_SYMBOL_TEXT:
        return text
    symbol = text.strip(" \t").upper().removesuffix(" EQUITY").removeprefix("$").strip(" ")
    if ":" in symbol:
        return _resolve_exchange(symbol)
    symbol, _, code = symbol.rpartition(" ") if " " in symbol else (symbol, "", "US")
    suffix = _SUFFIX_BY_BLOOMBERG_CODE.get(code)
    return text.upper() if suffix is None else _add_suffix(symbol.strip(" "), suffix)


def _resolve_exchange(symbol: str) -> str:
    """Return the canonical form of `NYSE: IBM`, `BINANCE:BTCUSDT` or `VOD:LN`."""
    prefix, _, rest = (part.strip(" ") for part in symbol.partition(":"))
    rest = rest.removeprefix("$")
    exchange = re.sub(r"[ .-]", "", prefix)
    if exchange in _CRYPTO_EXCHANGES and (pair := _PAIR_ON_CRYPTO_EXCHANGE.fullmatch(rest)):
        return _join_crypto_pair(pair[1], pair[2])
    if exchange in _CURRENCY_BROKERS and (pair := _CURRENCY_PAIR.fullmatch(rest)):
        return f"{pair[1]}{pair[2]}=X"
    if exchange == "TSE" and rest[:1].isdigit():  # Tokyo's codes begin with a digit, Toronto's symbols do not
        return _add_suffix(rest, "T")
    if exchange in _SUFFIX_BY_EXCHANGE:
        return _add_suffix(rest, _SUFFIX_BY_EXCHANGE[exchange])
    if rest in _SUFFIX_BY_BLOOMBERG_CODE:
        return _add_suffix(prefix, _SUFFIX_BY_BLOOMBERG_CODE[rest])
    raise ValueError(f"has the exchange {prefix[:20]!r}, which names no market here; write it as Yahoo Finance does")


def _add_suffix(symbol: str, suffix: str) -> str:
    """Return a symbol as it is listed on a market: "" for the United States, else the suffix of Yahoo Finance."""
    if not suffix:
        return _canonicalize_plain(symbol)
    root = symbol.removesuffix(f".{suffix}").rstrip(".")  # London writes "BP."
    return _canonicalize_plain(f"{re.sub(r'[./_]', '-', root)}.{suffix}")


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
    return f"{'BTC' if base == 'XBT' else base}-{'USD' if quote in _DOLLAR_COINS.split('|') else quote}"


def _replace_suffix(match: re.Match[str]) -> str:
    suffix = _SUFFIX_BY_OTHER_SUFFIX[match[2]]
    return f"{match[1]}.{suffix}" if suffix else match[1]


_REWRITES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_CURRENCY_PAIR, lambda match: f"{match[1]}{match[2]}=X"),  # EUR/USD, EURUSD
    (_CRYPTO_PAIR, lambda match: _join_crypto_pair(match[1], match[2])),  # BTC/USDT, BTCUSD
    (_PAIR, lambda match: _join_crypto_pair(match[1], match[2])),  # WIF/EUR
    (re.compile(r"([A-Z]{1,5})[-/]([A-Z])"), lambda match: f"{match[1]}.{match[2]}"),  # BRK-B, BRK/B
    (
        re.compile(r"([A-Z]{1,5})(?:-P|\^|[./-]PR(?:[/-]|(?=[A-Z]$)))([A-Z])"),  # BAC-PB, BAC^B, BAC-PR-B, BAC/PRB
        lambda match: f"{match[1]}.PR.{match[2]}",
    ),
    (re.compile(rf"([A-Z0-9&_-]+)\.({'|'.join(_SUFFIX_BY_OTHER_SUFFIX)})"), _replace_suffix),  # AAPL.O, VOD.LSE
    (re.compile(r"([A-Z0-9]+)-US"), lambda match: match[1]),  # AAPL-US
    (re.compile(r"0*([1-9][0-9]{0,4})\.HK"), lambda match: f"{match[1]:0>4}.HK"),  # 700.HK, 00700.HK
)

"""The names of exchanges, markets, currencies and indices in symbols, and the suffix that Yahoo Finance has for each.

Rules for the forms that combine them are in `common.symbols`.
"""

CHINA = "SS or SZ"  # the digits of a symbol tell Shanghai from Shenzhen

# Suffix of the home line by exchange prefix; "" for US exchanges. Keys have no spaces, dots, dashes or underscores.
SUFFIX_BY_EXCHANGE = {
    **dict.fromkeys(
        (
            "US", "NASDAQ", "NASDAQGS", "NASDAQGM", "NASDAQCM", "NASDAQCAPITALMARKET", "NASDAQGLOBALMARKET",
            "NASDAQGLOBALSELECTMARKET", "NYSE", "NYSEARCA", "NYSEAMERICAN", "NYSEMKT", "NYQ", "NMS", "NSQ", "AMEX",
            "ARCA", "BATS", "CBOE", "IEX", "OTC", "OTCMKTS", "OTCQB", "OTCQX", "OTCPK", "OTCPINK", "PINK", "XNAS",
            "XNYS", "XASE", "ARCX", "XOTC",
        ),
        "",
    ),
    **dict.fromkeys(("LON", "LSE", "XLON", "AIM", "UK"), "L"),
    **dict.fromkeys(("ETR", "XETRA", "XETR", "GER"), "DE"),
    **dict.fromkeys(("FRA", "FWB", "XFRA"), "F"), **dict.fromkeys(("STU", "XSTU"), "SG"),
    **dict.fromkeys(("MUN", "XMUN"), "MU"), **dict.fromkeys(("DUS", "XDUS"), "DU"),
    **dict.fromkeys(("HAM", "XHAM"), "HM"), **dict.fromkeys(("HAN", "XHAN"), "HA"),
    **dict.fromkeys(("BER", "XBER"), "BE"),
    **dict.fromkeys(("EPA", "XPAR", "PAR"), "PA"), **dict.fromkeys(("AMS", "XAMS", "AEX"), "AS"),
    **dict.fromkeys(("EBR", "XBRU"), "BR"), **dict.fromkeys(("ELI", "XLIS"), "LS"),
    **dict.fromkeys(("ISE", "XDUB"), "IR"),
    **dict.fromkeys(("BIT", "MIL", "XMIL"), "MI"), **dict.fromkeys(("BME", "MCE", "XMAD"), "MC"),
    **dict.fromkeys(("SWX", "SIX", "VTX", "XSWX"), "SW"), **dict.fromkeys(("VIE", "XWBO"), "VI"),
    **dict.fromkeys(("STO", "XSTO", "OMXSTO"), "ST"), **dict.fromkeys(("CPH", "XCSE", "OMXCOP"), "CO"),
    **dict.fromkeys(("HEL", "XHEL", "OMXHEX"), "HE"), **dict.fromkeys(("OSL", "OSE", "XOSL"), "OL"),
    **dict.fromkeys(("WSE", "GPW", "XWAR"), "WA"), **dict.fromkeys(("IST", "BIST", "XIST"), "IS"),
    **dict.fromkeys(("ATH", "ATHEX", "XATH"), "AT"), **dict.fromkeys(("TLV", "TASE", "XTAE"), "TA"),
    **dict.fromkeys(("TSX", "TSE", "XTSE", "TOR"), "TO"), **dict.fromkeys(("TSXV", "CVE", "XTSX"), "V"),
    **dict.fromkeys(("CSE", "CNSX", "XCNQ"), "CN"), "NEO": "NE",
    **dict.fromkeys(("BVMF", "BMFBOVESPA", "B3", "BOVESPA"), "SA"), **dict.fromkeys(("BMV", "XMEX"), "MX"),
    **dict.fromkeys(("BCBA", "BUE", "XBUE"), "BA"),
    **dict.fromkeys(("NSE", "XNSE"), "NS"), **dict.fromkeys(("BSE", "BOM", "XBOM"), "BO"),
    **dict.fromkeys(("HKG", "HKEX", "SEHK", "HKSE", "HK", "XHKG"), "HK"),
    **dict.fromkeys(("TYO", "TSEJ", "XTKS", "JPX", "JP"), "T"),
    **dict.fromkeys(("SHA", "SSE", "XSHG", "SH"), "SS"), **dict.fromkeys(("SHE", "SZSE", "XSHE", "SZ"), "SZ"),
    **dict.fromkeys(("TPE", "TWSE", "XTAI"), "TW"), **dict.fromkeys(("TPEX", "TWO"), "TWO"),
    **dict.fromkeys(("KRX", "KSE", "KOSPI", "XKRX"), "KS"), **dict.fromkeys(("KOSDAQ", "XKOS"), "KQ"),
    **dict.fromkeys(("SGX", "XSES"), "SI"), **dict.fromkeys(("KLSE", "MYX", "XKLS"), "KL"),
    **dict.fromkeys(("SET", "BKK", "XBKK"), "BK"), **dict.fromkeys(("IDX", "JKT", "XIDX"), "JK"), "PSE": "PS",
    **dict.fromkeys(("ASX", "XASX"), "AX"), **dict.fromkeys(("NZE", "NZX", "NZSE", "XNZE"), "NZ"),
    **dict.fromkeys(("JSE", "XJSE"), "JO"), **dict.fromkeys(("TADAWUL", "XSAU"), "SR"),
}  # fmt: skip
# Bloomberg's codes after a space or colon ("VOD LN", "AAPL US Equity", "700:HK").
SUFFIX_BY_BLOOMBERG_CODE = {
    **dict.fromkeys(("US", "UN", "UW", "UQ", "UA", "UR", "UP", "UV", "UF", "UU"), ""),
    "LN": "L", "GY": "DE", "GR": "DE", "GF": "F", "GS": "SG", "GM": "MU", "GD": "DU", "GH": "HM", "GI": "HA",
    "GB": "BE", "FP": "PA", "NA": "AS", "BB": "BR", "PL": "LS", "ID": "IR", "IM": "MI", "SM": "MC", "SQ": "MC",
    "SW": "SW", "SE": "SW", "VX": "SW", "AV": "VI", "SS": "ST", "DC": "CO", "FH": "HE", "NO": "OL", "PW": "WA",
    "HB": "BD", "CP": "PR", "TI": "IS", "GA": "AT", "IT": "TA", "CN": "TO", "CT": "TO", "CV": "V", "BZ": "SA",
    "BS": "SA", "MM": "MX", "AR": "BA", "CI": "SN", "CB": "CL", "IN": "NS", "IS": "NS", "IB": "BO", "HK": "HK",
    "JP": "T", "JT": "T", "CH": CHINA, "CG": "SS", "CS": "SZ", "TT": "TW", "KS": "KS", "KP": "KS", "KQ": "KQ",
    "SP": "SI", "MK": "KL", "TB": "BK", "IJ": "JK", "PM": "PS", "VN": "VN", "AU": "AX", "AT": "AX", "NZ": "NZ",
    "SJ": "JO", "AB": "SR", "QD": "QA", "UH": "AE", "KK": "KW", "EY": "CA",
}  # fmt: skip
# FactSet's countries after a dash ("VOD-GB"). Left out: codes with P, for which "ABC-PL" is a preferred share.
SUFFIX_BY_COUNTRY = {
    "US": "", "GB": "L", "DE": "DE", "FR": "PA", "NL": "AS", "BE": "BR", "IE": "IR", "IT": "MI", "ES": "MC", "CH": "SW",
    "AT": "VI", "SE": "ST", "DK": "CO", "FI": "HE", "NO": "OL", "GR": "AT", "TR": "IS", "IL": "TA", "CA": "TO",
    "BR": "SA", "MX": "MX", "IN": "NS", "HK": "HK", "JP": "T", "CN": CHINA, "TW": "TW", "KR": "KS", "SG": "SI",
    "MY": "KL", "TH": "BK", "ID": "JK", "AU": "AX", "NZ": "NZ", "ZA": "JO", "SA": "SR",
}  # fmt: skip
# Suffixes after a dot that are not Yahoo's: of Reuters, of other vendors, and Bloomberg's codes where neither Yahoo nor
# a class of shares has the same. Reuters' .A, .K and .P are left out: BRK.A is a class.
SUFFIX_BY_OTHER_SUFFIX = {
    **dict.fromkeys(("US", "O", "OQ", "N", "PK", "OB"), ""),
    "S": "SW", "J": "JO", "LSE": "L", "LON": "L", "UK": "L", "XETRA": "DE", "NSE": "NS", "BSE": "BO", "SHG": "SS",
    "SHE": "SZ", "AU": "AX", "KO": "KS", "JP": "T",
    **{code: SUFFIX_BY_BLOOMBERG_CODE[code] for code in (
        "LN", "GY", "GR", "GF", "FP", "NA", "IM", "VX", "AV", "DC", "FH", "PW", "GA", "TI", "JT", "TT", "IJ", "SP",
        "SJ",
    )},
    **{code: suffix for code, suffix in SUFFIX_BY_EXCHANGE.items() if code.startswith("X") and len(code) == 4},
}  # fmt: skip
# Indices by the names that Reuters (".SPX"), Bloomberg ("SPX Index"), Google and TradingView have for them.
INDEX_BY_NAME = {
    name: symbol
    for symbol, names in {
        "^GSPC": "SPX INX GSPC", "^DJI": "DJI DJIA INDU", "^IXIC": "IXIC CCMP", "^NDX": "NDX", "^RUT": "RUT RTY",
        "^VIX": "VIX", "^FTSE": "FTSE UKX", "^GDAXI": "GDAXI DAX", "^FCHI": "FCHI CAC PX1",
        "^STOXX50E": "STOXX50E SX5E", "^STOXX": "STOXX SXXP", "^SSMI": "SSMI SMI", "^AEX": "AEX", "^IBEX": "IBEX",
        "FTSEMIB.MI": "FTMIB FTSEMIB",
        "^OMX": "OMXS30 OMX", "^N225": "N225 NKY NI225", "^HSI": "HSI", "000001.SS": "SSEC SHCOMP",
        "399001.SZ": "SZSC SZCOMP", "000300.SS": "CSI300 SHSZ300", "^AXJO": "AXJO AS51 XJO", "^BSESN": "BSESN SENSEX",
        "^NSEI": "NSEI NIFTY", "^KS11": "KS11 KOSPI", "^TWII": "TWII TWSE", "^STI": "STI", "^GSPTSE": "GSPTSE SPTSX",
        "^BVSP": "BVSP IBOV", "^MXX": "MXX MEXBOL", "DX-Y.NYB": "DXY",
    }.items()
    for name in names.split()
}  # fmt: skip
CASHTAG_INDICES = frozenset(["SPX", "INX", "DJI", "DJIA", "IXIC", "NDX", "RUT", "VIX", "DXY"])  # no stocks
INDEX_PREFIXES = frozenset(["I", "SP", "DJ", "TVC"])  # besides those that begin with INDEX
# fmt: off
CRYPTO_EXCHANGES = frozenset([
    "BINANCE", "BINANCEUS", "BITFINEX", "BITSTAMP", "BYBIT", "COINBASE", "CRYPTO", "CRYPTOCOM", "GATEIO", "GEMINI",
    "HUOBI", "KRAKEN", "KUCOIN", "MEXC", "OKEX", "OKX", "POLONIEX", "UPBIT", "X",
])
CURRENCY_BROKERS = frozenset([
    "C", "CURRENCY", "FX", "FOREX", "FXCM", "FOREXCOM", "FXIDC", "FXOPEN", "OANDA", "SAXO", "TVC",
])
FUTURES_EXCHANGES = frozenset(["CME", "CMEMINI", "CBOT", "CBOTMINI", "NYMEX", "COMEX", "ICEUS"])
CRYPTO_ASSETS = frozenset([
    "AAVE", "ADA", "ALGO", "APT", "ARB", "ATOM", "AVAX", "BCH", "BNB", "BTC", "DOGE", "DOT", "ETC", "ETH", "FIL",
    "HBAR", "ICP", "LINK", "LTC", "MATIC", "NEAR", "PEPE", "POL", "SHIB", "SOL", "SUI", "TON", "TRX", "UNI", "XBT",
    "XLM", "XMR", "XRP",
])
# Those that companies or unrelated funds on US exchanges have as their symbol, too.
CRYPTO_OR_STOCK = frozenset(["APT", "ATOM", "BCH", "LINK", "LTC", "NEAR", "SOL", "SUI", "TRX"])
CURRENCIES = frozenset([
    "AED", "AUD", "BRL", "CAD", "CHF", "CLP", "CNH", "CNY", "COP", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR",
    "ILS", "INR", "JPY", "KRW", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RON", "SAR", "SEK", "SGD", "THB", "TRY",
    "TWD", "USD", "XAG", "XAU", "XPD", "XPT", "ZAR",
])
# Quoted as the price of one of them in dollars; of the others, a dollar is.
QUOTED_IN_DOLLARS = frozenset(["AUD", "EUR", "GBP", "NZD", "XAG", "XAU", "XPD", "XPT"])
# fmt: on
DOLLAR_COINS = ("USDT", "USDC", "BUSD", "FDUSD")
QUOTES = (*DOLLAR_COINS, "USD", "EUR", "GBP", "JPY", "KRW", "AUD", "BRL", "TRY", "CHF", "CAD", "BTC", "ETH", "BNB")

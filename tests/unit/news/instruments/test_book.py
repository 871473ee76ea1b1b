"""The shipped book: its form, what it has, and under which symbol."""

import re
from collections import Counter

import pytest

from common.parsing import parse_ticker
from news.instruments.book import KINDS, InstrumentRecord, load_shipped, load_tables

# fmt: off

COMPANIES = {
    # United States: as the press calls them, in former names and brands too.
    "Google": "GOOGL", "Alphabet": "GOOGL", "YouTube": "GOOGL", "Facebook": "META", "Meta": "META",
    "Instagram": "META", "J&J": "JNJ", "Coke": "KO", "Coca-Cola": "KO", "Pepsi": "PEP", "Goldman": "GS",
    "JPMorgan": "JPM", "JP Morgan": "JPM", "BofA": "BAC", "Citi": "C", "Wells Fargo": "WFC", "BNY": "BK",
    "Berkshire": "BRK.B", "Geico": "BRK.B", "GM": "GM", "Ford": "F", "Ford Motor": "F", "Gap": "GAP",
    "Old Navy": "GAP", "Square": "XYZ", "Cash App": "XYZ", "Walmart": "WMT", "Target": "TGT", "Lowe's": "LOW",
    "Macy's": "M", "Kohl's": "KSS", "Exxon": "XOM", "Chevron": "CVX", "Conoco": "COP", "GE": "GE",
    "GE Vernova": "GEV", "GE HealthCare": "GEHC", "Raytheon": "RTX", "Lockheed": "LMT", "Northrop": "NOC",
    "IBM": "IBM", "AMD": "AMD", "Super Micro": "SMCI", "Strategy Inc.": "MSTR", "MicroStrategy": "MSTR",
    "Palantir": "PLTR", "Coinbase": "COIN", "Robinhood": "HOOD", "Rivian": "RIVN", "Lucid": "LCID",
    "Reddit": "RDDT", "Snowflake": "SNOW", "Arm": "ARM", "Figma": "FIG", "CoreWeave": "CRWV", "Klarna": "KLAR",
    "Circle Internet": "CRCL", "Rocket Lab": "RKLB", "Instacart": "CART", "Pure Storage": "PSTG",
    "Burger King": "QSR", "KFC": "YUM", "Taco Bell": "YUM", "Kraft Heinz": "KHC", "Kellogg": "K",
    "Fannie Mae": "FNMA", "US Steel": "X", "Alaska Airlines": "ALK", "Marvell": "MRVL", "Onsemi": "ON",
    "HP": "HPQ", "HPE": "HPE", "Dow Inc": "DOW", "DuPont": "DD", "Merck": "MRK", "Lilly": "LLY",
    "Bristol Myers": "BMY", "Hims & Hers": "HIMS", "Live Nation": "LYV", "Paramount": "PSKY", "Texas Roadhouse": "TXRH",
    "Planet Fitness": "PLNT", "Reliance Steel": "RS", "Fifth Third": "FITB", "23andMe": "ME", "FanDuel": "FLUT",
    # Europe: the US line where there is one, else that of the home market.
    "ASML": "ASML", "SAP": "SAP", "Novo Nordisk": "NVO", "Novartis": "NVS", "Roche": "ROG.SW", "Nestle": "NESN.SW",
    "Nestlé": "NESN.SW", "LVMH": "MC.PA", "Louis Vuitton": "MC.PA", "Gucci": "KER.PA", "Hermes": "RMS.PA",
    "L'Oreal": "OR.PA", "Airbus": "AIR.PA", "Siemens": "SIE.DE", "Siemens Energy": "ENR.DE", "Adidas": "ADS.DE",
    "Puma": "PUM.DE", "VW": "VOW3.DE", "Volkswagen": "VOW3.DE", "BMW": "BMW.DE", "Mercedes": "MBG.DE",
    "Stellantis": "STLA", "Fiat": "STLA", "Ferrari": "RACE", "Renault": "RNO.PA", "Michelin": "ML.PA",
    "Volvo Cars": "VOLCAR-B.ST", "Monsanto": "BAYN.DE", "Merck KGaA": "MRK.DE", "Deutsche Bank": "DB",
    "Commerzbank": "CBK.DE", "UniCredit": "UCG.MI", "Intesa Sanpaolo": "ISP.MI", "BNP Paribas": "BNP.PA",
    "SocGen": "GLE.PA", "Societe Generale": "GLE.PA", "Santander": "SAN", "BBVA": "BBVA", "UBS": "UBS",
    "Credit Suisse": "UBS", "ING": "ING", "Barclays": "BCS", "HSBC": "HSBC", "Lloyds": "LYG", "NatWest": "NWG",
    "StanChart": "STAN.L", "Shell": "SHEL", "BP": "BP", "TotalEnergies": "TTE", "Eni": "E", "Equinor": "EQNR",
    "Unilever": "UL", "Diageo": "DEO", "Reckitt": "RKT.L", "Haleon": "HLN", "AstraZeneca": "AZN", "Glaxo": "GSK",
    "Sanofi": "SNY", "Bayer": "BAYN.DE", "Rolls-Royce": "RR.L", "BAE Systems": "BA.L", "Rheinmetall": "RHM.DE",
    "Glencore": "GLEN.L", "Rio Tinto": "RIO", "Anglo American": "AAL.L", "Vodafone": "VOD", "BT": "BT-A.L",
    "Telefonica": "TEF", "Nokia": "NOK", "Ericsson": "ERIC", "Spotify": "SPOT", "H&M": "HM-B.ST", "Zara": "ITX.MC",
    "Inditex": "ITX.MC", "Ryanair": "RYAAY", "easyJet": "EZJ.L", "British Airways": "IAG.L", "Lufthansa": "LHA.DE",
    "Tesco": "TSCO.L", "M&S": "MKS.L", "Primark": "ABF.L", "Maersk": "MAERSK-B.CO", "Orsted": "ORSTED.CO",
    "Heineken": "HEIA.AS", "Carlsberg": "CARL-B.CO", "Philips": "PHG", "AB InBev": "BUD", "Swatch": "UHR.SW",
    "Richemont": "CFR.SW", "ABB": "ABBN.SW", "EDP": "EDP.LS", "Turkish Airlines": "THYAO.IS", "Gazprom": "GAZP.ME",
    # India: the home line.
    "Reliance": "RELIANCE.NS", "RIL": "RELIANCE.NS", "Jio": "RELIANCE.NS", "TCS": "TCS.NS", "Infosys": "INFY.NS",
    "HDFC Bank": "HDFCBANK.NS", "HDFC Life": "HDFCLIFE.NS", "SBI": "SBIN.NS", "SBI Cards": "SBICARD.NS",
    "L&T": "LT.NS", "HUL": "HINDUNILVR.NS", "M&M": "M&M.NS", "Maruti": "MARUTI.NS", "Zomato": "ETERNAL.NS",
    "Blinkit": "ETERNAL.NS", "Paytm": "PAYTM.NS", "Nykaa": "NYKAA.NS", "IndiGo": "INDIGO.NS", "Airtel": "BHARTIARTL.NS",
    "Adani Ports": "ADANIPORTS.NS", "Sun Pharma": "SUNPHARMA.NS", "Dr Reddy's": "DRREDDY.NS", "ONGC": "ONGC.NS",
    "LIC": "LICI.NS", "DMart": "DMART.NS", "Bharat Electronics": "BEL.NS", "JLR": "TMPV.NS", "ITC": "ITC.NS",
    # Japan and Korea: the home line.
    "Toyota": "7203.T", "Honda": "7267.T", "Nissan": "7201.T", "Sony": "6758.T", "Nintendo": "7974.T",
    "SoftBank": "9984.T", "SoftBank Corp": "9434.T", "Square Enix": "9684.T", "Uniqlo": "9983.T", "7-Eleven": "3382.T",
    "MUFG": "8306.T", "Mitsubishi Heavy": "7011.T", "Tepco": "9501.T", "Kioxia": "285A.T", "Nippon Steel": "5401.T",
    "Samsung": "005930.KS", "Samsung Electronics": "005930.KS", "Samsung Biologics": "207940.KS",
    "SK Hynix": "000660.KS",
    "Hyundai": "005380.KS", "Kia": "000270.KS", "LG Energy Solution": "373220.KS", "Naver": "035420.KS",
    "Posco": "005490.KS", "Hybe": "352820.KS", "Hanwha Ocean": "042660.KS",
    # China, Hong Kong, Taiwan: the US line where there is one.
    "Alibaba": "BABA", "Taobao": "BABA", "Tencent": "0700.HK", "WeChat": "0700.HK", "JD.com": "JD", "Temu": "PDD",
    "Baidu": "BIDU", "NetEase": "NTES", "BYD": "1211.HK", "Xiaomi": "1810.HK", "Meituan": "3690.HK",
    "Lenovo": "0992.HK", "Nio": "NIO", "Geely": "0175.HK", "CATL": "3750.HK", "SMIC": "0981.HK", "ICBC": "1398.HK",
    "Ping An": "2318.HK", "Sinopec": "0386.HK", "Moutai": "600519.SS", "Evergrande": "3333.HK", "Pop Mart": "9992.HK",
    "Cathay Pacific": "0293.HK", "AIA": "1299.HK", "Prada": "1913.HK", "TSMC": "TSM", "Foxconn": "2317.TW",
    "MediaTek": "2454.TW", "Asus": "2357.TW", "Delta Electronics": "2308.TW",
    # Elsewhere.
    "Shopify": "SHOP", "RBC": "RY", "TD Bank": "TD", "Scotiabank": "BNS", "BlackBerry": "BB", "Barrick": "B",
    "Bombardier": "BBD-B.TO", "Couche-Tard": "ATD.TO", "BHP": "BHP", "Fortescue": "FMG.AX", "Westpac": "WBC.AX",
    "Qantas": "QAN.AX", "Woodside": "WDS", "Petrobras": "PBR", "Itau": "ITUB", "Embraer": "EMBJ", "Cemex": "CX",
    "MercadoLibre": "MELI", "Nubank": "NU", "Aramco": "2222.SR", "Naspers": "NPN.JO", "Sasol": "SSL", "Teva": "TEVA",
    "DBS": "D05.SI", "Singtel": "Z74.SI", "Grab": "GRAB", "VinFast": "VFS",
}
MARKET_WIDE = {
    "S&P 500": "^GSPC", "Dow": "^DJI", "Dow Jones": "^DJI", "Nasdaq": "^IXIC", "Nasdaq 100": "^NDX",
    "Russell 2000": "^RUT", "VIX": "^VIX", "FTSE 100": "^FTSE", "FTSE": "^FTSE", "FTSE 250": "^FTMC", "DAX": "^GDAXI",
    "CAC 40": "^FCHI", "Euro Stoxx 50": "^STOXX50E", "Stoxx 600": "^STOXX", "IBEX 35": "^IBEX",
    "FTSE MIB": "FTSEMIB.MI", "AEX": "^AEX", "SMI": "^SSMI", "Nikkei": "^N225", "Topix": "^TOPX", "Hang Seng": "^HSI",
    "CSI 300": "000300.SS", "Shanghai Composite": "000001.SS", "Kospi": "^KS11", "Kosdaq": "^KQ11",
    "Sensex": "^BSESN", "Nifty": "^NSEI", "Bank Nifty": "^NSEBANK", "ASX 200": "^AXJO", "TSX": "^GSPTSE",
    "Bovespa": "^BVSP", "Taiex": "^TWII", "Straits Times Index": "^STI",
    "Brent": "BZ=F", "oil": "BZ=F", "crude": "BZ=F", "WTI": "CL=F", "US crude": "CL=F", "gold": "GC=F",
    "bullion": "GC=F", "silver": "SI=F", "copper": "HG=F", "natural gas": "NG=F", "platinum": "PL=F",
    "palladium": "PA=F", "wheat": "ZW=F", "corn": "ZC=F", "soybeans": "ZS=F", "arabica": "KC=F", "cocoa": "CC=F",
    "cotton prices": "CT=F", "raw sugar": "SB=F", "iron ore": "TIO=F", "aluminium": "ALI=F", "nickel": "NICKEL",
    "dollar": "DX-Y.NYB", "greenback": "DX-Y.NYB", "euro": "EURUSD=X", "sterling": "GBPUSD=X", "yen": "USDJPY=X",
    "Swiss franc": "USDCHF=X", "yuan": "USDCNY=X", "rupee": "USDINR=X", "loonie": "USDCAD=X", "lira": "USDTRY=X",
    "rouble": "USDRUB=X", "Mexican peso": "USDMXN=X", "Brazilian real": "USDBRL=X", "South Korean won": "USDKRW=X",
    "bitcoin": "BTC-USD", "Ether": "ETH-USD", "XRP": "XRP-USD", "Solana": "SOL-USD", "Dogecoin": "DOGE-USD",
    "Fed": "FED", "FOMC": "FED", "ECB": "ECB", "Bank of England": "BOE_UK", "BoE": "BOE_UK", "BOJ": "BOJ",
    "PBOC": "PBOC", "SNB": "SNB", "RBI": "RBI", "RBA": "RBA_AU", "Bank of Canada": "BOC_CA", "Riksbank": "RIKSBANK",
    "Norges Bank": "NORGESBANK", "Banxico": "BANXICO", "inflation": "MACRO", "GDP": "MACRO", "jobless claims": "MACRO",
    "retail sales": "MACRO", "Treasury yields": "RATES", "mortgage rates": "RATES",
}
_COMMON_WORDS = """
    a all and any are as at be by day do for go has he in it me no now of on or out see so the to up we what
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december million billion trillion percent per cent bps kg km mm pt units
    first future general global group national open pool real select share shares stock stocks bank banks market
    markets company growth profit sales news
"""
COMMON_WORDS = frozenset(_COMMON_WORDS.split())
NOT_A_NAME = re.compile(r"[QH][1-9]|FY ?\d*|\d+|[A-Za-z]", re.IGNORECASE)  # quarters, years, numbers, letters
COMPANIES_IN_LOWER_CASE = {
    "abrdn", "adidas", "argenx", "bioMérieux", "boohoo", "dormakaba", "easyJet", "ispace", "ixigo", "lululemon",
    "onsemi", "thyssenkrupp", "trivago", "voestalpine",
}  # fmt: skip
REQUIRED = {
    "index": 30, "commodity": 18, "currency": 20, "crypto": 20, "central_bank": 16, "topic": 3, "company": 4000,
}
NOT_THE_COMPANY = {
    "AAPL": "apple pie", "AMZN": "Amazon rainforest", "V": "visa backlog", "TGT": "price target",
    "CAT": "caterpillar plague", "ORCL": "oracle bone", "GLW": "Corning NY", "^DJI": "Dow Jones Newswires",
    "DAL": "Delta variant", "XYZ": "square feet", "GAP": "gap year", "SHEL": "shell company", "META": "meta-analysis",
    "SNAP": "snap election", "F": "Harrison Ford", "ARM": "arm wrestling", "GC=F": "gold medal", "BZ=F": "olive oil",
}

# fmt: on


@pytest.fixture(scope="module")
def records() -> list[InstrumentRecord]:
    return load_shipped()


@pytest.fixture(scope="module")
def symbols_by_name(records: list[InstrumentRecord]) -> dict[str, str]:
    return {name: record.symbol for record in records for name in record.names}


def test_load_shipped_has_each_symbol_once_and_in_canonical_form(records: list[InstrumentRecord]) -> None:
    symbols = [record.symbol for record in records]

    assert [symbol for symbol, count in Counter(symbols).items() if count > 1] == []
    assert [symbol for symbol in symbols if parse_ticker(symbol) != symbol] == []


def test_load_shipped_has_enough_instruments_of_each_kind(records: list[InstrumentRecord]) -> None:
    counts = Counter(record.kind for record in records)

    assert set(counts) == set(KINDS)
    assert {kind: counts[kind] for kind, least in REQUIRED.items() if counts[kind] < least} == {}


def test_load_shipped_gives_each_name_to_one_symbol(records: list[InstrumentRecord]) -> None:
    symbols: dict[str, set[str]] = {}
    for record in records:
        for name in record.names:
            symbols.setdefault(name.casefold(), set()).add(record.symbol)

    assert {name: having for name, having in symbols.items() if len(having) > 1} == {}


def test_load_tables_has_no_symbol_or_name_twice() -> None:
    tables = load_tables()
    symbols: dict[str, set[str]] = {}
    for record in tables:
        for name in record.names:
            symbols.setdefault(name.casefold(), set()).add(record.symbol)

    assert [symbol for symbol, count in Counter(record.symbol for record in tables).items() if count > 1] == []
    assert {name: having for name, having in symbols.items() if len(having) > 1} == {}


@pytest.mark.parametrize("names", [COMPANIES, MARKET_WIDE], ids=["companies", "market-wide"])
def test_load_shipped_knows_the_names_of_the_press(names: dict[str, str], symbols_by_name: dict[str, str]) -> None:
    symbols = {name: symbols_by_name.get(name) for name in names}

    assert symbols == names


@pytest.mark.parametrize(("symbol", "phrase"), NOT_THE_COMPANY.items())
def test_load_shipped_excludes_phrases_that_are_not_the_instrument(
    symbol: str, phrase: str, records: list[InstrumentRecord]
) -> None:
    (record,) = [record for record in records if record.symbol == symbol]

    assert phrase.casefold() in {exclusion.casefold() for exclusion in record.exclusions}


def test_exclusions_contain_a_name_of_their_instrument(records: list[InstrumentRecord]) -> None:
    useless = [
        (record.symbol, exclusion)
        for record in records
        for exclusion in record.exclusions
        if not any(_contains(exclusion, name) for name in record.names)
    ]

    assert useless == []


def test_no_name_is_a_quarter_a_unit_a_day_or_a_common_word(records: list[InstrumentRecord]) -> None:
    names = [(record.symbol, name) for record in records for name in record.names]

    assert [pair for pair in names if NOT_A_NAME.fullmatch(pair[1])] == []
    assert [pair for pair in names if pair[1].casefold() in COMMON_WORDS] == []


def test_no_company_has_an_ordinary_word_in_lower_case_as_name(records: list[InstrumentRecord]) -> None:
    names = {name for record in records if record.kind == "company" for name in record.names if name.isalpha()}

    assert {name for name in names if name.islower()} <= COMPANIES_IN_LOWER_CASE


def test_no_company_has_a_dangling_or_empty_name(records: list[InstrumentRecord]) -> None:
    names = [(record.symbol, name) for record in records for name in record.names]

    assert [pair for pair in names if pair[1] != pair[1].strip(" ,|&") or len(pair[1]) < 2] == []


def _contains(phrase: str, name: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", phrase.casefold()))

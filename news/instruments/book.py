"""Names of companies as headlines write them, in addition to pytickersymbols, and words that only look like names."""

import re
from collections.abc import Iterator
from typing import Any

_LARGE_US_INDICES = ("DOW JONES", "S&P 100", "NASDAQ 100")
_OTHER_US_INDICES = ("S&P 500", "S&P 600")
_LEGAL_FORM = re.compile(
    r",? (?:Inc|Incorporated|Corp|Corporation|Compan(?:y|ies)|& Co|Co|plc|PLC|Ltd|Limited|Holdings?|Group|AG|SE"
    r"|N\.?V|S\.?A|S\.?p\.?A|AB|Oyj|ASA|KGaA|LLC)\.?$"
)
_TICKER = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,9}")

# fmt: off

# Matched in any case, except those in ORDINARY and those all in capitals.
ALIASES = {
    "Abbott": "ABT", "Advanced Micro Devices": "AMD",
    "AIG": "AIG", "Alibaba": "BABA", "Alphabet": "GOOGL", "Amazon": "AMZN", "Amazon.com": "AMZN",
    "AMC Entertainment": "AMC", "American Airlines": "AAL", "American Express": "AXP", "Amex": "AXP",
    "Analog Devices": "ADI", "Apollo Global": "APO", "Apollo Global Management": "APO", "Apple": "AAPL",
    "Applied Materials": "AMAT", "Arm": "ARM", "Arthur J. Gallagher": "AJG", "Arthur J. Gallagher & Co.": "AJG",
    "Assurant": "AIZ", "AstraZeneca": "AZN", "AT&T": "T", "Baidu": "BIDU", "Bank of America": "BAC",
    "Bank of New York Mellon": "BK", "Becton Dickinson": "BDX", "Berkshire": "BRK.B", "Berkshire Hathaway": "BRK.B",
    "Beyond Meat": "BYND", "BHP": "BHP", "BioNTech": "BNTX", "Block Inc": "XYZ", "BofA": "BAC", "Boeing": "BA",
    "Booking Holdings": "BKNG", "Booking.com": "BKNG", "BP": "BP", "Bristol Myers": "BMY",
    "Bristol-Myers Squibb": "BMY", "Burger King": "QSR", "BYD": "BYDDY", "Capital One": "COF",
    "Carnival": "CCL", "Charles Schwab": "SCHW", "Chipotle": "CMG", "Citi": "C", "Citigroup": "C",
    "Cleveland-Cliffs": "CLF",
    "Coca Cola": "KO", "Coca-Cola": "KO", "Coke": "KO", "Constellation Energy": "CEG", "Corning": "GLW",
    "CVS": "CVS", "DeepMind": "GOOGL", "Deere": "DE", "Dell": "DELL", "Delta Airlines": "DAL", "Delta Air": "DAL",
    "Deutsche Bank": "DB", "Diamondback": "FANG", "Discover Financial": "DFS", "Disney": "DIS", "Dow Chemical": "DOW",
    "Dow Inc": "DOW", "DraftKings": "DKNG", "DuPont": "DD", "eBay": "EBAY", "Electronic Arts": "EA",
    "Eli Lilly": "LLY", "Estee Lauder": "EL", "Estée Lauder": "EL", "Exxon": "XOM", "Exxon Mobil": "XOM",
    "Facebook": "META", "Fannie Mae": "FNMA", "Fedex": "FDX", "Fifth Third": "FITB", "Foot Locker": "FL",
    "Ford": "F", "Ford Motor": "F", "Fox": "FOXA", "Fox Corp": "FOXA", "Freddie Mac": "FMCC", "Gap": "GAP",
    "Gap Inc": "GAP", "GE": "GE", "General Electric": "GE", "General Motors": "GM", "Gilead": "GILD",
    "GlaxoSmithKline": "GSK", "Globe Life": "GL", "GM": "GM", "Goldman": "GS", "Goldman Sachs": "GS",
    "Google": "GOOGL", "GameStop": "GME", "Hewlett Packard": "HPQ", "Hewlett Packard Enterprise": "HPE",
    "Hilton": "HLT", "Home Depot": "HD", "Honda": "HMC", "HSBC": "HSBC", "IBM": "IBM", "Instagram": "META",
    "Intel": "INTC",
    "Interactive Brokers": "IBKR", "International Business Machines": "IBM", "Intuitive Surgical": "ISRG",
    "J&J": "JNJ", "J.P. Morgan": "JPM", "JP Morgan": "JPM", "JP Morgan Chase": "JPM", "JPMorgan": "JPM",
    "JPMorgan Chase": "JPM", "JD.com": "JD", "JetBlue": "JBLU", "Johnson & Johnson": "JNJ", "Kellogg": "K",
    "KKR": "KKR", "Kraft Heinz": "KHC", "Levi Strauss": "LEVI", "Levi's": "LEVI", "Lockheed": "LMT",
    "Lucid Motors": "LCID", "Lucid Group": "LCID", "Lyft": "LYFT", "Macy's": "M", "Marriott": "MAR",
    "Marvell": "MRVL", "McDonalds": "MCD", "McDonald's": "MCD", "Mercadolibre": "MELI", "Merck": "MRK",
    "Meta": "META", "Meta Platforms": "META", "Micron": "MU", "Microsoft": "MSFT", "Mohawk Industries": "MHK",
    "Molson Coors": "TAP", "Mondelez": "MDLZ", "Morgan Stanley": "MS", "Nasdaq Inc": "NDAQ", "Nestle": "NSRGY",
    "Nestlé": "NSRGY", "Netflix": "NFLX",
    "News Corp": "NWSA", "Nike": "NKE", "Nikola": "NKLA", "Nio": "NIO", "Nokia": "NOK", "Nordstrom": "JWN",
    "Northrop": "NOC", "Norwegian Cruise Line": "NCLH", "Novo Nordisk": "NVO", "Nvidia": "NVDA",
    "Occidental": "OXY", "Oracle": "ORCL", "Palantir": "PLTR", "Palo Alto Networks": "PANW",
    "Paramount Global": "PSKY", "Peloton": "PTON", "Pepsi": "PEP", "Philip Morris": "PM", "Phillips 66": "PSX",
    "Pinterest": "PINS", "Procter and Gamble": "PG", "P&G": "PG", "Prudential Financial": "PRU", "Raytheon": "RTX",
    "Reddit": "RDDT", "Restaurant Brands": "QSR", "Rio Tinto": "RIO", "Rivian": "RIVN", "Robinhood": "HOOD",
    "Roblox": "RBLX", "Roku": "ROKU", "Royal Caribbean": "RCL", "Royal Dutch Shell": "SHEL", "Ryanair": "RYAAY",
    "SAP": "SAP", "Schwab": "SCHW", "Seagate": "STX", "Shell": "SHEL", "Shell plc": "SHEL", "Shopify": "SHOP",
    "Skechers": "SKX", "SLB": "SLB", "Snap": "SNAP", "Snapchat": "SNAP", "Snowflake": "SNOW", "SoFi": "SOFI",
    "Sony": "SONY", "Southwest Airlines": "LUV", "Spotify": "SPOT", "Stanley Black & Decker": "SWK",
    "Super Micro": "SMCI",
    "Super Micro Computer": "SMCI", "Taiwan Semiconductor": "TSM", "Take-Two": "TTWO", "Target": "TGT",
    "Tesla": "TSLA", "Texas Instruments": "TXN", "Tilray": "TLRY", "T-Mobile": "TMUS", "TJ Maxx": "TJX",
    "Toyota": "TM", "TSMC": "TSM", "Twilio": "TWLO", "UnitedHealth": "UNH", "Under Armour": "UAA",
    "United Airlines": "UAL", "United Parcel Service": "UPS", "UPS": "UPS", "US Bancorp": "USB", "Valero": "VLO",
    "Vertex": "VRTX", "Virgin Galactic": "SPCE", "Wal-Mart": "WMT", "Walgreens": "WBA", "Walmart": "WMT",
    "Walt Disney": "DIS", "Warner Bros": "WBD", "Warner Bros Discovery": "WBD", "Wayfair": "W",
    "Wells Fargo": "WFC", "Western Digital": "WDC", "Whirlpool": "WHR", "Wynn": "WYNN", "Xpeng": "XPEV",
    "YouTube": "GOOGL", "Yum Brands": "YUM", "Zillow": "Z", "Zoom Video": "ZM",
}

# Names that are also ordinary words: matched as written here, or in capitals if they have five letters or more.
_ORDINARY = """
    Amazon Apple Arm Canon Carnival Carter's Caterpillar Coke Corning Diamondback Fox Gap Goldman Hershey Hertz Intel
    Linde
    Meta Micron Nike Occidental Oracle Pearson Puma Sabre Shell Snap Snowflake Starbucks Stryker Tapestry Target
    Trimble Uber Vertex Visa Whirlpool
"""
ORDINARY = frozenset(_ORDINARY.split())

# Short names and symbols that mostly mean something else in a headline. Longer forms ("Ball Corporation") match.
_STOP_WORDS = """
    AAR ACS Admiral Alamo Alliance Andersons Angi Argan Autotrader Ball Bancorp Berkeley Block Booking Box Brady Bristow
    Buckle Cactus Capital Cars Citizen Citizens City Community Compass Continental Cooper Dana Deluxe Denka Diodes
    Diploma Disco Douglas Dover Dow Elis Elisa Employers Enact Everest Evolution Federal First Frontdoor Gates GEO
    Global Griffon Harmonic Hartford Hawkins Hayward Hexagon Hilltop Hub Ichor ICG Indus Informa Integer Interface
    Investor Knowles Kone Lincoln Lindsay LY M3 Mandatum Match MLP Mosaic Nasdaq National News Next Noble Norma NOW
    Olympus Orange Orion Palomar Partners Patrizia Phoenix Plexus Pool PRA Preferred Principal PROG Progressive
    Prudential Qt Radian Rational Recruit Rogers Sage SCA SCREEN Select Sharp SHIFT Southern Sto Stride Summit Tennant
    Tidewater Travelers Universal Verve Vestis Viad Victory Virtus Waters Weir Wendel Wiley Williams
    COST DASH FAST HOOD SHOP TEAM
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

# Phrases, in lower case, that contain the name of a company but do not refer to it.
NOT_COMPANIES = (
    "dow jones", "wall street journal", "harrison ford", "gerald ford", "betty ford", "doug ford", "tom ford",
    "apple pie", "apple juice", "apple cider", "amazon rainforest", "amazon river", "amazon basin", "amazon forest",
    "meta-analysis", "meta analysis", "target price", "target prices", "target date", "target range", "target rate",
    "price target", "price targets", "inflation target", "shell company", "shell companies", "gender gap", "pay gap",
    "wage gap", "trade gap", "wealth gap", "income gap", "budget gap", "funding gap", "gap between", "gap widens",
    "gap narrows", "visa rules", "visa holders", "visa program", "visa applications", "work visa", "travel visa",
    "tourist visa", "snap election", "snap elections", "snap poll", "snap benefits", "coke plant", "intel report",
    "caterpillar outbreak", "oracle of", "snowflake design", "snowflake designs", "micron-level", "nike missile",
    "nike missiles", "hershey, pennsylvania", "ebay-style",
    "intel sharing", "intel chair", "intel agencies", "intel officials",
)

# fmt: on


def load_library_names() -> Iterator[tuple[str, str]]:
    """Yield names and tickers of index members, US listings first. The first ticker with a name takes precedence."""
    from pytickersymbols import PyTickerSymbols

    library = PyTickerSymbols()
    large_us = [stock for index in _LARGE_US_INDICES for stock in library.get_stocks_by_index(index)]
    for stock in large_us:
        # "NVDA jumps": symbols are names, too, except short ones, which are often words.
        if len(symbol := stock["symbol"]) >= 4 and symbol not in STOP_WORDS:
            yield symbol, symbol
    other_us = [stock for index in _OTHER_US_INDICES for stock in library.get_stocks_by_index(index)]
    for stock in [*large_us, *other_us, *library.get_all_stocks()]:
        ticker = _choose_ticker(stock)
        if ticker:
            for name in _shorten(stock["name"]):
                yield name, ticker


def _choose_ticker(stock: dict[str, Any]) -> str:
    """Return the symbol on a US exchange, otherwise the home symbol, "" if neither is a valid ticker."""
    listings = [str(listing.get("google")) for listing in stock.get("symbols", [])]
    us_symbols = [listing.partition(":")[2] for listing in listings if listing.startswith(("NYSE:", "NASDAQ:"))]
    for symbol in [*us_symbols, str(stock.get("symbol", ""))]:
        if _TICKER.fullmatch(symbol):
            return symbol
    return ""


def _shorten(name: str) -> Iterator[str]:
    """Yield the name and its shorter forms ("The Gap, Inc.": "Gap") down to the first stop word."""
    name = re.sub(r"\s*\([^)]*\)", "", name).removeprefix("The ").strip()
    while len(name) > 1 and name not in STOP_WORDS:
        yield name
        if not (legal_form := _LEGAL_FORM.search(name)):
            return
        name = name[: legal_form.start()]

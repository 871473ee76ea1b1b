"""The shipped book of instruments: what the site knows before its owner adds to it.

Our own tables in `shipped/*.csv` come first, members of indices from pytickersymbols fill in the companies they lack.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from common.symbols import canonicalize

KINDS = ("company", "index", "commodity", "currency", "crypto", "central_bank", "topic")
SHIPPED = Path(__file__).parent / "shipped"

_US_INDICES = frozenset(["DOW JONES", "S&P 100", "S&P 500", "S&P 600", "NASDAQ 100"])
_GERMAN_INDICES = frozenset(["DAX", "MDAX", "SDAX", "TecDAX"])
_US_SYMBOL = re.compile(r"[A-Z]{1,5}(?:\.[A-Z])?")
_HOME_SYMBOL = re.compile(r"[A-Z0-9&-]+\.[A-Z]{1,2}")
_GERMAN_SYMBOL = re.compile(r"[A-Z1-9][A-Z0-9]{2,3}")  # a leading 0 is London's number of a foreign stock
_LEGAL_FORM = re.compile(
    r",? (?:Inc|Incorporated|Corp|Corporation|(?:& |and )?Compan(?:y|ies)|& Co|Co|plc|PLC|Ltd|Limited|Holdings?"
    r"|Group|AG|SE|N\.?V|S\.?A|S\.?p\.?A|AB|Oyj|ASA|KGaA|LLC)\.?$"
)
_SHORTEST_NAME = 4  # characters: shorter ones (VAT, Car, On) mostly mean something else; tables have the others
_IN_BRACKETS = re.compile(r"\s*\([^)]*\)")


@dataclass(frozen=True, slots=True)
class InstrumentRecord:
    """An instrument as the book has it: symbol in canonical form, kind one of KINDS.

    `aliases` are other names as texts write them; one in capitals is matched in capitals only. `exclusions` are
    phrases that contain a name of the instrument and do not refer to it ("apple pie").
    """

    symbol: str
    name: str
    kind: str
    aliases: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The name and the aliases."""
        return (self.name, *self.aliases)


# Words that no company is called by alone, unless our tables say so.
_ORDINARY_WORDS = """
    AAR Aberdeen Academy Acadia ACS Admiral Advance Agree Alamo Alliance Alpha American Andersons Angi Apogee
    Arbor Argan Armour Arvind Ashland Astral Autotrader Avanos Axos Azul Ball Bancorp Banner BARK Berkeley BILL
    Block Booking Box Brady Brambles Bristow Buckle Cactus Capital Capri Carlisle Cars Central Champion Chart
    Chase Citizen Citizens City Clear Cochlear Comfort Community Compass Concentra Continental Cooper Core Cover
    Crane Crescent Crown Dana Dave Deluxe Denka Digi Dime Diodes Diploma Disco Discovery Donaldson Douglas Dover
    Dow Eagle Eastern Elastic Element Elis Elisa Empire Employers Enact Encore Endeavor Ensign Equitable Equity
    Essent Everest Evoke Evolution Exponent Federal FIGS First Flex Fortune Forward Four Franklin Frontdoor
    Frontier Frontline Galapagos Gates General Genuine GEO German Global Golden Goodman Graham Granite Green
    Griffon Harmonic Harmony Hartford Hawkins Hays Hayward Helix Hello Hera Heritage Hexagon Hilltop Honest Hub
    ICG Ichor ICON Iliad Independent Indus Informa Insight Integer Interface International Investor Janus Karman
    Kerry Knowles Kone Lakeland Lear Liberty Lincoln Lindsay Lineage Lottery LY M3 Magnolia Mandatum Marcus
    Match Maximus McCormick Merchants Mercury Merit Metro Minerva Mission Mister MLP Moog Mosaic Nasdaq National
    New Newmark News Next NICE Noble Norma Northern Northwest Nova NOW Olin Olympus On Opera Orange Orion
    Oshkosh Otter Ouster Outfront Oxford Palomar Park Parsons Partners Patrick Patrizia Penumbra Phoenix Playboy
    Plexus Polaris Pool Post Powell PRA Preferred Premier Prestige Primo Principal PROG Progress Progressive
    Provident Prudential Q2 Qt Quaker Radian Rational Raymond Recruit Red Republic REX Rex Rocket Rogers Rollins
    Royal RPC Rush Safety Sage SCA Scholastic SCREEN SEEK Select Sharp SHIFT Simmons Smiths Sonic Southern Spire
    Stellar Stem Sto Stride Summit Sun Symphony Tenable Tennant Tidewater Titan Tompkins Travelers Trident
    Trinity Triumph Two United Uniti Universal Unum Urban Vector Verve Vestis Viad Victory Viking Virtus Vital
    Vroom Warrior Waters Weir Wendel Werner Western Westlake Wiley Williams Winmark Woodward Workhorse World
"""
_NOT_ALONE = frozenset(_ORDINARY_WORDS.split()) | {
    "City Holding", "Healthcare Services", "Independent Bank", "National Bank", "Safety Insurance", "Ultra Clean",
    "United Fire",
}  # fmt: skip


def load_shipped() -> list[InstrumentRecord]:
    """Return the shipped instruments, each symbol once and each name under one symbol. Takes about 100 ms."""
    owners: dict[str, str] = {}
    own = _without_taken(load_tables(), owners)
    symbols = {record.symbol for record in own}
    return own + _without_taken([record for record in load_library() if record.symbol not in symbols], owners)


def load_tables() -> list[InstrumentRecord]:
    """Return the rows of our own tables, in the order of the files' names."""
    return [record for path in sorted(SHIPPED.glob("*.csv")) for record in load_table(path)]


def load_table(path: Path) -> Iterator[InstrumentRecord]:
    """Yield the instruments of a CSV file with the columns symbol, name, kind, aliases and exclusions ("a|b")."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield InstrumentRecord(
                row["symbol"], row["name"], row["kind"], _split(row["aliases"]), _split(row["exclusions"])
            )


def load_library() -> Iterator[InstrumentRecord]:
    """Yield the companies in the indices of pytickersymbols, by their US symbol or that of their home market."""
    from pytickersymbols import PyTickerSymbols

    library = PyTickerSymbols()
    for index in sorted(library.get_all_indices(), key=lambda index: (index not in _US_INDICES, index)):
        for stock in library.get_stocks_by_index(index):
            if symbol := _choose_symbol(str(stock.get("symbol")), index):
                name = _IN_BRACKETS.sub("", stock["name"]).strip()
                yield InstrumentRecord(symbol, name, "company")


def _without_taken(records: list[InstrumentRecord], owners: dict[str, str]) -> list[InstrumentRecord]:
    """Return the records without names that an earlier one has, and with their names less the legal form as aliases.

    `owners` maps names to the symbols that have them; it is filled. A record whose name is taken is left out.
    """
    free = {}
    for record in records:
        if record.symbol not in free and _take(record.name, record, owners):
            free[record.symbol] = record
            for alias in record.aliases:
                _take(alias, record, owners)
    return [_add_short_names(record, owners) for record in free.values()]


def _add_short_names(record: InstrumentRecord, owners: dict[str, str]) -> InstrumentRecord:
    short_names = _shorten(record.name) if record.kind == "company" else ()
    aliases = dict.fromkeys([*record.aliases, *(name for name in short_names if name not in _NOT_ALONE)])
    return replace(record, aliases=tuple(alias for alias in aliases if _take(alias, record, owners)))


def _take(name: str, record: InstrumentRecord, owners: dict[str, str]) -> bool:
    """Return whether the name is the record's, which it becomes if no other has it."""
    return owners.setdefault(name.casefold().replace("\u2019", "'"), record.symbol) == record.symbol


def _choose_symbol(symbol: str, index: str) -> str:
    """Return the canonical symbol of a member of an index, "" where the library has none that is certain."""
    if index in _US_INDICES:
        return symbol if _US_SYMBOL.fullmatch(symbol) else ""
    if _HOME_SYMBOL.fullmatch(symbol):
        return canonicalize(symbol)
    return f"{symbol}.DE" if index in _GERMAN_INDICES and _GERMAN_SYMBOL.fullmatch(symbol) else ""


def _shorten(name: str) -> Iterator[str]:
    """Yield the shorter forms of a name: The Gap, Inc. is Gap, Inc. and Gap."""
    if (short := name.removeprefix("The ")) != name:
        yield short
    while legal_form := _LEGAL_FORM.search(short):
        short = short[: legal_form.start()]
        if len(short) >= _SHORTEST_NAME:
            yield short


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part for part in (part.strip() for part in cell.split("|")) if part)


_LARGE_US_INDICES = ("DOW JONES", "S&P 100", "NASDAQ 100")
_OTHER_US_INDICES = ("S&P 500", "S&P 600")
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
    Olympus On Orange Orion Palomar Partners Patrizia Phoenix Plexus Pool PRA Preferred Principal PROG Progressive
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
            for name in _shorten_old(stock["name"]):
                yield name, ticker


def _choose_ticker(stock: dict[str, Any]) -> str:
    """Return the symbol on a US exchange, otherwise the home symbol, "" if neither is a valid ticker."""
    listings = [str(listing.get("google")) for listing in stock.get("symbols", [])]
    us_symbols = [listing.partition(":")[2] for listing in listings if listing.startswith(("NYSE:", "NASDAQ:"))]
    for symbol in [*us_symbols, str(stock.get("symbol", ""))]:
        if _TICKER.fullmatch(symbol):
            return symbol
    return ""


def _shorten_old(name: str) -> Iterator[str]:
    """Yield the name and its shorter forms ("The Gap, Inc.": "Gap") down to the first stop word."""
    name = re.sub(r"\s*\([^)]*\)", "", name).removeprefix("The ").strip()
    while len(name) > 1 and name not in STOP_WORDS:
        yield name
        if not (legal_form := _LEGAL_FORM.search(name)):
            return
        name = name[: legal_form.start()]

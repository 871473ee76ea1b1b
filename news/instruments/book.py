"""The shipped book of instruments: what the site knows before its owner adds to it.

Our own tables in `shipped/*.csv` come first, members of indices from pytickersymbols fill in the companies they lack.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

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


def shorten_name(name: str) -> str:
    """Return a name as people say it, for lists: The Boeing Company is Boeing, Apple Inc. is Apple."""
    return [name, *_shorten(name)][-1]


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

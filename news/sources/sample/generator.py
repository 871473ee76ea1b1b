"""Generate headlines about fictional companies, so that the site shows activity without a network.

The summary of each says that it is fictional. Nothing is taken from real news, and no ticker is a real symbol.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

NAME = "sample"
SUMMARY = "A fictional headline about a fictional company, from the bundled sample feed."


@dataclass(frozen=True, slots=True)
class Company:
    """A fictional company."""

    name: str
    ticker: str
    products: tuple[str, ...]


COMPANIES = (
    Company("Zorva Robotics", "ZORVA", ("warehouse robot", "gripper arm", "sorting line")),
    Company("Quilen Foods", "QUILEN", ("oat drink", "frozen meal", "protein bar")),
    Company("Brandox Motors", "BRANDOX", ("delivery van", "electric truck", "axle")),
    Company("Veltric Energy", "VELTRIC", ("grid battery", "inverter", "heat pump")),
    Company("Omnara Health", "OMNARA", ("glucose patch", "blood test", "clinic software")),
    Company("Tessiq Software", "TESSIQ", ("payroll suite", "code editor", "search engine")),
    Company("Halvorn Shipping", "HALVORN", ("container", "ferry", "port crane")),
    Company("Krynexa Chips", "KRYNEXA", ("memory chip", "sensor", "radio module")),
    Company("Lumiraz Optics", "LUMIRAZ", ("lens", "laser scanner", "smart glass")),
    Company("Praxelo Pharma", "PRAXELO", ("migraine drug", "inhaler", "vaccine")),
    Company("Novterra Mining", "NOVTERRA", ("copper", "lithium", "nickel")),
    Company("Sylvenar Paper", "SYLVENAR", ("packaging", "pulp", "paper cup")),
    Company("Dorantia Air", "DORANTIA", ("regional jet service", "cargo flight", "charter")),
    Company("Fenwicor Bank", "FENWICOR", ("home loan", "savings account", "payment card")),
    Company("Glaciona Water", "GLACIONA", ("bottled water", "filter", "desalination plant")),
    Company("Hexalonic Steel", "HEXALON", ("rolled steel", "rebar", "wire rod")),
    Company("Ivorinth Media", "IVORINTH", ("film studio", "podcast", "streaming service")),
    Company("Junipra Retail", "JUNIPRA", ("grocery app", "discount store", "loyalty card")),
    Company("Keldara Insurance", "KELDARA", ("crop insurance", "travel cover", "car policy")),
    Company("Marvolta Rail", "MARVOLTA", ("night train", "signal system", "tram")),
    Company("Nimbuso Cloud", "NIMBUSO", ("cloud storage", "database", "backup service")),
    Company("Orbexia Space", "ORBEXIA", ("satellite", "launch vehicle", "ground station")),
    Company("Pellarin Toys", "PELLARIN", ("board game", "model kit", "puzzle")),
    Company("Rudigoza Sports", "RUDIGOZA", ("running shoe", "e-bike", "fitness watch")),
    Company("Solvantix Chemicals", "SOLVANTIX", ("coating", "solvent", "battery paste")),
    Company("Tambrica Coffee", "TAMBRICA", ("espresso machine", "coffee pod", "cold brew")),
    Company("Umbrelis Homes", "UMBRELIS", ("starter home", "timber house", "roof panel")),
    Company("Vantorax Telecom", "VANTORAX", ("fibre line", "prepaid plan", "home router")),
)


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split())


PLACEHOLDERS = {
    "quarter": ("first quarter", "second quarter", "third quarter", "fourth quarter", "first half", "second half"),
    "month": _split("January February March April May June July August September October November December"),
    "city": _split(
        "Lisbon Oslo Tallinn Porto Ghent Lyon Turin Graz Malmo Leeds Denver Austin Boise Quito Lima Accra Nairobi Pune "
        "Osaka Busan Perth Hobart Calgary Halifax Merida Cordoba Izmir Tunis Dakar Windhoek"
    ),
    "region": _split(
        "Europe Asia Africa Scandinavia Iberia Oceania Siberia Patagonia Benelux Bavaria Anatolia Normandy"
    ),
    "broker": (
        "Alder Crane",
        "Birchfield",
        "Corwen Hale",
        "Dunmore Street",
        "Eastlake Partners",
        "Foxglove Research",
        "Greyling",
        "Harrowgate",
        "Inkwell Capital",
        "Juniper Row",
    ),
}
FIRST_NAMES = _split(
    "Ada Bruno Chiara Dario Elin Farid Greta Hugo Ines Jonas Kavita Leon Mira Nils Oriol Petra Quentin Rosa Samir Tessa"
)
LAST_NAMES = _split(
    "Abelard Brinkholt Castellan Dovrel Ekwall Farrowby Gantrey Holmqvest Iverdahl Jastrow Kellamar Lindqvar Morvane "
    "Norrbeck Ostrava Pellworth Quarrick Rosendale Strandell Tavener Ulverton Vasquell Wickmere Yarlford Zellinger"
)


def load_patterns() -> list[str]:
    """Return the patterns of headlines.txt, without the signs that mark good and bad news."""
    lines = Path(__file__).with_name("headlines.txt").read_text(encoding="utf-8").splitlines()
    return [line[2:] for line in lines if line[:2] in ("+ ", "= ", "- ")]


def sample_headlines(random: Random) -> Iterator[dict[str, Any]]:
    """Yield an endless sequence of records for `ingest_records`, the same for the same `random`.

    About 3 titles in 1,000 repeat one of the 50,000 before.
    """
    patterns = load_patterns()
    while True:
        title, tickers = _fill_pattern(random.choice(patterns), random)
        yield {"title": title, "tickers": tickers, "source": NAME, "summary": SUMMARY, "url": ""}


def _fill_pattern(pattern: str, random: Random) -> tuple[str, list[str]]:
    """Return the pattern with its placeholders replaced, and the tickers of the companies it names."""
    company, other = random.sample(COMPANIES, 2)
    values = {name: random.choice(choices) for name, choices in PLACEHOLDERS.items()} | {
        "company": company.name,
        "other": other.name,
        "product": random.choice(company.products),
        "person": f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}",
        "percent": f"{random.randint(11, 289) / 10:g}%",
        "amount": _draw_amount(random),
        "price": f"${random.randint(900, 38_000) / 100:.2f}",
        "count": f"{random.randint(3, 940) * 10:,}",
        "year": str(random.randint(2027, 2031)),
    }
    title = re.sub(r"\{(\w+)\}", lambda match: values[match[1]], pattern)
    tickers = [company.ticker, other.ticker] if "{other}" in pattern else [company.ticker]
    return title[0].upper() + title[1:], tickers


def _draw_amount(random: Random) -> str:
    if random.random() < 0.25:
        return f"${random.randint(11, 94) / 10:g} billion"
    return f"${random.randint(12, 960)} million"

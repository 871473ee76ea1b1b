"""Measure the tagger: precision, recall and F1 by kind of headline on labelled files, and headlines per second.

`python -m benchmarks.tagging FILE.tsv … [--equivalents FILE] [--errors] [--speed TITLES.csv]`. A file has the columns
title, summary, want, allow, never ("-" for none, several values by "|"); market-wide instruments stand in braces.
"""

import argparse
import csv
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from news.instruments.book import load_shipped
from news.instruments.tagging import Matcher

# Market-wide instruments of labelled files, and the symbols that fit.
MARKET_WIDE = {
    "S&P 500": "^GSPC ES=F ^SPX", "DOW": "^DJI YM=F", "NASDAQ": "^IXIC ^NDX NQ=F", "RUSSELL": "^RUT", "VIX": "^VIX",
    "FTSE": "^FTSE", "DAX": "^GDAXI", "CAC": "^FCHI", "STOXX": "^STOXX ^STOXX50E", "NIKKEI": "^N225", "HSI": "^HSI",
    "KOSPI": "^KS11", "SENSEX": "^BSESN ^NSEI", "NIFTY": "^NSEI ^BSESN", "OIL": "CL=F BZ=F", "GOLD": "GC=F",
    "SILVER": "SI=F", "COPPER": "HG=F", "GAS": "NG=F", "BTC": "BTC-USD", "ETH": "ETH-USD", "XRP": "XRP-USD",
    "SOL": "SOL-USD", "DOGE": "DOGE-USD", "USD": "DX-Y.NYB", "EUR": "EURUSD=X", "JPY": "USDJPY=X", "GBP": "GBPUSD=X",
    "INR": "USDINR=X", "CNY": "USDCNY=X", "CHF": "USDCHF=X", "BRL": "USDBRL=X", "FED": "FED", "ECB": "ECB",
    "BOE": "BOE_UK", "BOJ": "BOJ", "RBI": "RBI", "PBOC": "PBOC", "SNB": "SNB", "MACRO": "MACRO RATES",
    "RATES": "RATES MACRO CBRT BCB BCCH", "TREASURY": "RATES", "WHEAT": "ZW=F", "COCOA": "CC=F",
}  # fmt: skip
_BROKER = re.compile(
    r"\b(downgrade|upgrade|initiat|target|overweight|underweight|outperform|underperform|price target|rating|neutral"
    r"|bullish|analyst|forecast|view|upside)",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"follow us|download|app store|photo|reporting by|copyright|©|associate|whatsapp|views expressed|webcast|credit"
    r"|provided by|newsletter|share on|discuss on|podcast|listen|powered by|sponsored",
    re.IGNORECASE,
)
_MARK = re.compile("\\([^()]*[:\u2013][^()]*\\)|\\$[A-Z]")


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled headline."""

    title: str
    summary: str
    want: list[str]
    allow: frozenset[str]
    never: frozenset[str]


@dataclass(slots=True)
class KindCounts:
    """Counts of one kind of headline."""

    rows: int = 0
    right: int = 0
    tags: int = 0
    wanted: int = 0
    recalled: int = 0
    first_right: int = 0
    rows_wrong: int = 0
    fitting: int = 0
    errors: list[str] = field(default_factory=list)


def load_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a labelled file."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            cells = {name: [] if value in ("-", "", None) else value.split("|") for name, value in row.items()}
            summary = "" if row["summary"] == "-" else row["summary"]
            yield Row(row["title"], summary, cells["want"], frozenset(cells["allow"]), frozenset(cells["never"]))


def find_kind(row: Row) -> str:
    """Return the kind of a row: footers, marks, broker, market-wide, traps or companies."""
    companies = [want for want in row.want if not want.startswith("{")]
    if not companies and _FOOTER.search(row.summary):
        return "footers"
    if _MARK.search(row.title):
        return "marks"
    if _BROKER.search(row.title) and row.want and (row.allow or row.never):
        return "broker"
    if row.want and not companies:
        return "market-wide"
    return "companies" if companies else "traps"


def expand(symbol: str, equivalents: dict[str, set[str]]) -> set[str]:
    """Return the symbols that count as this one."""
    if symbol.startswith("{"):
        return set(MARKET_WIDE.get(symbol.strip("{}"), "").split())
    return equivalents.get(symbol, {symbol})


def judge(row: Row, symbols: list[str], counts: KindCounts, equivalents: dict[str, set[str]]) -> None:
    """Add one headline to the counts of its kind. Tags that are neither wanted nor allowed are wrong."""
    wanted = [expand(symbol, equivalents) for symbol in row.want]
    allowed = set().union(*(expand(symbol, equivalents) for symbol in row.allow), set())
    never = set().union(*(expand(symbol, equivalents) for symbol in row.never), set())
    right = [symbol for symbol in symbols if any(symbol in group for group in wanted)]
    wrong = [symbol for symbol in symbols if symbol not in right and (symbol not in allowed or symbol in never)]
    recalled = sum(any(symbol in group for symbol in symbols) for group in wanted)
    counts.rows += 1
    counts.right += len(right)
    counts.tags += len(right) + len(wrong)
    counts.wanted += len(wanted)
    counts.recalled += recalled
    counts.first_right += bool(symbols and wanted and symbols[0] in wanted[0])
    counts.rows_wrong += bool(wrong)
    counts.fitting += bool(right)
    if wrong or recalled < len(wanted) or (wanted and symbols[0] not in wanted[0]):
        counts.errors.append(
            f"{row.title} | {row.summary[:90]}\n      tagged {symbols}, want {row.want}, wrong {wrong}"
        )


def load_equivalents(path: Path | None) -> dict[str, set[str]]:
    """Return all lines of a company by each of them, from a file of canonical symbols and equivalents."""
    groups: dict[str, set[str]] = defaultdict(set)
    for line in path.read_text(encoding="utf-8").splitlines()[1:] if path else []:
        canonical, others = line.split("\t")
        group = {canonical, *others.split("|")}
        for symbol in group:
            groups[symbol] |= group
    return groups


def print_accuracy(paths: list[Path], equivalents: dict[str, set[str]], *, shows_errors: bool, kind: str) -> None:
    """Print the table of kinds, and with `shows_errors` the headlines that are not as labelled."""
    matcher = Matcher(load_shipped())
    counts_by_kind: dict[str, KindCounts] = defaultdict(KindCounts)
    for path in paths:
        for row in load_rows(path):
            symbols = [instrument.symbol for instrument in matcher.tag(row.title, row.summary)]
            judge(row, symbols, counts_by_kind[find_kind(row) if kind == "auto" else path.stem], equivalents)
    print("| kind | headlines | precision | recall | F1 | first right | with a wrong tag | with a fitting tag |")
    print("|---|---|---|---|---|---|---|---|")
    for name, counts in counts_by_kind.items():
        precision = counts.right / counts.tags if counts.tags else 1
        recall = counts.recalled / counts.wanted if counts.wanted else 1
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0
        print(
            f"| {name} | {counts.rows} | {precision:.3f} | {recall:.3f} | {f1:.3f}"
            f" | {counts.first_right / counts.rows:.3f} | {counts.rows_wrong / counts.rows:.3f}"
            f" | {counts.fitting / counts.rows:.3f} |"
        )
    for name, counts in counts_by_kind.items() if shows_errors else ():
        print(f"\n{name}:", *counts.errors, sep="\n  ")


def print_speed(path: Path) -> None:
    """Print headlines per second of processor time, the best of five, and the most frequent symbols."""
    with path.open(encoding="utf-8", newline="") as file:
        titles = [row["title"] for row in csv.DictReader(file)]
    records = load_shipped()
    started = time.process_time()
    matcher = Matcher(records)
    print(f"\n{len(records)} instruments, built in {(time.process_time() - started) * 1000:.0f} ms")
    best = min(_time(matcher, titles) for _ in range(5))
    print(f"{len(titles) / best:,.0f} headlines/s, {1e6 * best / len(titles):.0f} us each")
    counts = Counter(instrument.symbol for title in titles for instrument in matcher.tag(title))
    tagged = sum(bool(matcher.tag(title)) for title in titles)
    print(f"{tagged / len(titles):.1%} tagged; most frequent: {counts.most_common(30)}")


def _time(matcher: Matcher, titles: list[str]) -> float:
    started = time.process_time()
    for title in titles:
        matcher.tag(title)
    return time.process_time() - started


def main() -> None:
    """Print what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--equivalents", type=Path)
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--by-file", action="store_true", help="a kind for each file instead of by rule")
    parser.add_argument("--speed", type=Path, help="a CSV file with a column title")
    arguments = parser.parse_args()
    if arguments.files:
        equivalents = load_equivalents(arguments.equivalents)
        kind = "file" if arguments.by_file else "auto"
        print_accuracy(arguments.files, equivalents, shows_errors=arguments.errors, kind=kind)
    if arguments.speed:
        print_speed(arguments.speed)


if __name__ == "__main__":
    main()

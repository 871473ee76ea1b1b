import pytest

from news.instruments.marked_symbols import find_marked_symbols, is_initials


def find(text: str) -> list[str]:
    return [symbol.symbol for symbol in find_marked_symbols(text)]


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("Acme (NYSE: ACM) rises", ["ACM"]),
        ("Acme (NYSE:ACM.PR.A)", ["ACM.PR.A"]),
        ("Acme (NYSE \u2013 ACMQ)", ["ACMQ"]),
        ("Acme (NasdaqGS:ACMQ)", ["ACMQ"]),
        ("Acme (Nasdaq Capital Market: ACMQ)", ["ACMQ"]),
        ("Acme (ticker: ACMQ)", ["ACMQ"]),
        ("Acme (TSXV: ACM) (OTCQB: ACMEF) closes", ["ACM.V", "ACMEF"]),
        ("Acme (TSX: ACM; OTCQX: ACMEF)", ["ACM.TO", "ACMEF"]),
        ("Acme (NYSE/TSX: SHOP)", ["SHOP"]),
        ("Acme (NASDAQ: GOOG, GOOGL)", ["GOOG", "GOOGL"]),
        ("Acme (LSE: VOD)", ["VOD.L"]),
        ("Acme (LON:VOD)", ["VOD.L"]),
        ("Acme (SEHK: 9988)", ["9988.HK"]),
        ("Acme (HKEX: 700)", ["0700.HK"]),
        ("Acme (TYO: 7203)", ["7203.T"]),
        ("Acme (TSE: 7203)", ["7203.T"]),
        ("Acme (TSE: SHOP)", ["SHOP.TO"]),
        ("Acme (NSE: INFY)", ["INFY.NS"]),
        ("Acme (Euronext Paris: AIR)", ["AIR.PA"]),
        ("Acme (XETRA: SAP)", ["SAP.DE"]),
        ("Acme (Nasdaq Stockholm: STEK B)", ["STEK-B.ST"]),
        ("NYSE:F and (Nasdaq:MSFT)", ["F", "MSFT"]),
        ("NYSE: F is a listing, (NYSE: F, GM) are two", ["F", "GM"]),
        ("NYSE: trading halts", []),
        ("London: A city in fear", []),
        ("Stocks - NYSE", []),
    ],
)
def test_find_marked_symbols_after_exchange_gives_its_line(text, symbols):
    assert find(text) == symbols


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("$AAPL and $BRK.B rise", ["AAPL", "BRK.B"]),
        ("$AAPL/$MSFT pair", ["AAPL", "MSFT"]),
        ("$BTC breaks 100k", ["BTC-USD"]),
        ("$SOL slides", ["SOL-USD"]),
        ("$SPX at a record", ["^GSPC"]),
        ("$T jumps", ["T"]),
        ("$F, $T and $C report", ["F", "T", "C"]),
        ("Costs rose $B in 2020", []),
        ("Raises $100 million, $2B and US$A", []),
        ("Paid in $USD or $EUR, in $US terms", []),
    ],
)
def test_find_marked_symbols_cashtags_are_no_amounts(text, symbols):
    assert find(text) == symbols


def test_is_initials_of_the_words_before():
    assert is_initials("AI", "Artificial Intelligence")
    assert is_initials("RBI", "Reserve Bank of India")
    assert not is_initials("AAPL", "Apple Inc.")

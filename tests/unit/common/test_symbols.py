"""The forms of a symbol and the one that is kept."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from common.parsing import parse_ticker

WELL_FORMED = r"[A-Z0-9^][A-Z0-9.^=&_-]{0,19}"
FORMS = {
    "AAPL": [
        "aapl", " AAPL ", "$AAPL", "$ aapl", "NASDAQ:AAPL", "nasdaq: aapl", "NasdaqGS:AAPL", "Nasdaq GS: AAPL",
        "Nasdaq Capital Market: AAPL", "US:AAPL", "AAPL:US", "AAPL US", "AAPL UW Equity", "AAPL US Equity", "AAPL.US",
        "AAPL.O", "AAPL.OQ", "AAPL-US", "NASDAQ:$AAPL", "OTC Pink: AAPL",
    ],
    "IBM": ["NYSE: IBM", "NYSE:IBM", "IBM.N", "IBM UN", "NYSE American: IBM", "NYSEARCA:IBM"],
    "BRK.B": ["BRK.B", "BRK-B", "BRK/B", "brk/b", "BRK/B US", "BRK/B US Equity", "NYSE:BRK.B", "BRK-B.US"],
    "BAC.PR.B": ["BAC-PB", "BAC^B", "BAC/PRB", "BAC-PR-B", "BAC.PR.B", "NYSE:BAC.PR.B"],
    "BTC-USD": [
        "BTC-USD", "BTC/USD", "BTCUSD", "BTCUSDT", "BTC/USDT", "BTC-USDT", "btc_usdc", "BINANCE:BTCUSDT",
        "COINBASE:BTCUSD", "COINBASE:BTC-USD", "KRAKEN:XBTUSD", "Crypto.com: BTC/USD",
    ],
    "ETH-EUR": ["ETH-EUR", "ETH/EUR", "KRAKEN:ETHEUR"],
    "WIF-USD": ["WIF/USDT", "BINANCE:WIFUSDT"],
    "EURUSD=X": ["EURUSD=X", "EUR/USD", "EURUSD", "FX:EURUSD", "OANDA:EUR_USD"],
    "INFY.NS": ["INFY.NS", "NSE:INFY", "NSE: INFY", "INFY IN", "INFY.NSE", "NSE:INFY.NS"],
    "500209.BO": ["BOM:500209", "BSE:500209", "500209 IB"],
    "M&M.NS": ["M&M.NS", "NSE:M&M"],
    "VOD.L": ["VOD.L", "LON:VOD", "LSE:VOD", "VOD LN", "VOD:LN", "VOD LN Equity", "VOD.LSE"],
    "BP.L": ["LON:BP.", "LSE: BP"],
    "BT-A.L": ["LON:BT.A", "BT/A LN"],
    "0700.HK": ["0700.HK", "700.HK", "00700.HK", "HKG:0700", "HKG:700", "SEHK: 700", "700 HK", "700 HK Equity"],
    "7203.T": ["7203.T", "TYO:7203", "TSE:7203", "7203 JP", "7203 JT"],
    "SAP.DE": ["SAP.DE", "XETRA:SAP", "ETR:SAP", "XETR:SAP", "SAP GY", "SAP.XETRA"],
    "MC.PA": ["MC.PA", "EPA:MC", "MC FP"],
    "SHOP.TO": ["SHOP.TO", "TSX:SHOP", "TSE:SHOP", "SHOP CN"],
    "RCI-B.TO": ["RCI-B.TO", "TSX:RCI.B", "TSX: RCI-B"],
    "ACM.V": ["TSXV: ACM", "TSX-V:ACM", "CVE:ACM"],
    "BHP.AX": ["BHP.AX", "ASX:BHP", "BHP AU"],
    "005930.KS": ["005930.KS", "KRX:005930", "005930 KS"],
    "VOLV-B.ST": ["VOLV-B.ST", "STO:VOLV-B", "STO:VOLV_B"],
    "600519.SS": ["SHA:600519", "600519.SHG"],
    "^GSPC": ["^GSPC", "^gspc"],
    "ES=F": ["ES=F"],
    "RELIANCE.NS": ["RELIANCE.NS"],
    "DX-Y.NYB": ["DX-Y.NYB"],
    "HEI.A": ["HEI.A", "HEI-A"],
}  # fmt: skip


@pytest.mark.parametrize(("text", "symbol"), [(form, symbol) for symbol, forms in FORMS.items() for form in forms])
def test_parse_ticker_form_of_symbol_is_canonical(text: str, symbol: str) -> None:
    assert parse_ticker(text) == symbol


@pytest.mark.parametrize("text", ["FOO:AAPL", "EURONEXT:MC", ":AAPL", "AAPL:", "NSE:", "BINANCE:BTCUSDT.P", "a:b:c"])
def test_parse_ticker_unknown_exchange_is_refused_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=r"names no market here; write it as Yahoo Finance does|must be 1 to 20"):
        parse_ticker(text)


@given(st.from_regex(WELL_FORMED, fullmatch=True))
@example("A-US.O")
@example("AAAAA.PRA")
@example("A" * 20)
def test_parse_ticker_well_formed_symbol_stays_well_formed_and_stable(symbol: str) -> None:
    canonical = parse_ticker(symbol)

    assert re.fullmatch(WELL_FORMED, canonical)
    assert parse_ticker(canonical) == canonical


@given(st.text(max_size=70))
def test_parse_ticker_any_text_is_well_formed_or_refused(text: str) -> None:
    try:
        symbol = parse_ticker(text)
    except ValueError:
        return
    assert re.fullmatch(WELL_FORMED, symbol)

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
        "AAPL.XNAS", "XNAS:AAPL", "AAPL:NSQ", "AAPL:NASDAQ", "AAPL UF Equity",
    ],
    "IBM": ["NYSE: IBM", "NYSE:IBM", "IBM.N", "IBM UN", "NYSE American: IBM", "NYSEARCA:IBM"],
    "BRK.B": ["BRKb.N", "BRK B", "BRK B US", "BRK.B-US", "BRK.B", "BRK-B", "BRK/B", "brk/b", "BRK/B US",
              "BRK/B US Equity", "NYSE:BRK.B", "BRK-B.US"],
    "BAC.PR.B": ["BAC PRB", "BAC-PB", "BAC^B", "BAC/PRB", "BAC-PR-B", "BAC.PR.B", "NYSE:BAC.PR.B"],
    "BTC-USD": [
        "BTC-USD", "BTC/USD", "BTCUSD", "BTCUSDT", "BTC/USDT", "BTC-USDT", "btc_usdc", "BINANCE:BTCUSDT",
        "COINBASE:BTCUSD", "COINBASE:BTC-USD", "KRAKEN:XBTUSD", "Crypto.com: BTC/USD",
        "X:BTCUSD", "CURRENCY:BTCUSD", "BTC.X", "$BTC.X", "$BTC", "BTC USD",
    ],
    "DOGE-USD": ["$DOGE", "$DOGE.X", "X:DOGEUSD"],
    "ETH-EUR": ["ETH-EUR", "ETH/EUR", "KRAKEN:ETHEUR"],
    "WIF-USD": ["WIF/USDT", "BINANCE:WIFUSDT"],
    "EURUSD=X": ["EURUSD=X", "EUR/USD", "EURUSD", "FX:EURUSD", "OANDA:EUR_USD", "C:EURUSD", "EUR=", "EUR USD",
                 "EURUSD Curncy"],
    "USDJPY=X": ["USDJPY=X", "USD/JPY", "JPY=X", "JPY=", "CURRENCY:USDJPY"],
    "INFY.NS": ["INFY.NS", "NSE:INFY", "NSE: INFY", "INFY IN", "INFY.NSE", "NSE:INFY.NS"],
    "500209.BO": ["BOM:500209", "BSE:500209", "500209 IB"],
    "M&M.NS": ["M&M.NS", "NSE:M&M"],
    "VOD.L": ["VOD.L", "LON:VOD", "LSE:VOD", "VOD LN", "VOD:LN", "VOD LN Equity", "VOD.LSE", "VOD:LSE", "VOD.XLON",
              "VOD-GB", "VOD.LN", "VOD.UK"],
    "BP.L": ["LON:BP.", "LSE: BP"],
    "BT-A.L": ["LON:BT.A", "BT/A LN"],
    "0700.HK": ["0700.HK", "700.HK", "00700.HK", "HKG:0700", "HKG:700", "SEHK: 700", "700 HK", "700 HK Equity",
                "700-HK", "700:HKG"],
    "7203.T": ["7203-JP", "7203.JP", "7203:TYO", "7203.XTKS", "7203.T", "TYO:7203", "TSE:7203", "7203 JP", "7203 JT"],
    "SAP.DE": ["SAP.DE", "XETRA:SAP", "ETR:SAP", "XETR:SAP", "SAP GY", "SAP.XETRA", "SAP GR", "SAP.GR", "SAP:GER"],
    "SAP.SG": ["SAP GS", "STU:SAP"],
    "ROG.SW": ["ROG.SW", "ROG.S", "ROG SW", "ROG SE", "ROG VX", "SWX:ROG", "ROG-CH"],
    "NPN.JO": ["NPN.JO", "NPN.J", "NPN SJ", "JSE:NPN"],
    "VALE3.SA": ["VALE3.SA", "VALE3 BZ", "VALE3 BS", "BVMF:VALE3", "VALE3-BR"],
    "QNBK.QA": ["QNBK QD", "QNBK.QA"],
    "MC.PA": ["MC.PA", "EPA:MC", "MC FP"],
    "SHOP.TO": ["SHOP.TO", "TSX:SHOP", "TSE:SHOP", "SHOP CN"],
    "RCI-B.TO": ["RCI-B.TO", "TSX:RCI.B", "TSX: RCI-B"],
    "ACM.V": ["TSXV: ACM", "TSX-V:ACM", "CVE:ACM"],
    "BHP.AX": ["BHP.AX", "ASX:BHP", "BHP AU"],
    "005930.KS": ["005930.KS", "KRX:005930", "005930 KS"],
    "VOLV-B.ST": ["VOLV-B.ST", "STO:VOLV-B", "STO:VOLV_B", "VOLVb.ST", "VOLV B SS"],
    "600519.SS": ["SHA:600519", "600519.SHG", "600519 CH", "600519 CG", "600519.SH", "SH600519", "sh600519",
                  "600519-CN",
                  "600519.XSHG", "SH:600519"],
    "000001.SZ": ["000001 CH", "000001 CS", "SZ000001", "000001-CN", "SHE:000001", "000001.XSHE"],
    "900901.SS": ["900901 CH"],
    "200011.SZ": ["200011 CH Equity"],
    "^GSPC": ["^GSPC", "^gspc", ".SPX", ".INX", "I:SPX", "SPX Index", "SP:SPX", "INDEXSP:.INX", "TVC:SPX", "$SPX"],
    "^DJI": ["^DJI", ".DJI", "INDEXDJX:.DJI", "INDU Index", "DJ:DJI", "$DJI"],
    "^N225": ["^N225", ".N225", "NKY Index", "INDEXNIKKEI:NI225"],
    "^GDAXI": [".GDAXI", "DAX Index", "INDEXDB:DAX"],
    "^MERV": [".MERV"],
    "000001.SS": [".SSEC", "SHCOMP Index", "000001.SS"],
    "ES=F": ["ES=F", "ES1!", "CME_MINI:ES1!", "ESc1"],
    "CL=F": ["NYMEX:CL1!", "CLc1"],
    "RELIANCE.NS": ["RELIANCE.NS"],
    "DX-Y.NYB": ["DX-Y.NYB"],
    "HEI.A": ["HEI.A", "HEI-A"],
    "FOO-N": ["FOO-N"],  # no class: .N is the New York Stock Exchange
    "BTC": ["BTC", "NYSEARCA:BTC"],
    "LTC": ["LTC", "NYSE:LTC", "LTC US"],
}  # fmt: skip


@pytest.mark.parametrize(("text", "symbol"), [(form, symbol) for symbol, forms in FORMS.items() for form in forms])
def test_parse_ticker_form_of_symbol_is_canonical(text: str, symbol: str) -> None:
    assert parse_ticker(text) == symbol


@pytest.mark.parametrize("text", ["FOO:AAPL", "EURONEXT:MC", ":AAPL", "AAPL:", "NSE:", "BINANCE:BTCUSDT.P", "a:b:c"])
def test_parse_ticker_unknown_exchange_is_rejected_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=r"names no market here; write it as Yahoo Finance does|must be 1 to 20"):
        parse_ticker(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("$LTC", "is a crypto asset and a stock; write LTC-USD or LTC"),
        ("$SOL", "write SOL-USD or SOL"),
        ("AAPL MSFT", "ends in 'MSFT', which names no market here; .* separate several symbols by commas"),
        ("A B", "ends in 'B', which names no market here"),
        ("AAPL F", "ends in 'F', which names no market here"),
        ("BRK B XX", "ends in 'XX', which names no market here"),
        ("830799 CH", "has '830799' in China, which is neither Shanghai's nor Shenzhen's"),
        ("BABA CH", "has 'BABA' in China"),
        ("FOO Index", "has the index 'FOO', which is not known here"),
        ("I:FOO", "has the index 'FOO', which is not known here"),
        ("O:SPY251219C00650000", "has the exchange 'O', which names no market here"),
        ("CL1 Comdty", "ends in 'COMDTY', which names no market here"),
    ],
)
def test_parse_ticker_ambiguous_form_is_rejected_with_the_cure(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_ticker(text)


@given(st.from_regex(WELL_FORMED, fullmatch=True))
@example("A-US.O")
@example("AAAAA.PRA")
@example("A" * 20)
@example("A-DE")
@example("AB-GB")
@example("000001-CN")
@example("BTC.X")
@example("USD=X")
@example("A.S")
def test_parse_ticker_well_formed_symbol_stays_well_formed_and_stable(symbol: str) -> None:
    canonical = parse_ticker(symbol)

    assert re.fullmatch(WELL_FORMED, canonical)
    assert parse_ticker(canonical) == canonical


@given(st.text(max_size=70))
def test_parse_ticker_any_text_is_well_formed_or_rejected(text: str) -> None:
    try:
        symbol = parse_ticker(text)
    except ValueError:
        return
    assert re.fullmatch(WELL_FORMED, symbol)

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.tagging import KindCounts, judge, load_equivalents, load_rows
from common.parsing import TICKER_PATTERN
from news.instruments.book import InstrumentRecord, load_shipped
from news.instruments.tagging import Matcher

LABELLED = Path(__file__).with_name("labelled")
EQUIVALENTS = Path(__file__).with_name("equivalents.tsv")


@cache
def get_matcher() -> Matcher:
    return Matcher(load_shipped())


def tag(title: str, summary: str = "", **options) -> list[str]:
    return [instrument.symbol for instrument in get_matcher().tag(title, summary, **options)]


def count(name: str) -> KindCounts:
    result = KindCounts()
    for row in load_rows(LABELLED / f"{name}.tsv"):
        judge(row, tag(row.title, row.summary), result, load_equivalents(EQUIVALENTS))
    return result


@pytest.mark.parametrize("name", ["companies", "marks", "summaries", "feeds", "earlier"])
def test_tag_labelled_companies_reach_precision_and_recall(name):
    result = count(name)

    assert result.right >= 0.97 * result.tags, result.errors
    assert result.recalled >= 0.94 * result.wanted, result.errors


@pytest.mark.parametrize("name", ["traps", "footers"])
def test_tag_labelled_traps_and_footers_have_hardly_a_wrong_tag(name):
    result = count(name)

    assert result.rows_wrong <= 0.02 * result.rows, result.errors


def test_tag_labelled_calls_of_brokers_are_about_the_company():
    result = count("brokers")

    assert result.first_right >= 0.98 * result.rows, result.errors


def test_tag_labelled_market_news_has_a_fitting_instrument():
    result = count("market_wide")

    assert result.fitting >= 0.97 * result.rows, result.errors


@pytest.mark.parametrize(
    ("title", "symbols"),
    [
        ("Apple shares slip", ["AAPL"]),
        ("APPLE SHARES SLIP", ["AAPL"]),
        ("apple shares slip", ["AAPL"]),
        ("Apple Shares Slip", ["AAPL"]),
        ("Apple growers fear frost", []),
        ("APPLE GROWERS FEAR FROST", []),
        ("apple growers fear frost", []),
        ("Apple Growers Fear Frost", []),
    ],
)
def test_tag_ordinary_word_needs_a_company_in_all_cases(title, symbols):
    assert tag(title) == symbols


@pytest.mark.parametrize(
    ("title", "symbols"),
    [
        ("Intel shows troops massing at border", []),
        ("Intel shows chips for laptops", ["INTC"]),
        ("Best buy guides for winter tyres", []),
        ("Best Buy lifts outlook", ["BBY"]),
        ("General dynamics of the debate shift", []),
        ("General Dynamics wins order", ["GD"]),
        ("Progressive group launches campaign", []),
        ("Southern Company of Players stages Hamlet", []),
        ("Block Inc raises outlook", ["XYZ"]),
        ("Gap opens between pupils", []),
        ("Oracle or fraud?", []),
        ("TARGET CUTS 1,800 CORPORATE JOBS", ["TGT"]),
        ("Activist takes stake in Target", ["TGT"]),
        ("Intel in talks to buy start-up", ["INTC"]),
        ("Intel foundry chief to leave", ["INTC"]),
        ("Lululemon founder seeks board seats", ["LULU"]),
        ("Lululemon founder opens ramen shop", []),
    ],
)
def test_tag_ordinary_word_needs_business_and_no_other_topic(title, symbols):
    assert tag(title) == symbols


@pytest.mark.parametrize(
    ("title", "symbols"),
    [
        ("M S Mehta named vice-chancellor", []),
        ("M&S profit rises", ["MKS.L"]),
        ("Banks, IT and FMCG lead hiring", []),
        ("Samir Shah, MD, and staff cheer", []),
        ("MU, AVGO lead gains", ["MU", "AVGO"]),
        ("ibm profit rises", ["IBM"]),
        ("gm recalls trucks", ["GM"]),
        ("ups and downs of a season", []),
        ("Pony.ai and Pony AI are one", ["PONY"]),
        ("MGM raises forecast", ["MGM"]),
        ("Oil India raises forecast", ["OIL.NS"]),
    ],
)
def test_tag_letters_and_spellings_mean_the_company_only(title, symbols):
    assert tag(title) == symbols


def test_tag_title_of_white_space_before_a_name_is_searched():
    assert tag("\tApple shares slip") == ["AAPL"]


def test_tag_quarters_are_no_companies():
    assert tag("Infosys Q2 profit rises; H1 revenue up, FY27 guidance kept") == ["INFY.NS"]
    assert tag("Q2, Q3 and H1 dates for the diary") == []


def test_tag_broker_that_speaks_is_left_out_and_its_own_news_is_kept():
    assert tag("Goldman Sachs downgrades Tesla to sell") == ["TSLA"]
    assert tag("Tesla Target Cut to $120 at Barclays") == ["TSLA"]
    assert tag("Demand for Nvidia is strong, says Morgan Stanley") == ["NVDA"]
    assert tag("Goldman Sachs profit jumps") == ["GS"]


def test_tag_topic_of_untagged_news_is_named_by_no_text():
    matcher = Matcher([InstrumentRecord("MARKET", "General market news", "topic", ("market wrap",))])

    assert matcher.tag("General market news: market wrap") == []


def test_tag_broker_alone_is_secondary():
    (instrument,) = get_matcher().tag("Barclays upgrades Quellwasser to overweight")

    assert (instrument.symbol, instrument.is_secondary) == ("BCS", True)
    assert instrument.relevance <= 0.3


def test_tag_publisher_after_title_is_no_tag():
    assert tag("Shoe prices climb - Fox Business") == []
    assert tag("Shoe prices climb | Example Motors", source="Example Motors") == []
    assert tag("Nissan plans cuts, Nikkei reports") == ["7201.T"]


def test_tag_names_stand_in_the_text_as_written():
    (instrument,) = get_matcher().tag("TESLA beats; Tesla's margin widens")

    assert instrument.names == ("TESLA", "Tesla")


def test_tag_company_of_the_title_precedes_oil_in_passing():
    instruments = get_matcher().tag("Exxon profit falls as oil prices slide")

    assert instruments[0].symbol == "XOM"
    assert all(instrument.relevance <= 0.4 for instrument in instruments[1:])


def test_tag_summary_is_searched_for_what_the_title_lacks():
    assert tag("Chipmaker lifts forecast", "Micron said demand for memory was strong.") == ["MU"]
    assert tag("Ford delays van", "Volkswagen had planned to build it.") == ["F"]
    assert tag("Police close road", "A Tesla had broken down. Follow us on Facebook.") == []


def test_tag_summary_only_tag_has_the_words_of_the_summary():
    (instrument,) = get_matcher().tag("Chipmaker lifts forecast", "Micron said demand for memory was strong.")

    assert instrument.names == ("Micron",)
    assert instrument.relevance < 0.6


def test_tag_given_symbols_are_the_result_with_names_of_the_text():
    instruments = get_matcher().tag("Ford and Tesla cut prices", own_tickers=["ZZZZ", "TSLA", "F"])

    assert [(instrument.symbol, instrument.names) for instrument in instruments] == [
        ("F", ("Ford",)),
        ("TSLA", ("Tesla",)),
        ("ZZZZ", ()),
    ]


def test_tag_given_broker_that_speaks_is_kept_as_secondary():
    instruments = get_matcher().tag("Goldman Sachs downgrades Tesla", own_tickers=["GS", "TSLA"])

    assert [(instrument.symbol, instrument.is_secondary) for instrument in instruments] == [
        ("TSLA", False),
        ("GS", True),
    ]


def test_tag_given_symbol_of_another_line_takes_the_name():
    (instrument,) = get_matcher().tag("Vodafone sells masts", own_tickers=["VOD.L"])

    assert instrument.names == ("Vodafone",)


@pytest.mark.parametrize(
    ("title", "symbols"),
    [
        ("Bloom raises forecast", ["BLM"]),
        ("Bloom's chief executive quits", ["BLM"]),
        ("BLOOM SHARES SOAR", ["BLM"]),
        ("Cherry bloom draws crowds", []),
        ("Algae Bloom Closes Beaches", []),
        ("ALGAE BLOOM CLOSES BEACHES", []),
        ("Bloom festival opens", []),
        ("Sarah shares jump 10%", ["SRH"]),
        ("Sarah Miller wins marathon", []),
        ("Police search for Sarah", []),
        ("Quellwasser opens plant", ["QUW"]),
        ("QUELLWASSER OPENS PLANT", ["QUW"]),
        ("QWSR jumps", ["QUW"]),
        ("qwsr jumps", []),
        ("Bloom energy drink recalled", []),
    ],
)
def test_tag_name_that_a_user_adds_follows_the_same_rules(title, symbols):
    matcher = Matcher(
        [
            InstrumentRecord("BLM", "Bloom Industries Inc.", "company", ("Bloom",), ("Bloom energy drink",)),
            InstrumentRecord("SRH", "Sarah Foods plc", "company", ("Sarah",)),
            InstrumentRecord("QUW", "Quellwasser AG", "company", ("QWSR",)),
        ]
    )

    assert [instrument.symbol for instrument in matcher.tag(title)] == symbols


def test_matcher_without_instruments_finds_symbols_only():
    matcher = Matcher([])

    assert matcher.tag("Apple beats") == []
    assert [instrument.symbol for instrument in matcher.tag("Acme (NYSE: ACM) beats")] == ["ACM"]


def test_explain_says_what_was_kept_and_left_out_by_which_rule():
    decisions = get_matcher().explain("Goldman Sachs downgrades Tesla - Fox Business")

    assert [(decision.words, decision.symbol, decision.is_kept) for decision in decisions] == [
        ("Goldman Sachs", "GS", False),
        ("Tesla", "TSLA", True),
        (" - Fox Business", "", False),
        ("Fox", "", False),
    ]
    assert decisions[0].rule == "it only gives its opinion of another"


def test_explain_of_a_trap_names_the_rule():
    (ordinary,) = get_matcher().explain("Apple pancakes for breakfast")
    (excluded,) = get_matcher().explain("Apple growers fear frost")

    assert not ordinary.is_kept
    assert not excluded.is_kept
    assert ordinary.rule.startswith("ordinary word without a company's context")
    assert excluded.rule == "in an excluded phrase"


def test_explain_of_a_name_in_the_summary_says_where_it_stands():
    decisions = get_matcher().explain("Chipmaker lifts forecast", "Micron said demand was strong.")

    assert [(decision.words, decision.is_kept, decision.is_in_summary) for decision in decisions] == [
        ("Micron", True, True)
    ]


PIECES = st.sampled_from(
    [
        *("Apple", "Target", "Ford,", "Goldman", "Sachs", "downgrades", "upgrades", "Tesla", "(NYSE:", "GM)", "$AAPL"),
        *("$B", "GM", "BP", "oil", "gold", "prices", "fall", "Dow", "Nasdaq:", "on", "says", "'Nikkei", "reports", "-"),
        *("Fox", "Business", "Photo:", "Getty\u2019s", "İİ", "ẞ", "(TSX:", "SHOP)", "25", "Q2", "Uber-backed", "Fed"),
    ]
)


@given(
    st.text(max_size=300) | st.lists(PIECES, max_size=25).map(" ".join),
    st.text(max_size=200),
    st.booleans(),
)
def test_tag_any_text_gives_canonical_symbols_once_and_names_of_the_text(title, summary, is_upper):
    title = title.upper() if is_upper else title

    instruments = get_matcher().tag(title, summary)

    symbols = [instrument.symbol for instrument in instruments]
    assert all(TICKER_PATTERN.fullmatch(symbol) and symbol == symbol.upper() for symbol in symbols)
    assert len(set(symbols)) == len(symbols)
    for instrument in instruments:
        assert 0 < instrument.relevance <= 1
        assert instrument.names
        assert all(name and (name in title or name in summary) for name in instrument.names)
    assert "MARKET" not in symbols


def test_tag_tells_relevance_apart_by_order():
    instruments = get_matcher().tag("Tesla, GM and Ford lobby on tariffs")

    assert [instrument.symbol for instrument in instruments] == ["TSLA", "GM", "F"]
    assert instruments[0].relevance > instruments[1].relevance > instruments[2].relevance

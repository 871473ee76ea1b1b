"""Signed numbers, compared amounts, ratings, courts, streaks, guidance and other idioms; other languages."""

import pytest

from news.scoring import EMBEDDED, load_scorer
from news.scoring.extraction import extract_features
from news.scoring.language import detect_language
from news.scoring.lexicon_tagger import BRACKET_SIGN, tokenize
from news.scoring.ratings import find_ratings


def get_label(text: str) -> str:
    return load_scorer(EMBEDDED).score([text])[0].label


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zorva +30%", ["zorva", "+", "30", "%"]),
        ("Zorva -30%", ["zorva", "-", "30", "%"]),
        ("Zorva \N{MINUS SIGN}30%", ["zorva", "-", "30", "%"]),
        ("Zorva \N{EN DASH}30%", ["zorva", "-", "30", "%"]),
        ("Zorva - 30 percent", ["zorva", "-", "30", "percent"]),
        ("Zorva (30%)", ["zorva", BRACKET_SIGN, "30", "%"]),
        ("Zorva (ZRV) -$400m", ["zorva", "-", "$", "400", "m"]),
        ("Zorva sees growth of 5%-7%", ["zorva", "sees", "growth", "of", "5", "%", "7", "%"]),
        ("Margin 12% (8%)", ["margin", "12", "%", "(", "8", "%"]),
        ("Zorva - 5 things", ["zorva", "5", "things"]),
        ("52-week low", ["52", "week", "low"]),
        ("2019\N{EN DASH}24 plan", ["2019", "24", "plan"]),
    ],
)
def test_tokenize_sign_of_amount_is_kept(text: str, expected: list[str]) -> None:
    assert tokenize(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zorva sales growth -2%", [-1]),
        ("Zorva costs -2%", [1]),
        ("Zorva shares (30%)", [-1]),
        ("Zorva rises sharply (30%)", [1]),
        ("Zorva costs +2%", [-1]),
        ("Snap +30%", [1]),
        ("Pretax loss of $2 mn compared with loss of $9 mn", [1]),
        ("Operating loss of EUR -9 mn vs EUR -2 mn", [-1]),
        ("Zorva EPS $1.30, est. $1.39", [-1]),
        ("Zorva earns $1.20 a share versus 95 cents", [1]),
        ("Delinquency rate declines to 3.2% from 3.8%", [1, 1]),
        ("Profit of $3 mn compared to $3 mn a year ago", []),
        ("Zorva swings to profit of 14 mn versus loss of 6 mn", [1]),
        ("Toxic debt sinks lender", [-1]),
        ("Tariffs lifted on Zorva steel", [1]),
        ("Study fails, shares dive", [-1, -1]),
        ("Study fails and shares dive", [-1, -1]),
        ("Study fails; shares dive", [-1, -1]),
        ("Study fails as shares dive", [-1, -1]),
        ("Study fails to sink shares", [1]),
        ("Zorva fails to lift profit", [-1]),
        ("No pact, shares dive", [-1]),
        ("No sharp dive in shares", [1]),
    ],
)
def test_extract_features_amounts_gives_signals(text: str, expected: list[int]) -> None:
    assert [signal.polarity for signal in extract_features(tokenize(text)).signals] == expected


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("zorva upgraded to buy from hold", ["H"]),
        ("zorva cut to hold from buy", ["N"]),
        ("zorva moved to hold from sell", ["H"]),
        ("ubs starts zorva at outperform", ["H"]),
        ("ubs initiates zorva with neutral rating", ["s"]),
        ("zorva price target cut to $ 200 but stays at buy", ["s"]),
        ("zorva target lifted to $ 50 but rating stays at sell", ["s"]),
        ("ubs raises zorva target to $ 95 from $ 80", ["H"]),
        ("ubs keeps zorva at sell", ["N"]),
        ("zorva moves to sell unit", []),
        ("zorva raises $ 2 bn to buy rival", []),
        ("zorva plans to hold meeting", []),
    ],
)
def test_find_ratings_scale_and_target_gives_one_tag(text: str, tags: list[str]) -> None:
    assert [tag for _, _, tag in find_ratings(text)] == tags


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zorva -30% after hours", "negative"),
        ("Zorva +30% after hours", "positive"),
        ("Zorva plunges toward bankruptcy", "negative"),
        ("Zorva on the edge of default", "negative"),
        ("Zorva exits administration", "positive"),
        ("Zorva to pay $95 million to settle privacy suit", "negative"),
        ("Zorva wins $95 million settlement from rival", "positive"),
        ("Zorva loses tax case", "negative"),
        ("Zorva wins tax appeal", "positive"),
        ("Court rejects lawsuit against Zorva", "positive"),
        ("Court rejects Zorva appeal", "negative"),
        ("Zorva cut to underperform", "negative"),
        ("UBS starts Zorva at hold", "neutral"),
        ("Zorva price target cut to $200 but stays at buy", "neutral"),
        ("Gold settles at a record high", "positive"),
        ("Zorva closes at 52-week low", "negative"),
        ("Never been more bullish on Zorva", "positive"),
        ("Never been more bearish on Zorva", "negative"),
        ("Zorva drug meets its main goal", "positive"),
        ("Zorva drug fails to meet its main goal", "negative"),
        ("Zorva bad-loan ratio falls to 2% from 3%", "positive"),
        ("Zorva snaps losing streak with 24.6% gain", "positive"),
        ("Zorva snaps five-day winning streak", "negative"),
        ("Zorva results less bad than feared", "positive"),
        ("Zorva results worse than feared", "negative"),
        ("Zorva guides above consensus", "positive"),
        ("Zorva guides below consensus", "negative"),
        ("Zorva withdraws guidance", "negative"),
        ("Zorva reaffirms guidance", "neutral"),
        ("Oil drops 5%, lifting airlines", "positive"),
        ("Surge Energy declares dividend", "neutral"),
        ("Asthma study fails, stock plunges 31%", "negative"),
        ("Talks fail and Zorva shares slide", "negative"),
        ("Vote fails; Zorva bonds sink", "negative"),
        ("No agreement, Zorva shares tumble", "negative"),
        ("Zorva fails to stem losses", "negative"),
        ("Zorva bags $70 million order for frozen fish", "positive"),
        ("Zorva lands 30 million euro order for harbour cranes", "positive"),
        ("Zorva wins deal worth $2 billion for trams", "positive"),
        ("Port strike cost Zorva $45 million", "negative"),
        ("Kelmo outage costs Zorva Foods 8 million euros", "negative"),
        ("New duties to cost Zorva about $45 million", "negative"),
        ("Zorva cuts costs by $45 million", "positive"),
        ("Pensioners sue Zorva over fees", "negative"),
        ("Cities sue Zorva", "negative"),
        ("Prosecutors investigate Zorva over invoices", "negative"),
        ("Zorva fined over river spills", "negative"),
        ("Zorva narrows losses as wage costs fall", "positive"),
        ("Zorva pares loss as frozen food costs ease", "positive"),
        ("Zorva warns of $45 million charge", "negative"),
        ("Zorva flags 8 million euro impairment", "negative"),
        ("Zorva expects $45 million loss from recall", "negative"),
        ("Zorva Holding warns of profit surge", "positive"),
        ("Ida Lund takes over at Zorva from March", "neutral"),
        ("Ida Lund takes over as finance chief of Zorva", "neutral"),
        ("Zorva Cloud opens database centre in Oslo", "neutral"),
        ("Zorva Cloud tests cloud storage in Lyon", "neutral"),
        ("Zorva steals market share from rival", "positive"),
        ("Plunge names marketing head", "neutral"),
    ],
)
def test_score_sign_or_idiom_returns_its_label(text: str, expected: str) -> None:
    assert get_label(text) == expected


@pytest.mark.parametrize("analyzer", [EMBEDDED, "minilm"])
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Volkswagen steigert Gewinn im dritten Quartal deutlich", "de"),
        ("Les actions chutent", "fr"),
        ("Telefónica gana un 12% más hasta septiembre", "es"),
        ("Eni: utile in calo nel terzo trimestre", "it"),
        ("Ações da Vale caem após prejuízo", "pt"),
        ("Philips boekt hogere winst in derde kwartaal", "nl"),
        ("Ericsson ökar vinsten mer än väntat", "sv"),
        ("Nokian liikevaihto kasvoi odotettua enemmän", "fi"),
        ("業績が大幅に増加", "ja"),
        ("腾讯第三季度净利润增长", "zh"),
        ("삼성전자 영업이익 급증", "ko"),
        ("Газпром сократил чистую прибыль", "ru"),
        ("أرامكو تعلن عن انخفاض الأرباح", "ar"),
    ],
)
def test_score_other_language_is_marked_and_neutral(analyzer: str, text: str, language: str) -> None:
    (score,) = load_scorer(analyzer).score([text])

    assert (score.language, score.label) == (language, "neutral")
    assert score.probabilities["positive"] == score.probabilities["negative"]
    assert score.score <= 0.5
    assert score.evidence == []


@pytest.mark.parametrize(
    "text",
    [
        "Nestlé profit rises 5%",
        "El Pollo Loco reports record sales",
        "Société Générale shares drop",
        "De Beers sales fall",
        "Los Angeles Times to cut jobs",
        "Zorva under scrutiny",
        "Zorva\N{RIGHT SINGLE QUOTATION MARK}s profit \N{EM DASH} up 5 % to €3 mn",
        "Credit Agricole",
        "",
    ],
)
def test_detect_language_english_with_foreign_names_is_unmarked(text: str) -> None:
    assert detect_language(text, tokenize(text)) == ""


def test_detect_language_unlisted_language_is_asked_of_lingua() -> None:
    text = "Fitimi i kompanisë bie ndjeshëm këtë tremujor"  # Albanian

    assert detect_language(text, tokenize(text)) == "sq"


@pytest.mark.parametrize("text", ["Zxqv Blorp", "Blorp 12%", "12", "🚀🚀", ""])
def test_score_unknown_words_is_near_zero(text: str) -> None:
    (score,) = load_scorer(EMBEDDED).score([text])

    assert score.label == "neutral"
    assert score.probabilities["positive"] == score.probabilities["negative"]

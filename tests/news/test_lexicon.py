import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.scoring import load_scorer
from news.scoring.lexicon import ENTRIES, Analyzer, score_text


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Zorva profit falls 12% in third quarter", "negative"),
        ("Zorva profit rises 12% in third quarter", "positive"),
        ("Losses narrow at Zorva", "positive"),
        ("Losses widen at Zorva", "negative"),
        ("Debt rises at Zorva", "negative"),
        ("Zorva cuts costs", "positive"),
        ("Zorva cuts guidance", "negative"),
        ("Zorva raises guidance", "positive"),
        ("Jobless claims fall", "positive"),
    ],
)
def test_direction_is_judged_by_its_noun(text, label):
    assert score_text(text).label == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Zorva beats estimates", "positive"),
        ("Zorva misses estimates", "negative"),
        ("Zorva swings to loss in second quarter", "negative"),
        ("Zorva swings to profit in second quarter", "positive"),
        ("Zorva shares hit a 52-week high", "positive"),
        ("Zorva issues profit warning", "negative"),
        ("Zorva names new chief financial officer", "neutral"),
    ],
)
def test_fixed_phrases_keep_their_meaning(text, label):
    assert score_text(text).label == label


@pytest.mark.parametrize(
    ("plain", "negated"),
    [
        ("Zorva expects growth", "Zorva does not expect growth"),
        ("Zorva sees trouble in Europe", "Zorva sees no trouble in Europe"),
        ("Zorva’s profit will recover", "Zorva’s profit won’t recover"),  # noqa: RUF001 - typeset apostrophes
    ],
)
def test_negation_turns_over_what_follows_within_three_words(plain, negated):
    assert {score_text(plain).label, score_text(negated).label} == {"positive", "negative"}


def test_negation_out_of_reach_changes_nothing():
    assert score_text("Not one of the many analysts who spoke sees growth").label == "positive"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Zorva averts strike", "positive"),
        ("Zorva snaps losing streak", "positive"),
        ("Zorva ends three-day rally", "negative"),
        ("Zorva ends higher", "positive"),
        ("Zorva ends lower", "negative"),
        ("Zorva pares losses", "positive"),
        ("Zorva halts production", "negative"),
    ],
)
def test_enders_turn_over_what_they_end_and_not_how_a_market_closed(text, label):
    assert score_text(text).label == label


def test_text_without_signal_is_modestly_neutral():
    score = score_text("Zorva to hold talks in Lisbon")

    assert (score.label, score.evidence) == ("neutral", [])
    assert 0.55 < score.score < 0.65


def test_good_and_bad_of_equal_weight_leave_a_headline_neutral():
    assert score_text("Zorva beats estimates but misses on outlook").label == "neutral"


def test_evidence_names_the_deciding_words_strongest_first():
    score = score_text("Zorva shares plunge as costs rise despite strong demand")

    assert score.evidence == ["shares plunge", "costs rise", "strong"]


def test_evidence_names_at_most_five_pieces():
    assert len(score_text("surge soar jump beat win upgrade bullish robust boost").evidence) == 5


def test_stronger_words_are_surer():
    assert score_text("Zorva shares plunge").score > score_text("Zorva shares fall").score


def test_case_does_not_matter():
    assert score_text("ZORVA SHARES PLUNGE") == score_text("Zorva shares plunge")


def test_starred_words_bring_their_forms():
    assert {"raises", "raised", "raising", "crashes", "slumped"} <= ENTRIES.keys()


def test_batch_is_scored_in_order():
    labels = [score.label for score in Analyzer().score(["Zorva soars", "Zorva plunges", "Zorva meets"])]

    assert labels == ["positive", "negative", "neutral"]


def test_it_is_the_analyzer_the_settings_name():
    scorer = load_scorer("lexicon")

    assert (scorer.name, scorer.version) == ("lexicon", "1")
    assert scorer.score([]) == []


@pytest.mark.parametrize(
    "text", ["", " ", "profit " * 300, "业绩大幅增长", "прибыль выросла", "🚀🚀", "not", "ends", "-'-'", "%%%"]
)
def test_any_text_gets_probabilities_that_add_up_to_one(text):
    probabilities = score_text(text).probabilities

    assert probabilities.keys() == {"positive", "neutral", "negative"}
    assert sum(probabilities.values()) == pytest.approx(1)


@given(st.lists(st.sampled_from([*ENTRIES, "zorva", "to", "record", "high"]), max_size=40).map(" ".join) | st.text())
def test_every_score_is_well_formed_and_repeatable(text):
    score = score_text(text)

    assert score == score_text(text)
    assert score.label == max(score.probabilities, key=score.probabilities.__getitem__)
    assert sum(score.probabilities.values()) == pytest.approx(1)
    assert all(0 <= value <= 1 for value in score.probabilities.values())
    assert len(score.evidence) <= 5


def test_it_stands_on_the_standard_library_alone():
    code = "import sys, news.scoring.lexicon; print(*{name.partition('.')[0] for name in sys.modules})"

    printed = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True).stdout

    foreign = {name for name in printed.split() if name not in sys.stdlib_module_names} - {"news", "__main__"}
    assert not {name for name in foreign if not name.startswith("_")}

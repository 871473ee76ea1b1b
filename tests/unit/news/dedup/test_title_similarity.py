"""Titles under one id: the same headline before and after a correction, or two."""

from datetime import timedelta

import pytest

from news.dedup.candidates import get_words
from news.dedup.title_similarity import is_similar

CORRECTED = [
    ("Aple beats estimates", "Apple beats estimates"),
    ("Apple beats teh estimates", "Apple beats the estimates"),
    ("Appel to by Beats for $3 bilion", "Apple to buy Beats for $3 billion"),
    ("Apple Q1 profit rises 5%", "Apple Q1 profit rises 6%"),
    ("Boeing delivers 4.2 million parts in June", "Boeing delivers 4.3 million parts in June"),
    ("Dow falls 1,234 points", "Dow falls 2,345 points"),
    ("Boeing X1 loses order", "Boeing X1 wins order"),
    ("GM profit doubles", "GM profit triples"),
    ("Apple rises", "Apple falls"),
    ("Apple beats estimates", "Apple beats estimates as iPhone sales surge in China"),
    ("Apple in talks to buy chip maker", "Apple not in talks to buy chip maker"),
    ("Ford names new CFO", "Ford names new CEO"),
    ("Fed leaves rates unchanged; traders see cut in March", "Fed leaves rates unchanged, traders see cut in May"),
    ("苹果公司第一季度利润增长5%", "苹果公司第一季度利润增长6%"),
]
OTHERS = [
    ("Apple beats estimates", "Apple sues Samsung"),
    ("Apple shares fall 3% on weak China sales", "Apple shares rise 2% after strong iPhone launch"),
    ("Market wrap: stocks rise on Fed hopes", "Market wrap: stocks fall as oil slides"),
    ("Market wrap: Dow gains after strong data", "Market wrap: Nasdaq drops before Fed meeting"),
    ("Boeing wins order from Emirates", "Boeing CEO to step down at end of year"),
    ("Tesla recalls 120,000 cars over door latch", "Tesla opens plant in Mexico"),
    ("Apple", "Microsoft"),
    ("Apple", "Apple beats quarterly profit estimates on strong iPhone sales"),
    ("苹果公司第一季度利润增长5%", "特斯拉召回十二万辆汽车"),
]
DAILY = [
    ("Market wrap: Dow gains 1%", "Market wrap: Dow gains 2%"),
    ("Market wrap: stocks rise", "Market wrap: stocks fall"),
    ("Bitcoin price today: $60,123", "Bitcoin price today: $61,870"),
    ("Stocks to watch Monday: Apple, Ford", "Stocks to watch Tuesday: Apple, Ford"),
    ("Boeing delivers 45 jets in June", "Boeing delivers 45 jets in July"),
]
LATE = [
    ("Aple beats estimates", "Apple beats estimates"),
    ("Apple beats estimates", "Apple beats estimates as iPhone sales surge"),
]


@pytest.mark.parametrize(("one", "other"), CORRECTED + DAILY + LATE)
def test_is_similar_corrected_title_is(one: str, other: str) -> None:
    assert is_similar(get_words(one), get_words(other), apart=timedelta(hours=17))
    assert is_similar(get_words(other), get_words(one), apart=timedelta())


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_is_similar_other_story_is_not(one: str, other: str) -> None:
    assert not is_similar(get_words(one), get_words(other), apart=timedelta())
    assert not is_similar(get_words(other), get_words(one), apart=timedelta())


@pytest.mark.parametrize(("one", "other"), DAILY + OTHERS)
def test_is_similar_column_of_another_day_is_not(one: str, other: str) -> None:
    assert not is_similar(get_words(one), get_words(other), apart=timedelta(hours=19))


@pytest.mark.parametrize(("one", "other"), LATE)
def test_is_similar_typing_error_or_addition_is_for_seven_days(one: str, other: str) -> None:
    assert is_similar(get_words(one), get_words(other), apart=timedelta(days=7))
    assert not is_similar(get_words(one), get_words(other), apart=timedelta(days=7, seconds=1))

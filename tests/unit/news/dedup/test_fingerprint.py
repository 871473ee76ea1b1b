"""Fingerprints of headlines, and whether two headlines report the same story."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.dedup.fingerprint import is_same_story, parse_fingerprint, similarity_keys

SAMPLE = Path(__file__).with_name("story_pairs.tsv")


def is_same(one: str, other: str) -> bool:
    """Return whether two headlines report the same story, in either order."""
    result = is_same_story(parse_fingerprint(one), parse_fingerprint(other))
    assert result == is_same_story(parse_fingerprint(other), parse_fingerprint(one))
    return result


def test_is_same_story_labelled_sample_reaches_precision_and_recall() -> None:
    pairs = [line.split("\t") for line in SAMPLE.read_text().splitlines()]
    outcomes = [(label == "same", is_same(one, other)) for label, one, other in pairs]
    true_positives, false_positives, false_negatives = (
        outcomes.count(outcome) for outcome in [(True, True), (False, True), (True, False)]
    )

    assert len(pairs) >= 150
    assert true_positives / (true_positives + false_positives) >= 0.96
    assert true_positives / (true_positives + false_negatives) >= 0.85


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Apple Q3 profit rises 5%", "Apple Q2 profit rises 6%"),
        ("Apple Q3 profit rises 5%", "Apple Q3 profit falls 5%"),
        ("Apple Q3 profit rises 5%", "Apple Q3 profit rises 5.1%"),
        ("Apple Q3 profit rises 5%", "Apple Q3 profit rises 5 bps"),
        ("Apple profit rises $5 million", "Apple profit rises $5 billion"),
        ("Apple profit rises $5 million", "Apple profit rises €5 million"),
        ("Apple will build plant in Ohio", "Apple won't build plant in Ohio"),
        ("Apple in talks on Ohio plant lease", "Apple rejects Ohio plant lease"),
        ("Up 5% at Apple, down 3% at Ford", "Up 3% at Apple, down 5% at Ford"),
        ("Apple sues Samsung over patents", "Samsung sues Apple over patents"),
        ("Apple", "Apple"),
        ("", ""),
    ],
)
def test_is_same_story_different_fact_or_too_few_words_is_false(one: str, other: str) -> None:
    assert not is_same(one, other)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("5%", "5%"),
        ("5 percent", "5%"),
        ("5 per cent", "5%"),
        ("5.0 pct", "5%"),
        ("$4.2bn", "$4200000000"),
        ("$4.2 billion", "$4200000000"),
        ("$4,200 million", "$4200000000"),
        ("120,000", "120000"),
        ("007", "7"),
        ("two", "2"),
        ("F-35", "f-35"),
        ("16gb", "16gb"),
    ],
)
def test_parse_fingerprint_normalises_numbers(written: str, number: str) -> None:
    assert parse_fingerprint(f"Firm gets {written} in all").numbers == (number,)


@pytest.mark.parametrize("written", ["Q3", "3Q", "third quarter", "third-quarter", "3rd quarter"])
def test_parse_fingerprint_normalises_quarters(written: str) -> None:
    assert parse_fingerprint(f"Firm's {written} loss").periods == ("q3",)


@given(st.text(), st.text(), st.integers(0, 60_000))
def test_similarity_keys_any_text_fit_into_63_bits(one: str, other: str, day: int) -> None:
    is_same(one, other)
    own, before, after = similarity_keys(parse_fingerprint(one), "AAPL", day)

    assert all(0 <= key < 2**63 for key in (own, before, after))
    assert own == similarity_keys(parse_fingerprint(one), "AAPL", day + 1)[1]


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.sampled_from(["%", " percent", " million", "bn", ""]))
def test_is_same_story_different_numbers_is_false(one: int, other: int, unit: str) -> None:
    title = "Tesla recalls {} cars over faulty door latches in Germany"

    assert is_same(title.format(f"{one}{unit}"), title.format(f"{other}{unit}")) == (one == other)

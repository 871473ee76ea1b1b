"""Problems of records in plain sentences."""

import pytest

from news.ingest.plain_problems import describe_problem
from news.ingest.validation import HeadlineError, parse_headline


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ({"title": ""}, "The headline is empty."),
        ({"headline": None}, "The headline is missing."),
        ({"title": "A", "link": "ftp://x"}, "The link 'ftp://x' is not a web address."),
        ({"title": "A", "date": "2999-01-01"}, "The date '2999-01-01' is in the future."),
    ],
)
def test_describe_problem_of_a_record_says_it_in_a_sentence(record: dict[str, object], sentence: str):
    with pytest.raises(HeadlineError) as error:
        parse_headline(record, source="wire")

    assert describe_problem(str(error.value)) == sentence
    assert describe_problem(str(error.value), with_cure=True).startswith(f"{sentence} ")


@pytest.mark.parametrize("text", ["already here from Wire Desk.", "colour='red': is ignored; leave it out.", ""])
def test_describe_problem_of_other_texts_leaves_them(text: str):
    assert describe_problem(text) == text


def test_describe_problem_without_instrument_says_so():
    assert describe_problem("ticker: none given and none found in title; name it.") == "It names no known instrument."

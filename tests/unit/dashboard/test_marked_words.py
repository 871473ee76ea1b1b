from collections.abc import Mapping, Sequence

import pytest

from dashboard.marked_words import MarkedWords, list_deciding_words
from dashboard.rows import serialize_item
from news.entity_score import EntityScore
from news.ingest.pipeline import ingest
from news.models import Item
from tests.helpers.items import append_scored, make_headline

pytestmark = pytest.mark.django_db


def make_item(title: str, names: Mapping[str, Sequence[str]]) -> Item:
    entities = [EntityScore(ticker, 1, "negative", 0.8, -0.7, [*words], []) for ticker, words in names.items()]
    probabilities = {"positive": 0.1, "neutral": 0.1, "negative": 0.8}
    rows = [[*entity] for entity in entities]
    return Item(title=title, tickers=[*names], probabilities=probabilities, entities=rows)


@pytest.mark.parametrize(
    ("title", "names", "evidence", "marked"),
    [
        # Not in the book: by the symbol, and the capitals behind it.
        ("Solvantix Chemicals cuts outlook", {"SOLVANTIX": []}, ["chemicals cuts", "outlook"], ["cuts", "outlook"]),
        ("Hexalonic Steel wins an order", {"HEXALON": []}, ["steel", "wins"], ["wins"]),
        ("Glaciona Water: CEO resigns over accounts", {"GLACIONA": []}, ["water", "resigns"], ["resigns"]),
        # In the book: by the name in the text, and the rest of the name, in title case, too.
        ("General Motors Recalls Cars", {"GM": ["General"]}, ["general", "motors recalls"], ["Recalls"]),
        ("Ford's profit falls", {"F": ["Ford"]}, ["ford's profit falls"], ["profit falls"]),
        ("Profit of Ford falls, Ford says", {"F": ["Ford"]}, ["profit of ford falls"], ["Profit of", "falls"]),
        (
            "Slowdown hits Ford, shares fall",
            {"F": ["Ford"]},
            ["slowdown … shares fall"],
            ["Slowdown hits", "shares fall"],
        ),
        # Nothing else is left out.
        ("Ford Profit Falls Sharply", {"F": ["Ford"]}, ["profit falls"], ["Profit Falls"]),
        ("Ford's Profit falls since demand is weak", {"F": ["Ford"]}, ["profit falls"], ["Profit falls"]),
        ("Ford\u2019s loss widens by 5%", {"F": ["Ford"]}, ["ford's loss widens", "%"], ["loss widens"]),
        ("Ford EV sales fall", {"F": ["Ford"]}, ["ev sales fall"], ["EV sales fall"]),
        ("Target raises target price", {"TGT": ["Target"]}, ["raises target price"], ["raises target price"]),
        (
            "Oil prices slump",
            {"OIL": ["Oil"]},
            ["ford", "Slump", "prices … slump"],
            ["ford", "slump", "prices slump"],
        ),
        ("Markets fall", {"MARKET": []}, ["markets fall"], ["Markets fall"]),
    ],
)
def test_marked_words_leave_out_the_names_of_the_instruments(
    title: str, names: Mapping[str, Sequence[str]], evidence: list[str], marked: list[str]
) -> None:
    assert MarkedWords(make_item(title, names)).select(evidence) == marked


def test_serialize_item_underlines_no_name() -> None:
    item = append_scored("Quilen Foods recalls oat drinks", {"QUILEN": "negative"})
    item.evidence = ["foods", "recalls"]
    item.entities = [[*entity._replace(evidence=["foods recalls"])] for entity in item.list_entities()]
    item.analyzer = "remote"

    row = serialize_item(item, None, None)

    assert row["deciding_words"] == [{"words": "recalls", "tone": "negative", "value": None}]


@pytest.mark.parametrize(
    ("title", "sentiment", "evidence", "marked"),
    [
        # As they stand in the headline; what is part of stronger words is not listed again.
        (
            "Ford wins $4.7 billion order from GM",
            "positive",
            ["wins", "order from", "4.7", "billion order", "to a"],
            ["order from", "wins"],
        ),
        # Neither weak words nor those of the other side, and none of a neutral reading.
        ("Profit falls in April, losses at a discount", "negative", ["falls", "april", "profit"], ["falls"]),
        ("Ford to speak in April", "neutral", ["to speak", "april"], []),
    ],
)
def test_list_deciding_words_of_the_embedded_analyzer_are_those_that_say_so_alone(
    title: str, sentiment: str, evidence: list[str], marked: list[str]
) -> None:
    item = make_item(title, {"F": ["Ford"]})
    item.analyzer = "composed"
    item.entities = [[*entity._replace(sentiment=sentiment, evidence=evidence)] for entity in item.list_entities()]

    deciding = list_deciding_words(item)

    assert sorted(mark.words for mark in deciding) == sorted(marked)
    assert {mark.tone for mark in deciding} <= {sentiment}
    values = [(mark.value or 0) * {"positive": 1, "negative": -1}[mark.tone] for mark in deciding]
    assert values == sorted(values, reverse=True)
    assert all(value >= 0.05 for value in values)


def test_list_deciding_words_scored_headline_tells_the_sign_of_each_word() -> None:
    ingest([make_headline("Apple profit soars to a record, shares plunge after a fraud probe", "AAPL")])
    item = Item.objects.get()

    deciding = list_deciding_words(item)

    assert deciding
    assert all(mark.words in item.title for mark in deciding)
    Item.objects.update(analyzer="label")
    assert all(mark.value is None for mark in list_deciding_words(Item.objects.get()))

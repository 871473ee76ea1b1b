from collections.abc import Mapping, Sequence

import pytest

from dashboard.marked_words import MarkedWords
from dashboard.rows import serialize_item
from news.entity_score import EntityScore
from news.models import Item
from tests.helpers.items import append_scored

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
        ("General Motors Recalls Cars", {"GM": ["General"]}, ["general", "motors recalls"], ["recalls"]),
        ("Ford's profit falls", {"F": ["Ford"]}, ["ford's profit falls"], ["profit falls"]),
        ("Profit of Ford falls, Ford says", {"F": ["Ford"]}, ["profit of ford falls"], ["profit of", "falls"]),
        (
            "Slowdown hits Ford, shares fall",
            {"F": ["Ford"]},
            ["slowdown … shares fall"],
            ["slowdown hits", "shares fall"],
        ),
        # Nothing else is left out.
        ("Ford Profit Falls Sharply", {"F": ["Ford"]}, ["profit falls"], ["profit falls"]),
        ("Ford's Profit falls since demand is weak", {"F": ["Ford"]}, ["profit falls"], ["profit falls"]),
        ("Ford\u2019s loss widens by 5%", {"F": ["Ford"]}, ["ford's loss widens", "%"], ["loss widens", "%"]),
        ("Ford EV sales fall", {"F": ["Ford"]}, ["ev sales fall"], ["ev sales fall"]),
        ("Target raises target price", {"TGT": ["Target"]}, ["raises target price"], ["raises target price"]),
        (
            "Oil prices slump",
            {"OIL": ["Oil"]},
            ["ford", "Slump", "prices … slump"],
            ["ford", "Slump", "prices … slump"],
        ),
        ("Markets fall", {"MARKET": []}, ["markets fall"], ["markets fall"]),
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

    row = serialize_item(item, None, None)

    assert row["evidence"] == ["recalls"]
    assert [entity["evidence"] for entity in row["entities"]] == [["recalls"]]

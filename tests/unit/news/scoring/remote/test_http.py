"""The analyzer `http`: what it sends, what it accepts, and what it says of a server that is wrong."""

import re
from typing import Any

import pytest
from django.conf import LazySettings

from news.scoring import AnalyzerError, AnalyzerUnavailable, BadAnswer, Entity, EntityText
from news.scoring.remote.http import BATCH_TEXTS, Analyzer
from tests.helpers.analyzer_server import NEGATIVE, POSITIVE, AnalyzerServer, Request

TEXT = EntityText("Ford gains as GM slumps", (Entity(("Ford",)), Entity(("GM",)), Entity()))


def test_score_entities_sends_names_and_returns_scores_in_order(server: AnalyzerServer) -> None:
    analyzer = Analyzer()

    ((score, entities),) = analyzer.score_entities([TEXT])

    assert server.requests == [
        {
            "model": "finbert-2",
            "items": [
                {
                    "text": "Ford gains as GM slumps",
                    "entities": [
                        {"names": ["Ford"], "secondary": False},
                        {"names": ["GM"], "secondary": False},
                        {"names": [], "secondary": False},
                    ],
                }
            ],
        }
    ]
    assert server.authorizations == ["Bearer key-of-the-test"]
    assert (score.label, score.probabilities, score.evidence) == ("positive", POSITIVE, ["Ford gains as GM slu"])
    assert [entity.label for entity in entities] == ["positive", "negative", "positive"]  # without names: as the text
    assert entities[1].value == pytest.approx(-0.75)
    assert (analyzer.name, analyzer.version) == ("http", "finbert-2")


def test_score_many_texts_sends_batches(server: AnalyzerServer) -> None:
    texts = [f"Story {number}" for number in range(BATCH_TEXTS + 3)]

    scores = Analyzer().score(texts)

    assert [len(request["items"]) for request in server.requests] == [BATCH_TEXTS, 3]
    assert server.list_texts() == texts
    assert len(scores) == len(texts)


def test_score_probabilities_that_are_rounded_are_normalised(server: AnalyzerServer) -> None:
    rounded = {"positive": 0.33, "neutral": 0.33, "negative": 0.35}
    server.answer = lambda request: {"items": [{"probabilities": rounded, "language": "de"}]}

    (score,) = Analyzer().score(["Gewinn steigt"])

    assert sum(score.probabilities.values()) == pytest.approx(1)
    assert (score.label, score.language) == ("negative", "de")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"items": []}, "the answer has 0 items; give one for each of the 1, in order"),
        ({"scores": []}, "the answer has no items"),
        ([1], "the answer has no items"),
        ({"items": [0.5]}, "items[0]: 0.5 is no object"),
        ({"items": [{"probabilities": {"positive": 1}}]}, "give positive, neutral and negative, and nothing else"),
        ({"items": [{"probabilities": POSITIVE | {"negative": 0.9}}]}, "add up to 1.85; they must add up to 1"),
        ({"items": [{"probabilities": POSITIVE | {"negative": -0.1}}]}, "probability of negative is -0.1"),
        ({"items": [{"probabilities": POSITIVE | {"negative": True}}]}, "probability of negative is True"),
        ({"items": [{"probabilities": POSITIVE | {"negative": "low"}}]}, "probability of negative is 'low'"),
        ({"items": [{"probabilities": POSITIVE, "evidence": "up"}]}, "evidence 'up' is no list of texts"),
        ({"items": [{"probabilities": POSITIVE, "language": 7}]}, "language 7 is no ISO 639-1 code"),
        ({"items": [{"probabilities": POSITIVE, "entities": [{}]}]}, "has 1 entities; give one for each of the 0"),
        ((200, b"<html>Sign in</html>"), "answered '<html>Sign in</html>', which is no JSON"),
        ((200, b'{"items": [{"probabilities": {"positive": NaN}}]}'), "which is no JSON"),
        ((422, b"text too long"), "answered HTTP 422 with 'text too long'"),
        ((500, b""), "answered HTTP 500 with ''"),
    ],
)
def test_score_answer_that_is_not_usable_raises_bad_answer(server: AnalyzerServer, answer: Any, message: str) -> None:
    server.answer = lambda request: answer

    with pytest.raises(BadAnswer, match=re.escape(message)):
        Analyzer().score(["Profit rises"])


@pytest.mark.parametrize(
    ("status", "cure"),
    [
        (401, "set ANALYZER_KEY to a key that it accepts"),
        (404, "correct ANALYZER_URL"),
        (429, "lower the load, or raise its limit"),
        (503, "see the log of that server"),
        (302, "see the log of that server"),
    ],
)
def test_score_server_out_of_order_raises_unavailable_with_cure(server: AnalyzerServer, status: int, cure: str) -> None:
    server.answer = lambda request: (status, b"no, key-of-the-test")

    with pytest.raises(AnalyzerUnavailable) as caught:
        Analyzer().score(["Profit rises"])

    assert str(caught.value) == f"{server.url}: answered HTTP {status} with 'no, …'; {cure}."


def test_score_dead_server_raises_unavailable(settings: LazySettings, server: AnalyzerServer) -> None:
    analyzer = Analyzer()
    server.server_close()

    with pytest.raises(AnalyzerUnavailable, match=r"can't be reached .*; start the server, or correct ANALYZER_URL"):
        analyzer.score(["Profit rises"])


def test_score_server_that_hangs_raises_unavailable_in_time(settings: LazySettings, server: AnalyzerServer) -> None:
    def hang(request: Request) -> Any:
        server.closing.wait(60)
        return {}

    server.answer = hang
    settings.ANALYZER_TIMEOUT_SECONDS = 0.2

    with pytest.raises(AnalyzerUnavailable, match="can't be reached"):
        Analyzer().score(["Profit rises"])


def test_score_answer_without_end_raises_bad_answer(server: AnalyzerServer) -> None:
    server.answer = lambda request: (200, b" " * 11_000_000)

    with pytest.raises(BadAnswer, match="answered more than 10,000,000 bytes"):
        Analyzer().score(["Profit rises"])


def test_analyzer_without_url_raises_and_names_the_setting(settings: LazySettings) -> None:
    settings.ANALYZER_URL = ""

    with pytest.raises(AnalyzerError, match="ANALYZER_URL is not set"):
        Analyzer()


def test_score_one_entity_negative_is_its_own(server: AnalyzerServer) -> None:
    server.answer = lambda request: {
        "items": [{"probabilities": POSITIVE, "entities": [{"probabilities": NEGATIVE, "evidence": ["slumps"]}]}]
    }

    ((_, (entity,)),) = Analyzer().score_entities([EntityText("GM slumps", (Entity(("GM",)),))])

    assert (entity.label, entity.evidence) == ("negative", ["slumps"])

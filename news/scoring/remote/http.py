"""The `http` analyzer: a server of the operator that answers a small JSON contract, described in docs/analyzers.md."""

from collections.abc import Sequence

from django.conf import settings

from news.scoring import AnalyzerError, BadAnswer, EntityText, Score
from news.scoring.remote.answers import parse_score
from news.scoring.remote.client import AnalyzerClient, make_version

BATCH_TEXTS = 32  # in one request


class Analyzer:
    """Scores by `POST ANALYZER_URL`, BATCH_TEXTS texts in a request."""

    name = "http"

    def __init__(self) -> None:
        if not settings.ANALYZER_URL:
            raise AnalyzerError(
                "ANALYZER_URL is not set: give the address of the server, such as http://127.0.0.1:9000/."
            )
        self.version = make_version(settings.ANALYZER_MODEL)
        self._client = AnalyzerClient(settings.ANALYZER_URL)

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score per text, in order. Errors: AnalyzerUnavailable, BadAnswer."""
        return [score for score, _ in self.score_entities([EntityText(text) for text in texts])]

    def score_entities(self, texts: Sequence[EntityText]) -> list[tuple[Score, list[Score]]]:
        """Return for each text its score and one for each entity. Errors: AnalyzerUnavailable, BadAnswer."""
        scores: list[tuple[Score, list[Score]]] = []
        for start in range(0, len(texts), BATCH_TEXTS):
            scores += self._score_batch(texts[start : start + BATCH_TEXTS])
        return scores

    def _score_batch(self, texts: Sequence[EntityText]) -> list[tuple[Score, list[Score]]]:
        answer = self._client.post({"model": settings.ANALYZER_MODEL, "items": [describe_text(text) for text in texts]})
        answers = answer.get("items") if isinstance(answer, dict) else None
        if not isinstance(answers, list) or len(answers) != len(texts):
            count = len(answers) if isinstance(answers, list) else "no"
            raise BadAnswer(f"http: the answer has {count} items; give one for each of the {len(texts)}, in order.")
        return [
            parse_item(answer, text, index) for index, (answer, text) in enumerate(zip(answers, texts, strict=True))
        ]


def describe_text(text: EntityText) -> dict[str, object]:
    """Return a text as requests have it."""
    entities = [{"names": entity.names, "secondary": entity.is_secondary} for entity in text.entities]
    return {"text": text.text, "entities": entities}


def parse_item(answer: object, text: EntityText, index: int) -> tuple[Score, list[Score]]:
    """Return the score of one text, and those of its entities. Errors: BadAnswer."""
    where = f"items[{index}]"
    score = parse_score(answer, where=where)
    entities = answer.get("entities", []) if isinstance(answer, dict) else []
    if not isinstance(entities, list) or len(entities) != len(text.entities):
        count = len(entities) if isinstance(entities, list) else "no"
        raise BadAnswer(f"{where}: has {count} entities; give one for each of the {len(text.entities)}, in order.")
    return score, [
        parse_score(entity, where=f"{where}.entities[{number}]") if text.entities[number].names else score
        for number, entity in enumerate(entities)
    ]

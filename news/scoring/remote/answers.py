"""Check what the server of an analyzer says of one text, and turn it into a score."""

import math
from collections.abc import Mapping

from news.scoring import BadAnswer, Score

LABELS = ("positive", "neutral", "negative")
SUM_TOLERANCE = 0.02  # of probabilities, which servers round
MAX_EVIDENCE = 5
MAX_EVIDENCE_CHARACTERS = 200


def parse_score(answer: object, *, where: str) -> Score:
    """Return the score in an answer: `probabilities` by label, and `evidence` and `language` if there are any.

    where: names the text in messages. Errors: BadAnswer.
    """
    if not isinstance(answer, Mapping):
        raise BadAnswer(f"{where}: {_show(answer)} is no object with probabilities; see docs/analyzers.md.")
    probabilities = _parse_probabilities(answer.get("probabilities"), where=where)
    evidence = _parse_evidence(answer.get("evidence"), where=where)
    language = answer.get("language") or ""
    if not isinstance(language, str) or len(language) > 8:
        raise BadAnswer(f"{where}: language {_show(language)} is no ISO 639-1 code; give one, or leave it out.")
    label = max(probabilities, key=probabilities.__getitem__)
    return Score(label, probabilities, lambda: evidence, "" if language == "en" else language)


def _parse_probabilities(value: object, *, where: str) -> dict[str, float]:
    if not isinstance(value, Mapping) or set(value) != set(LABELS):
        raise BadAnswer(
            f"{where}: probabilities {_show(value)}: give positive, neutral and negative, and nothing else."
        )
    for label in LABELS:
        number = value[label]
        if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= 1:
            raise BadAnswer(f"{where}: probability of {label} is {_show(number)}: give a number from 0 to 1.")
    total = math.fsum(value.values())
    if abs(total - 1) > SUM_TOLERANCE:
        raise BadAnswer(f"{where}: probabilities add up to {total:g}; they must add up to 1.")
    return {label: value[label] / total for label in LABELS}


def _parse_evidence(value: object, *, where: str) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise BadAnswer(f"{where}: evidence {_show(value)} is no list of texts; give one, or leave it out.")
    return [text[:MAX_EVIDENCE_CHARACTERS].replace("\0", "") for text in value[:MAX_EVIDENCE]]


def _show(value: object) -> str:
    return repr(value)[:80]

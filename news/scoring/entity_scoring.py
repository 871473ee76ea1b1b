"""Read the entities of a text: logits of each, and the words that decided.

An entity that only speaks or decides is neutral, unless the text is about it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from news.scoring import EntityText
from news.scoring.entity_features import MASK, EntityTexts
from news.scoring.entity_model import EntityModel
from news.scoring.extraction import extract_features
from news.scoring.features import TextFeatures
from news.scoring.mentions import LocatedText, stands_alone
from news.scoring.relations import list_words

MAX_EVIDENCE = 5
SECONDARY_NEUTRAL = 0.7  # least probability of neutral of an entity that only speaks or decides
# Beside one that speaks or decides: "analysts at Zorva", "upgraded by Zorva"; "Zorva says", "Zorva fines".
SPEAKING_BEFORE = list_words("analyst analysts says said say by at per to from according of on after")
SPEAKING_AFTER = list_words("""
    says said say sees saw expects predicts warns reports reported cuts raises lifts upgrades downgrades lowers keeps
    maintains reiterates initiates starts resumes affirms rates names adds removes trims hikes puts assigns analyst
    analysts rules orders fines sues probes charges clears approves rejects blocks bans suspends opens allows halts
    lists delists survey poll data report note economist economists strategist target rating downgrade upgrade
    """)

Logits = tuple[float, float, float]  # of positive, neutral and negative
Explain = Callable[[TextFeatures, str], list[str]]


@dataclass(frozen=True, slots=True)
class EntityReading:
    """An entity that a text names, with its logits."""

    analysed: EntityTexts
    index: int
    logits: Logits
    only_speaks: bool

    def calibrate(self, probabilities: dict[str, float]) -> dict[str, float]:
        """Return the probabilities, those of an entity that only speaks with SECONDARY_NEUTRAL for neutral or more."""
        neutral = probabilities["neutral"]
        if not self.only_speaks or neutral >= SECONDARY_NEUTRAL:
            return probabilities
        factor = (1 - SECONDARY_NEUTRAL) / (1 - neutral)
        return {
            "positive": probabilities["positive"] * factor,
            "neutral": SECONDARY_NEUTRAL,
            "negative": probabilities["negative"] * factor,
        }

    def explain(self, label: str, explain_clause: Explain) -> list[str]:
        """Return the words that decided: relations to other entities that have the label's sign, then of the clause."""
        wanted = {"positive": 1, "negative": -1}.get(label)
        tokens = self.analysed.located.tokens
        relations = [span for sign, span in self.analysed.list_relations(self.index) if sign == wanted]
        evidence = [" ".join(tokens[first:end]) for first, end in relations]
        for clause in self.analysed.list_clauses(self.index):
            evidence += explain_clause(self.analysed.extract_clause(clause), label)
        words = (" ".join(word for word in piece.split() if word != MASK) for piece in evidence)
        return list(dict.fromkeys([piece for piece in words if piece]))[:MAX_EVIDENCE]


def extract_entities(model: EntityModel, text: EntityText) -> tuple[TextFeatures, list[EntityReading | None]]:
    """Return the features of a text, and each of its entities, in order; None for one that it does not name."""
    located = LocatedText(text.text, text.entities)
    whole = extract_features(located.tokens)
    present = {mention.entity for mention in located.mentions}
    if not present:
        return whole, [None] * len(text.entities)
    analysed = EntityTexts(located, whole)
    return whole, [
        EntityReading(
            analysed, index, model.compute_logits(analysed.extract_groups(index)),
            entity.is_secondary and not _is_subject(analysed, index),
        )
        if index in present
        else None
        for index, entity in enumerate(text.entities)
    ]  # fmt: skip


def keeps_score_of_text(text: EntityText) -> bool:
    """Return whether all entities have the text's score: it names none, or only one and is about nothing else."""
    entities = text.entities
    return not any(entity.names for entity in entities) or (
        len(entities) == 1 and not entities[0].is_secondary and stands_alone(text.text, entities[0])
    )


def _is_subject(analysed: EntityTexts, entity: int) -> bool:
    """Return whether a text is about an entity: it comes first in its clause and neither speaks nor acts on another."""
    located = analysed.located
    for mention, (first, end) in zip(located.mentions, analysed.clauses, strict=True):
        if mention.entity != entity:
            continue
        after = located.tokens[mention.last + 1 : mention.last + 2]
        begins = mention.first == first or located.tokens[mention.first - 1] not in SPEAKING_BEFORE
        is_alone = all(owner in (-1, entity) for owner in located.owners[first:end])
        is_quoted = mention.first in located.breaks and mention.last == len(located.tokens) - 1  # "…: Zorva"
        if begins and is_alone and not is_quoted and after and after[0] not in SPEAKING_AFTER:
            return True
    return False

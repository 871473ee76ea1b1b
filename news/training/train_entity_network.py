"""Train the network of `minilm` for entities: MiniLM's first layers, fine-tuned on headlines with an entity marked.

Needs the extras `train` and `ml`. Takes minutes on one core.
"""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from news.scoring import Entity
from news.scoring.entity_features import analyse
from news.scoring.evaluation import LABELS, LabelledEntity
from news.scoring.minilm import WEIGHTS, WordPieceEncoder
from news.training.entity_grammar import LabelledTitle, generate_joined, generate_related, join_labelled
from news.training.train_entity_model import group_by_title
from news.training.train_minilm import EPOCHS, Example, Network, export, find_minilm, fine_tune

SEED = 1
INNER_UNITS = 512  # fewer than of the network of headlines, so that both fit into 12 MB
# Synthetic headlines, and their weight; an entity labelled by a human has 1. Each epoch has its share of them.
JOINED_LABELLED, JOINED_PARAGRAPHS, JOINED_SYNTHETIC, RELATED = 1500, 500, 1000, 6000
JOINED_WEIGHT, RELATED_WEIGHT = 0.4, 0.5


def train(rows: Sequence[LabelledEntity], target: Path) -> None:
    """Train on labelled entities; write the network to `target`. The file of word pieces beside it must be there."""
    export(fit(rows), target, target.with_name(WEIGHTS.with_suffix(".words").name))


def fit(rows: Sequence[LabelledEntity], *, seed: int = SEED) -> Network:
    """Fit on labelled entities, and on synthetic headlines with less weight."""
    torch.manual_seed(seed)
    tokenizer_json = WEIGHTS.with_suffix(".json").read_text()
    network = Network(
        load_file(find_minilm() / "model.safetensors"), list_piece_ids(tokenizer_json), inner_units=INNER_UNITS
    )
    encoder = WordPieceEncoder(Tokenizer.from_str(tokenizer_json))
    titles = group_by_title(rows)
    labelled = [example for title in titles for example in encode_title(encoder, title, 1.0)]
    synthetic = [
        example for title, weight in _generate(titles, seed) for example in encode_title(encoder, title, weight)
    ]
    random.Random(seed).shuffle(synthetic)
    fine_tune(network, [labelled + synthetic[epoch::EPOCHS] for epoch in range(EPOCHS)])
    return network


def encode_title(encoder: WordPieceEncoder, title: LabelledTitle, weight: float) -> Iterator[Example]:
    """Yield an example for each entity that a title names."""
    text, entities = title
    analysed = analyse(text, [Entity((name,)) for name, _ in entities])
    located = {mention.entity for mention in analysed.located.mentions}
    for index, (_, label) in enumerate(entities):
        if index in located:
            yield encoder.encode_entity(analysed.list_network_words(index)), LABELS.index(label), weight


def list_piece_ids(tokenizer_json: str) -> list[int]:
    """Return the ids that the word pieces of a pruned tokenizer have in MiniLM's vocabulary, in order."""
    original = json.loads((find_minilm() / "tokenizer.json").read_text())["model"]["vocab"]
    pruned: dict[str, int] = json.loads(tokenizer_json)["model"]["vocab"]
    return [original[piece] for piece, _ in sorted(pruned.items(), key=lambda entry: entry[1])]


def _generate(titles: Sequence[LabelledTitle], seed: int) -> Iterator[tuple[LabelledTitle, float]]:
    """Yield synthetic titles with their weight."""
    single = [(title, *entities[0]) for title, entities in titles if len(entities) == 1]
    joined = join_labelled(single, JOINED_LABELLED, seed=seed, sentences=False)
    joined += join_labelled(single, JOINED_PARAGRAPHS, seed=seed, sentences=True)
    joined += generate_joined(JOINED_SYNTHETIC, seed=seed)
    yield from ((title, JOINED_WEIGHT) for title in joined)
    yield from ((title, RELATED_WEIGHT) for title in generate_related(RELATED, seed=seed))

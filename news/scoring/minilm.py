"""The stronger analyzer: three layers of MiniLM, tuned on headlines, averaged with the embedded one.

Needs the extra `ml` (onnxruntime, tokenizers) and some 150 MB, so it stays out of the web process.
"""

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from onnxruntime import InferenceSession, SessionOptions
from tokenizers import Tokenizer

from news.scoring import Score
from news.scoring.composed import Analyzer as Composed
from news.scoring.marks import MAX_CHARACTERS

WEIGHTS = Path(__file__).with_name("minilm.onnx")
LABELS = ("positive", "neutral", "negative")  # the network's order
BATCH = 32  # texts in one call of the network, of like length so that little of it is padding
SHARE = 0.4  # of the network in the average; with half of it hand-written traps were read worse, headlines no better


class Analyzer:
    """The neural analyzer. Its evidence is the embedded analyzer's: the words that speak for the label."""

    name = "minilm"

    def __init__(self, weights: Path = WEIGHTS, composed: Composed | None = None) -> None:
        options = SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # one core: the site has other work
        self._network = InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(weights.with_suffix(".json")))
        self._tokenizer.enable_padding()
        self._composed = composed or Composed()
        self.version = hashlib.sha256(weights.read_bytes() + self._composed.version.encode()).hexdigest()[:8]

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score per text, in order."""
        scores: list[Score | None] = [None] * len(texts)
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            for place, row in zip(places, self._read([texts[place] for place in places]), strict=True):
                scores[place] = self._average(texts[place], row)
        return [score for score in scores if score is not None]

    def _read(self, texts: Sequence[str]) -> Any:
        """Return what the network says of each text, a probability for each label."""
        encodings = self._tokenizer.encode_batch([text[:MAX_CHARACTERS] for text in texts])
        tokens = np.array([encoding.ids for encoding in encodings], np.int64)
        mask = np.array([encoding.attention_mask for encoding in encodings], np.int64)
        (logits,) = self._network.run(None, {"tokens": tokens, "mask": mask})
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def _average(self, text: str, row: Any) -> Score:
        other = self._composed.probabilities(text)
        probabilities = {label: SHARE * float(row[n]) + (1 - SHARE) * other[label] for n, label in enumerate(LABELS)}
        label = max(probabilities, key=probabilities.__getitem__)
        return Score(label, probabilities, partial(self._composed.explain, text, label))

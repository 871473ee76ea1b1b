"""Train an analyzer from a labelled CSV file and write its weights to the file that the analyzer loads.

    python -m news.training FILE [--analyzer composed|minilm] [--entities FILE]

Rows with an entity, of either file, train the model of entities.
"""

import sys
from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path

from news.scoring import entity_model, linear_model
from news.scoring.evaluation import LabelledFileError, load_labelled

# By analyzer: the modules of this package that train it on headlines and on entities, and the default files of its
# weights. Those of minilm need the extra `ml`.
TRAINERS = {
    "composed": ("train_linear_model", linear_model.WEIGHTS, "train_entity_model", entity_model.WEIGHTS),
    "minilm": (
        "train_minilm", linear_model.WEIGHTS.with_name("minilm.onnx"),
        "train_entity_network", linear_model.WEIGHTS.with_name("minilm_entities.onnx"),
    ),
}  # fmt: skip


def main() -> int:
    """Train, and return the exit status."""
    parser = ArgumentParser(prog="python -m news.training", description=__doc__)
    parser.add_argument("file", type=Path, help="CSV of title,label or title,entity,label")
    parser.add_argument("--entities", type=Path, help="another CSV of title,entity,label")
    parser.add_argument("--analyzer", choices=list(TRAINERS), default="composed")
    parser.add_argument("--target", type=Path, help="default: the file that the analyzer loads its weights from")
    parser.add_argument("--entity-target", type=Path, help="the same for entities")
    options = parser.parse_args()
    try:
        headlines = load_labelled(options.file)
        entities = [*headlines.entities, *(load_labelled(options.entities).entities if options.entities else [])]
    except (OSError, LabelledFileError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(*headlines.problems, sep="\n", end="\n" if headlines.problems else "", file=sys.stderr)
    module, weights, entity_module, entity_weights = TRAINERS[options.analyzer]
    if headlines.titles:
        target = options.target or weights
        import_module(f"news.training.{module}").train(headlines.titles, headlines.labels, target)
        print(f"trained on {len(headlines.titles)} headlines: {target}, {target.stat().st_size} bytes")
    if entities:
        target = options.entity_target or entity_weights
        import_module(f"news.training.{entity_module}").train(entities, target)
        print(f"trained on {len(entities)} entities: {target}, {target.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Train an analyzer from a labelled CSV file and put its weights where the analyzer finds them.

python -m news.scoring.training FILE [--analyzer composed|minilm]
"""

import sys
from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path

from news.scoring.evaluation import LabelledError, read_labelled

TARGETS = {"composed": "composed.json.gz", "minilm": "minilm.onnx"}


def main() -> int:
    """Train, and return the exit status."""
    parser = ArgumentParser(prog="python -m news.scoring.training", description=__doc__)
    parser.add_argument("file", type=Path, help="CSV with the columns title and label")
    parser.add_argument("--analyzer", choices=list(TARGETS), default="composed")
    parser.add_argument("--target", type=Path, help="default: where the analyzer looks for its weights")
    options = parser.parse_args()
    try:
        labelled = read_labelled(options.file)
    except (OSError, LabelledError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(*labelled.problems, sep="\n", end="\n" if labelled.problems else "", file=sys.stderr)
    target = options.target or Path(__file__).parent.with_name(TARGETS[options.analyzer])
    import_module(f"news.scoring.training.{options.analyzer}").train(labelled.titles, labelled.labels, target)
    print(f"trained on {len(labelled.titles)} headlines: {target}, {target.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())

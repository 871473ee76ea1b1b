"""Print the figures of docs/sentiment.md for entities, cross-validated by title, and plot their calibration.

    python -m news.training.entity_tables FILE --headlines FILE [--sample FILE ...] [--plot FILE] [--analyzer minilm]

Each entity of FILE is scored by a model that was trained without its title; those of the samples by all these models in
turn, whose figures are averaged. With minilm each of the folds takes minutes.
"""

import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from news.scoring import Score, Scorer
from news.scoring.entity_evaluation import EntityEvaluation, evaluate_entities, score_labelled
from news.scoring.entity_model import EntityModel
from news.scoring.evaluation import LABELS, LabelledEntity, LabelledHeadlines, load_labelled
from news.scoring.linear_model import Analyzer
from news.training import train_linear_model
from news.training.plots import plot_calibration
from news.training.train_entity_model import FOLDS, fit, get_fold, write_weights

TEMPERATURE = 1.03  # of composed, as found by its training


def main() -> int:
    """Train, evaluate, print and plot; return the exit status."""
    parser = ArgumentParser(prog="python -m news.training.entity_tables", description=__doc__)
    parser.add_argument("file", type=Path, help="CSV of title,entity,label")
    parser.add_argument("--headlines", type=Path, required=True, help="CSV of title,label to train composed")
    parser.add_argument("--sample", type=Path, action="append", default=[], help="another, which is only measured")
    parser.add_argument("--plot", type=Path, help="write the calibration plot to this file, as SVG")
    parser.add_argument("--analyzer", choices=["composed", "minilm"], default="composed")
    parser.add_argument("--folds", type=int, default=FOLDS, help="how many of them to evaluate")
    options = parser.parse_args()
    rows, headlines = load_labelled(options.file).entities, load_labelled(options.headlines)
    samples = {path.stem: load_labelled(path).entities for path in options.sample}
    scores: list[Score] = []
    ordered: list[LabelledEntity] = []
    results: dict[str, list[EntityEvaluation]] = {name: [] for name in samples}
    for fold in range(options.folds):
        held_out = [row for row in rows if get_fold(row.title) == fold]
        linear_model = _train(rows, headlines, without=fold)
        is_network = options.analyzer == "minilm"
        analyzer = _train_network(rows, linear_model, without=fold) if is_network else linear_model
        scores += score_labelled(analyzer, held_out)
        ordered += held_out
        for name, sample in samples.items():
            results[name].append(evaluate_entities(score_labelled(analyzer, sample), sample))
    evaluation = evaluate_entities(scores, ordered)
    print("| | all | single | agreeing | differing | macro-F1 differing | whole headlines | flips | ECE |")
    print("|---|---|---|---|---|---|---|---|---|")
    _print_row(options.file.stem, [evaluation])
    for name, evaluations in results.items():
        _print_row(name, evaluations)
    _print_confusion(evaluation)
    if options.plot:
        options.plot.write_text(plot_calibration({options.analyzer: evaluation.groups["all"]}))
    return 0


def _train(rows: Sequence[LabelledEntity], headlines: LabelledHeadlines, *, without: int) -> Analyzer:
    """Return an analyzer that was trained without the titles of a fold, neither as headlines nor for entities."""
    pairs = zip(headlines.titles, headlines.labels, strict=True)
    kept = [(title, label) for title, label in pairs if get_fold(title) != without]
    examples = [train_linear_model.extract_example(title) for title, _ in kept]
    model = train_linear_model.fit(examples, np.array([LABELS.index(label) for _, label in kept]))
    with tempfile.TemporaryDirectory() as folder:
        weights, entity_weights = Path(folder) / "composed.json.gz", Path(folder) / "entities.json.gz"
        train_linear_model.write_weights(model, TEMPERATURE, weights)
        write_weights(fit([row for row in rows if get_fold(row.title) != without]), entity_weights)
        return Analyzer(weights, EntityModel(entity_weights))


def _train_network(rows: Sequence[LabelledEntity], linear_model: Analyzer, *, without: int) -> Scorer:
    """Return minilm with a network of entities that was trained without the titles of a fold."""
    from news.scoring import minilm  # both need the extra `ml`
    from news.training.train_entity_network import train

    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / minilm.ENTITY_WEIGHTS.name
        train([row for row in rows if get_fold(row.title) != without], weights)
        return minilm.Analyzer(linear_model=linear_model, entity_weights=weights)


def _print_row(name: str, evaluations: Sequence[EntityEvaluation]) -> None:
    """Print the mean of several evaluations of the same entities."""

    def average(values: Sequence[float]) -> str:
        return f"{sum(values) / len(values):.3f}".lstrip("0")

    cells = [
        average([one.groups[group].accuracy for one in evaluations]) if group in evaluations[0].groups else ""
        for group in ("all", "single", "agreeing", "differing")
    ]
    has_differing = "differing" in evaluations[0].groups
    cells += [
        average([one.groups["differing"].macro_f1 for one in evaluations]) if has_differing else "",
        average([one.whole_right for one in evaluations]) if has_differing else "",
        average([one.flips for one in evaluations]),
        average([one.groups["all"].calibration_error for one in evaluations]),
    ]
    print(f"| {name} | {' | '.join(cells)} |")


def _print_confusion(evaluation: EntityEvaluation) -> None:
    print("\n| | + | 0 | - |\n|---|---|---|---|")
    for label, row in evaluation.groups["all"].confusion.items():
        print(f"| {label} | {' | '.join(str(row[predicted]) for predicted in LABELS)} |")


if __name__ == "__main__":
    sys.exit(main())

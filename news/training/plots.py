"""Compare analyzers with VADER and AFINN on the development split, and plot their calibration.

    python -m news.training.plots FILE [--samples FOLDER] [--split FILE] [--plot FILE]

The `composed` analyzer is trained without the development split first. `--samples` evaluates it on the hand-written
samples of a folder, too, each half (by a hash of the titles) beside the whole. `--split` only writes the
training part as CSV.
"""

import csv
import hashlib
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path

from news.scoring import Score
from news.scoring.evaluation import LABELS, EvaluationResult, evaluate, load_labelled
from news.scoring.linear_model import Analyzer as LinearModel
from news.training.train_linear_model import train

DEVELOPMENT_DIVISOR = 5  # one headline in five is in the development split
PLOT_PIXELS, MARGIN_PIXELS = 320, 40
COLOURS = {"composed": "#1f6feb", "minilm": "#bf4b00"}
ScoreFunction = Callable[[Sequence[str]], list[Score]]


def is_development(title: str) -> bool:
    """Return whether a headline is in the development split, by a hash of its text, the same on every machine."""
    return int(hashlib.sha256(f"development:{title}".encode()).hexdigest()[:8], 16) % DEVELOPMENT_DIVISOR == 0


def get_half(title: str) -> int:
    """Return the half of a hand-written sample that a headline is in: 0 was inspected in some samples, 1 never."""
    return int(hashlib.sha256(f"half:{title}".encode()).hexdigest()[:8], 16) % 2


def main() -> int:
    """Evaluate, print and plot; return the exit status."""
    parser = ArgumentParser(prog="python -m news.training.plots", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--split", type=Path, help="write all but the development split to this file, and exit")
    parser.add_argument("--samples", type=Path, help="folder of labelled samples as CSV, evaluated by themselves")
    parser.add_argument("--minilm", type=Path, help="weights of minilm, trained without the development split")
    parser.add_argument("--plot", type=Path, help="write the calibration plot to this file, as SVG")
    options = parser.parse_args()
    headlines = load_labelled(options.file)
    rows = list(zip(headlines.titles, headlines.labels, strict=True))
    training = [row for row in rows if not is_development(row[0])]
    development = [row for row in rows if is_development(row[0])]
    if options.split:
        with options.split.open("w", newline="") as file:
            csv.writer(file).writerows([("title", "label"), *training])
        return 0
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "composed.json.gz"
        train([title for title, _ in training], [label for _, label in training], weights)
        linear_model = LinearModel(weights)
    results = {"composed": _evaluate("composed", linear_model.score, development)}
    if options.minilm:
        from news.scoring.minilm import Analyzer as MiniLM

        results["minilm"] = _evaluate("minilm", MiniLM(options.minilm, linear_model).score, development)
    if options.samples:
        for sample in sorted(options.samples.glob("*.csv")):
            _evaluate_sample(sample, linear_model.score)
    for name, rate in _load_baselines().items():
        _evaluate(name, _score_by_rating(rate), development)
    if options.plot:
        options.plot.write_text(plot_calibration(results))
    return 0


def _evaluate(name: str, score: ScoreFunction, rows: Sequence[tuple[str, str]]) -> EvaluationResult:
    """Score labelled headlines, print quality and speed, and return the result."""
    started = time.process_time()
    scores = score([title for title, _ in rows])
    seconds = time.process_time() - started
    result = evaluate(scores, [label for _, label in rows])
    print(f"{name}: accuracy {result.accuracy:.3f} macro-F1 {result.macro_f1:.3f} ECE {result.calibration_error:.3f}")
    print(f"  {len(rows) / seconds:,.0f} headlines per second of one core; confusion {result.confusion}")
    return result


def _evaluate_sample(sample: Path, score: ScoreFunction) -> None:
    """Print the accuracy on a hand-written sample and on its two halves."""
    headlines = load_labelled(sample)
    if not headlines.titles:
        return  # entities, see entity_tables.py
    scores = score(headlines.titles)
    halves: dict[int, list[bool]] = {0: [], 1: []}
    for title, label, scored in zip(headlines.titles, headlines.labels, scores, strict=True):
        halves[get_half(title)].append(scored.label == label)
    shares = [sum(right) / len(right) for right in (halves[0] + halves[1], halves[0], halves[1])]
    print(f"{sample.stem}: {len(scores)} headlines, accuracy {shares[0]:.3f}, halves {shares[1]:.3f} {shares[2]:.3f}")


def _load_baselines() -> dict[str, Callable[[str], float]]:
    """Return rating functions by name. A rating of 1 or more is positive, of -1 or less negative."""
    from afinn import Afinn
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    vader, afinn = SentimentIntensityAnalyzer(), Afinn()
    # VADER's own thresholds are 0.05 and -0.05 (its README); AFINN's word scores are integers.
    return {"VADER": lambda text: vader.polarity_scores(text)["compound"] / 0.05, "AFINN": afinn.score}


def _score_by_rating(rate: Callable[[str], float]) -> ScoreFunction:
    return lambda texts: [_convert_rating(rate(text)) for text in texts]


def _convert_rating(rating: float) -> Score:
    label = "positive" if rating >= 1 else "negative" if rating <= -1 else "neutral"
    return Score(label, {other: float(other == label) for other in LABELS}, list)


def plot_calibration(results: dict[str, EvaluationResult]) -> str:
    """Return an SVG of accuracy over probability, one line per analyzer. The diagonal is perfect calibration."""

    def locate(probability: float, accuracy: float) -> str:
        return f"{MARGIN_PIXELS + probability * PLOT_PIXELS:.1f},{MARGIN_PIXELS + (1 - accuracy) * PLOT_PIXELS:.1f}"

    size = PLOT_PIXELS + 2 * MARGIN_PIXELS
    legend = MARGIN_PIXELS + 20
    font = 'font-family="sans-serif" font-size="12"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size}" height="{size}">',
        f'<rect width="{size}" height="{size}" fill="white"/>',
        f'<polyline points="{locate(0, 1)} {locate(0, 0)} {locate(1, 0)}" fill="none" stroke="#555"/>',
        f'<polyline points="{locate(0, 0)} {locate(1, 1)}" stroke="#aaa" stroke-dasharray="4"/>',
        f'<text x="{size / 2}" y="{size - 10}" text-anchor="middle" {font}>predicted probability</text>',
        f'<text x="{MARGIN_PIXELS}" y="{MARGIN_PIXELS - 12}" {font}>accuracy</text>',
    ]
    for index, (name, result) in enumerate(results.items()):
        points = [locate(calibration.probability, calibration.accuracy) for calibration in result.bins]
        colour = COLOURS[name]
        parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for point in points:
            x, y = point.split(",")
            parts.append(f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>')
        parts.append(f'<text x="{legend}" y="{legend + 18 * index}" fill="{colour}" {font}>{name}</text>')
    return "\n".join([*parts, "</svg>\n"])


if __name__ == "__main__":
    sys.exit(main())

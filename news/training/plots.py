"""Measure analyzers and their peers on the development split, and draw how well they are calibrated.

    python -m news.training.plots FILE [--split FILE] [--plot FILE]

The embedded analyzer is trained anew without the split. `--split` writes the rest, to train on, as CSV and ends.
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
from news.scoring.evaluation import LABELS, Report, evaluate, read_labelled
from news.scoring.linear_model import Analyzer
from news.training.train_linear_model import train

SHARE = 5  # one headline in so many is for development
SIZE, MARGIN = 320, 40  # of the plot, in pixels
COLOURS = {"composed": "#1f6feb", "minilm": "#bf4b00"}


def is_development(title: str) -> bool:
    """Return whether a headline belongs to the development split: by content, so that it can be made again anywhere."""
    return int(hashlib.sha256(f"development:{title}".encode()).hexdigest()[:8], 16) % SHARE == 0


def main() -> int:
    """Measure, print, draw; return the exit status."""
    parser = ArgumentParser(prog="python -m news.training.plots", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--split", type=Path, help="write all but the development split here, and end")
    parser.add_argument("--minilm", type=Path, help="weights of minilm trained without the split")
    parser.add_argument("--plot", type=Path, help="write the calibration plot here, as SVG")
    options = parser.parse_args()
    labelled = read_labelled(options.file)
    rows = list(zip(labelled.titles, labelled.labels, strict=True))
    rest = [row for row in rows if not is_development(row[0])]
    development = [row for row in rows if is_development(row[0])]
    if options.split:
        with options.split.open("w", newline="") as file:
            csv.writer(file).writerows([("title", "label"), *rest])
        return 0
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "composed.json.gz"
        train([title for title, _ in rest], [label for _, label in rest], weights)
        composed = Analyzer(weights)
    reports = {"composed": _measure("composed", composed.score, development)}
    if options.minilm:
        from news.scoring.minilm import Analyzer as Minilm

        reports["minilm"] = _measure("minilm", Minilm(options.minilm, composed).score, development)
    for name, rate in _peers().items():
        _measure(name, _rated_by(rate), development)
    if options.plot:
        options.plot.write_text(draw(reports))
    return 0


def _measure(name: str, score: Callable[[Sequence[str]], list[Score]], rows: Sequence[tuple[str, str]]) -> Report:
    started = time.process_time()
    scores = score([title for title, _ in rows])
    seconds = time.process_time() - started
    report = evaluate(scores, [label for _, label in rows])
    print(f"{name}: accuracy {report.accuracy:.3f} macro-F1 {report.macro_f1:.3f} ECE {report.calibration_error:.3f}")
    print(f"  {len(rows) / seconds:,.0f} headlines per second of one core; confusion {report.confusion}")
    return report


def _peers() -> dict[str, Callable[[str], float]]:
    """Return what rates a text above or below 0, by name."""
    from afinn import Afinn
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    vader, afinn = SentimentIntensityAnalyzer(), Afinn()
    # VADER's own thresholds are 0.05 and -0.05 (its README); AFINN's word scores are whole numbers.
    return {"VADER": lambda text: vader.polarity_scores(text)["compound"] / 0.05, "AFINN": afinn.score}


def _rated_by(rate: Callable[[str], float]) -> Callable[[Sequence[str]], list[Score]]:
    return lambda texts: [_as_score(rate(text)) for text in texts]


def _as_score(rating: float) -> Score:
    label = "positive" if rating >= 1 else "negative" if rating <= -1 else "neutral"
    return Score(label, {one: float(one == label) for one in LABELS}, list)


def draw(reports: dict[str, Report]) -> str:
    """Return an SVG of how often scores were right, over what they claimed; the diagonal is perfect."""

    def place(claim: float, right: float) -> str:
        return f"{MARGIN + claim * SIZE:.1f},{MARGIN + (1 - right) * SIZE:.1f}"

    whole = SIZE + 2 * MARGIN
    font = 'font-family="sans-serif" font-size="12"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" width="{whole}" height="{whole}">',
        f'<rect width="{whole}" height="{whole}" fill="white"/>',
        f'<polyline points="{place(0, 1)} {place(0, 0)} {place(1, 0)}" fill="none" stroke="#555"/>',
        f'<polyline points="{place(0, 0)} {place(1, 1)}" stroke="#aaa" stroke-dasharray="4"/>',
        f'<text x="{whole / 2}" y="{whole - 10}" text-anchor="middle" {font}>claimed (0 to 1)</text>',
        f'<text x="{MARGIN}" y="{MARGIN - 12}" {font}>right (0 to 1)</text>',
    ]
    for number, (name, report) in enumerate(reports.items()):
        points = [place(one.probability, one.accuracy) for one in report.bins]
        colour = COLOURS[name]
        parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for point in points:
            across, down = point.split(",")
            parts.append(f'<circle cx="{across}" cy="{down}" r="3" fill="{colour}"/>')
        parts.append(f'<text x="{MARGIN + 20}" y="{MARGIN + 20 + 18 * number}" fill="{colour}" {font}>{name}</text>')
    return "\n".join([*parts, "</svg>\n"])


if __name__ == "__main__":
    sys.exit(main())

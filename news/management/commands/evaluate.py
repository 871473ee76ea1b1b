"""Measure an analyzer on labelled headlines: accuracy, macro-F1, confusion, calibration, speed."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from news.labels.quality import iterate_labelled
from news.management.analyzer_option import add_analyzer_option
from news.scoring import AnalyzerError, load_scorer
from news.scoring.evaluation import (
    LABELS,
    EvaluationResult,
    LabelledFileError,
    LabelledHeadlines,
    evaluate,
    load_labelled,
)

MAX_PROBLEMS = 50


class Command(BaseCommand):
    help = (
        "Measure an analyzer on a CSV file with the columns title and label, or on the headlines that people labelled."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="CSV file with the columns title and label")
        parser.add_argument("--labels", action="store_true", help="the labels of people, in place of a file")
        add_analyzer_option(parser)

    def handle(self, *, file: Path | None, labels: bool, analyzer: str, **options: Any) -> None:
        if labels == (file is not None):
            raise CommandError("give either a CSV file of title,label, or --labels for the labels of people.")
        try:
            labelled = self._collect_labels() if file is None else load_labelled(file)
            scorer = load_scorer(analyzer)
        except OSError as error:
            reason = error.strerror or error
            raise CommandError(f"{file}: can't be read ({reason}); give a CSV file of title,label.") from error
        except (LabelledFileError, AnalyzerError) as error:
            raise CommandError(str(error)) from error
        self._report_left_out(labelled)
        started = time.perf_counter()
        try:
            scores = scorer.score(labelled.titles)
        except AnalyzerError as error:
            raise CommandError(str(error)) from error
        seconds = time.perf_counter() - started
        self.stdout.write(f"analyzer={scorer.name} version={scorer.version} headlines={len(scores)}")
        if labelled.problems:
            self.stdout.write(f"skipped={len(labelled.problems)}")
        self._print(evaluate(scores, labelled.labels))
        self.stdout.write(f"speed {len(scores) / seconds:,.0f} headlines/s")

    def _collect_labels(self) -> LabelledHeadlines:
        """Return the labelled headlines with their present titles; print how often the stored answers were right."""
        labelled, right = LabelledHeadlines(), 0
        for number, row in enumerate(iterate_labelled(), start=1):
            if row.entity:
                labelled.entities.append(number)
                continue
            labelled.titles.append(row.title)
            labelled.labels.append(row.label)
            right += row.label == row.model_sentiment
        if not labelled.titles:
            raise CommandError("no headline is labelled: label some on the page or in the admin.")
        self.stdout.write(f"answers when they were labelled: right in {right} of {len(labelled.titles)}")
        return labelled

    def _report_left_out(self, labelled: LabelledHeadlines) -> None:
        for problem in labelled.problems[:MAX_PROBLEMS]:
            self.stderr.write(problem)
        if len(labelled.problems) > MAX_PROBLEMS:
            self.stderr.write(f"... and {len(labelled.problems) - MAX_PROBLEMS} more invalid lines.")
        if labelled.entities_note:
            self.stderr.write(labelled.entities_note)

    def _print(self, result: EvaluationResult) -> None:
        write = self.stdout.write
        write(f"accuracy {result.accuracy:.4f}  macro-F1 {result.macro_f1:.4f}  ECE {result.calibration_error:.4f}")
        write("\nconfusion (rows: true; columns: predicted)")
        write(f"{'':10}" + "".join(f"{label:>10}" for label in LABELS))
        for truth, row in result.confusion.items():
            write(f"{truth:10}" + "".join(f"{row[label]:10}" for label in LABELS))
        write("\ncalibration\n  claimed     right  headlines")
        for bin_ in result.bins:
            write(f"{bin_.probability:9.3f} {bin_.accuracy:9.3f} {bin_.count:10}")

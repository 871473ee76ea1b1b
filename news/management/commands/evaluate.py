"""Measure an analyzer on labelled headlines and entities: accuracy, macro-F1, confusion, calibration, speed."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from news.labels.quality import iterate_labelled
from news.management.analyzer_option import add_analyzer_option
from news.scoring import AnalyzerError, Scorer, load_scorer
from news.scoring.entity_evaluation import evaluate_entities, score_labelled
from news.scoring.evaluation import (
    LABELS,
    EvaluationResult,
    LabelledEntity,
    LabelledFileError,
    LabelledHeadlines,
    evaluate,
    load_labelled,
)
from news.scoring.mentions import is_named

MAX_PROBLEMS = 50


class Command(BaseCommand):
    help = (
        "Measure an analyzer on a CSV file with the columns title and label, or title, entity and label, or on what "
        "people labelled."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="CSV file of title,label or title,entity,label")
        parser.add_argument("--labels", action="store_true", help="the labels of people, in place of a file")
        add_analyzer_option(parser)

    def handle(self, *, file: Path | None, labels: bool, analyzer: str, **options: Any) -> None:
        if labels == (file is not None):
            raise CommandError("give either a CSV file of title,label or title,entity,label, or --labels.")
        try:
            labelled = self._collect_labels() if file is None else load_labelled(file)
            scorer = load_scorer(analyzer)
        except OSError as error:
            reason = error.strerror or error
            raise CommandError(f"{file}: can't be read ({reason}); give a CSV file of title,label.") from error
        except (LabelledFileError, AnalyzerError) as error:
            raise CommandError(str(error)) from error
        self._report_left_out(labelled)
        counts = f"headlines={len(labelled.titles)} entities={len(labelled.entities)}"
        self.stdout.write(f"analyzer={scorer.name} version={scorer.version} {counts}")
        if labelled.problems:
            self.stdout.write(f"skipped={len(labelled.problems)}")
        if labelled.titles:
            self._evaluate_headlines(scorer, labelled)
        if labelled.entities:
            self._evaluate_entities(scorer, labelled.entities)

    def _evaluate_headlines(self, scorer: Scorer, labelled: LabelledHeadlines) -> None:
        started = time.perf_counter()
        try:
            scores = scorer.score(labelled.titles)
        except AnalyzerError as error:
            raise CommandError(str(error)) from error
        seconds = time.perf_counter() - started
        self._print(evaluate(scores, labelled.labels))
        self.stdout.write(f"speed {len(scores) / seconds:,.0f} headlines/s")

    def _evaluate_entities(self, scorer: Scorer, rows: list[LabelledEntity]) -> None:
        started = time.perf_counter()
        try:
            scores = score_labelled(scorer, rows)
        except AnalyzerError as error:
            raise CommandError(str(error)) from error
        seconds = time.perf_counter() - started
        result = evaluate_entities(scores, rows)
        write = self.stdout.write
        write("\nentities\ngroup      accuracy  macro-F1       ECE     count")
        for name, group in result.groups.items():
            count = sum(bin_.count for bin_ in group.bins)
            write(f"{name:10} {group.accuracy:8.4f} {group.macro_f1:9.4f} {group.calibration_error:9.4f} {count:9}")
        if result.differing_headlines:
            write(f"whole headlines right, of {result.differing_headlines} that differ: {result.whole_right:.4f}")
        write(f"positive for negative or the reverse: {result.flips:.4f}")
        self._print(result.groups["all"], subject="entities")
        unnamed = sum(not is_named(row.title, row.entity) for row in rows)
        if unnamed:
            write(f"not named in their title, so scored as the whole headline: {unnamed}")
        write(f"speed {len(scores) / seconds:,.0f} entities/s")

    def _collect_labels(self) -> LabelledHeadlines:
        """Return what people labelled, with present titles; print how often the stored answers were right."""
        labelled, right = LabelledHeadlines(), 0
        for row in iterate_labelled():
            if row.entity:
                labelled.entities.append(LabelledEntity(row.title, row.entity, row.label))
            else:
                labelled.titles.append(row.title)
                labelled.labels.append(row.label)
            right += row.label == row.model_sentiment
        count = len(labelled.titles) + len(labelled.entities)
        if not count:
            raise CommandError("no headline is labelled: label some on the page or in the admin.")
        self.stdout.write(f"answers when they were labelled: right in {right} of {count}")
        return labelled

    def _report_left_out(self, labelled: LabelledHeadlines) -> None:
        for problem in labelled.problems[:MAX_PROBLEMS]:
            self.stderr.write(problem)
        if len(labelled.problems) > MAX_PROBLEMS:
            self.stderr.write(f"... and {len(labelled.problems) - MAX_PROBLEMS} more invalid lines.")

    def _print(self, result: EvaluationResult, *, subject: str = "headlines") -> None:
        write = self.stdout.write
        write(f"accuracy {result.accuracy:.4f}  macro-F1 {result.macro_f1:.4f}  ECE {result.calibration_error:.4f}")
        write("\nconfusion (rows: true; columns: predicted)")
        write(f"{'':10}" + "".join(f"{label:>10}" for label in LABELS))
        for truth, row in result.confusion.items():
            write(f"{truth:10}" + "".join(f"{row[label]:10}" for label in LABELS))
        write(f"\ncalibration\n  claimed     right  {subject}")
        for bin_ in result.bins:
            write(f"{bin_.probability:9.3f} {bin_.accuracy:9.3f} {bin_.count:10}")

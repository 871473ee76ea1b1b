"""Write the labels that people gave to a CSV file, to measure and train analyzers with."""

import csv
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from news.labels.quality import iterate_labelled


class Command(BaseCommand):
    help = (
        "Write all labels to a CSV file with the columns title, entity and label. The entity is empty where the label "
        "is about the whole headline; otherwise it is the instrument's name if it stands in the title, or its symbol."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="file to write; an existing one is replaced")

    def handle(self, *, file: Path, **options: Any) -> None:
        counts: Counter[bool] = Counter()
        try:
            with file.open("w", encoding="utf-8", newline="") as output:
                writer = csv.writer(output, lineterminator="\n")
                writer.writerow(["title", "entity", "label"])
                for row in iterate_labelled():
                    writer.writerow([row.title, row.entity, row.label])
                    counts[row.entity == ""] += 1
        except OSError as error:
            raise CommandError(f"{file}: can't be written ({error.strerror or error}); give another path.") from error
        self.stdout.write(f"headlines={counts[True]} instruments={counts[False]}")

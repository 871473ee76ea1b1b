"""Score texts from standard input: `{"id","text"}` lines in, `{"id","label","score","probs"}` lines out, in order.

A line with `"entity"`, a name as it stands in the text, is answered for that entity. Invalid lines are reported by
number and skipped, and the exit status is then 1. Needs no database, except for the usage of `openai`.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson
from django.core.management.base import BaseCommand, CommandError

from news.management.analyzer_option import add_analyzer_option
from news.scoring import AnalyzerError, Entity, EntityText, Score, Scorer, load_scorer
from news.scoring.mentions import is_named

CHUNK_BYTES = 1 << 16  # largest read; a pipe returns what it has, so a client that waits gets its results
BATCH = 512  # texts scored at once
MAX_EXCERPT = 60  # characters of an invalid line in its error


class Command(BaseCommand):
    help = "Score lines of JSON from standard input; write one line of JSON for each."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--jsonl", action="store_true", required=True, help="one JSON object per line")
        add_analyzer_option(parser)

    def handle(self, *, analyzer: str, **options: Any) -> None:
        try:
            scorer = load_scorer(analyzer)
        except AnalyzerError as error:
            raise CommandError(str(error)) from error
        line_count = invalid_count = 0
        try:
            for lines in _iterate_lines(sys.stdin.buffer):
                for start in range(0, len(lines), BATCH):
                    batch = lines[start : start + BATCH]
                    invalid_count += self._score(scorer, batch, first_number=line_count + 1)
                    line_count += len(batch)
        except AnalyzerError as error:
            raise CommandError(f"stopped after line {line_count}: {error}") from error
        except BrokenPipeError:  # the consumer has closed the pipe, as `head` does
            sys.stdout = None  # prevents a flush of the closed pipe at exit
            sys.exit(1)
        if invalid_count:
            sys.exit(1)

    def _score(self, scorer: Scorer, lines: list[bytes], *, first_number: int) -> int:
        """Write the scores of a batch, whose first line is line `first_number`; return the number of invalid lines."""
        records, invalid_count = [], 0
        for number, line in enumerate(lines, start=first_number):
            if not line.strip():
                continue
            try:
                records.append(_parse_record(line))
            except ValueError as error:
                invalid_count += 1
                self.stderr.write(f"line {number}: {error}")
        results = [
            orjson.dumps({"id": record_id, "label": score.label, "score": score.score, "probs": score.probabilities})
            for record_id, score in zip(
                [record_id for record_id, _ in records], _score_each(scorer, records), strict=True
            )
        ]
        sys.stdout.buffer.write(b"".join([result + b"\n" for result in results]))
        sys.stdout.buffer.flush()
        return invalid_count


def _iterate_lines(file: BinaryIO) -> Iterator[list[bytes]]:
    """Yield complete lines as soon as they arrive, as many at a time as are available."""
    parts: list[bytes] = []
    read = getattr(file, "read1", file.read)
    while chunk := read(CHUNK_BYTES):
        complete, newline, rest = chunk.rpartition(b"\n")
        if not newline:
            parts.append(chunk)
            continue
        yield b"".join([*parts, complete]).split(b"\n")
        parts = [rest]
    if last := b"".join(parts):
        yield [last]


def _score_each(scorer: Scorer, records: list[tuple[Any, EntityText]]) -> Iterator[Score]:
    """Yield the score of each record: of its entity, or of the text if it has none."""
    if not any(text.entities for _, text in records):
        yield from scorer.score([text.text for _, text in records])
        return
    for score, entity_scores in scorer.score_entities([text for _, text in records]):
        yield entity_scores[0] if entity_scores else score


def _parse_record(line: bytes) -> tuple[Any, EntityText]:
    excerpt = line[:MAX_EXCERPT].decode(errors="replace")
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ValueError(f'{excerpt!r} is not JSON; write {{"id": 1, "text": "..."}}.') from error
    if not isinstance(record, dict) or "id" not in record or not isinstance(record.get("text"), str):
        raise ValueError(f'{excerpt!r} must be an object with an id and a text; write {{"id": 1, "text": "..."}}.')
    text, entity = record["text"], record.get("entity")
    if entity is None:
        return record["id"], EntityText(text)
    if not isinstance(entity, str) or not is_named(text, entity):
        raise ValueError(
            f"entity {str(entity)[:MAX_EXCERPT]!r} does not stand in the text {text[:MAX_EXCERPT]!r}; write the name "
            "as the text does, or leave entity out."
        )
    return record["id"], EntityText(text, (Entity((entity,)),))

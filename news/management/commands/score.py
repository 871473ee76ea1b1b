"""Score texts from standard input: `{"id","text"}` lines in, `{"id","label","score","probs"}` lines out, in order.

A line that can't be used is reported by its number and left out; the exit status then is 1. Needs no database.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from news.scoring import ANALYZERS, MissingExtraError, Scorer, load_scorer

READ_BYTES = 1 << 16  # read at once; a pipe gives what it has, so that who pauses gets answers
BATCH = 512  # texts scored at once
SHOWN = 60  # characters of a bad line that are shown


class Command(BaseCommand):
    help = "Score lines of JSON from standard input; writes one line of JSON for each."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--jsonl", action="store_true", required=True, help="one JSON object on each line")
        parser.add_argument("--analyzer", choices=list(ANALYZERS), default=settings.ANALYZER)

    def handle(self, *, analyzer: str, **options: Any) -> None:
        try:
            scorer = load_scorer(analyzer)
        except MissingExtraError as error:
            raise CommandError(str(error)) from error
        number = bad = 0
        try:
            for lines in _read_lines(sys.stdin.buffer):
                for start in range(0, len(lines), BATCH):
                    batch = lines[start : start + BATCH]
                    bad += self._score(scorer, batch, first=number + 1)
                    number += len(batch)
        except BrokenPipeError:  # the reader has left, as `head` does
            sys.stdout = None  # nothing is left to flush into it
            sys.exit(1)
        if bad:
            sys.exit(1)

    def _score(self, scorer: Scorer, lines: list[bytes], *, first: int) -> int:
        """Write the scores of a batch whose first line has the number `first`; returns how many lines were bad."""
        records, bad = [], 0
        for number, line in enumerate(lines, start=first):
            if not line.strip():
                continue
            try:
                records.append(_read_record(line))
            except ValueError as error:
                bad += 1
                self.stderr.write(f"line {number}: {error}")
        scores = scorer.score([text for _, text in records])
        answers = [
            orjson.dumps({"id": key, "label": score.label, "score": score.score, "probs": score.probabilities})
            for (key, _), score in zip(records, scores, strict=True)
        ]
        sys.stdout.buffer.write(b"".join([answer + b"\n" for answer in answers]))
        sys.stdout.buffer.flush()
        return bad


def _read_lines(file: BinaryIO) -> Iterator[list[bytes]]:
    """Yield whole lines as they come in, as many at once as are there."""
    parts: list[bytes] = []
    read = getattr(file, "read1", file.read)
    while chunk := read(READ_BYTES):
        head, newline, rest = chunk.rpartition(b"\n")
        if not newline:
            parts.append(chunk)
            continue
        yield b"".join([*parts, head]).split(b"\n")
        parts = [rest]
    if last := b"".join(parts):
        yield [last]


def _read_record(line: bytes) -> tuple[Any, str]:
    shown = line[:SHOWN].decode(errors="replace")
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ValueError(f'{shown!r} is no JSON; write {{"id": 1, "text": "..."}}.') from error
    if not isinstance(record, dict) or "id" not in record or not isinstance(record.get("text"), str):
        raise ValueError(f'{shown!r} must be an object with an id and a text; write {{"id": 1, "text": "..."}}.')
    return record["id"], record["text"]

"""Import headlines from a CSV or JSON file.

A file that can't be read as a whole is rejected before anything is imported. Lines that can't be used are reported by
number and skipped. An interrupted run resumes where it stopped. `--undo` takes an import back, `--list` lists them.
"""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from tqdm import tqdm

from news.management.import_options import ImportOptions, add_arguments, check_options
from news.management.import_report import ImportReport
from news.management.import_undo import list_imports, undo_import
from news.sources.file_import import FileImport, split_batches
from news.sources.import_progress import ImportProgress, ProgressFile, get_version
from news.sources.import_runs import ImportUndone, finish_run, is_undone, record_items, start_run
from news.sources.record_files.columns import ColumnError
from news.sources.record_files.lines import FileFormatError, FileOffset
from news.sources.record_files.opening import RecordFile, open_record_file

SAMPLE_RECORDS = 1_000  # of JSON, whose members are listed before the import


class Command(BaseCommand):
    help = "Import headlines from a CSV or JSON file. Lines that can't be used are reported and skipped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser)

    def handle(self, *, file: Path | None, **arguments: Any) -> None:
        undone, is_list = arguments["undo"], arguments["list"]
        if [file is not None, undone is not None, is_list].count(True) != 1:
            raise CommandError("give one of FILE, --undo ID and --list; --list shows the ids of imports.")
        if file is not None:
            self._import_file(file, arguments)
        elif is_list:
            list_imports(self.stdout)
        else:
            undo_import(undone, self.stdout)

    def _import_file(self, file: Path, arguments: Mapping[str, Any]) -> None:
        started = time.monotonic()
        options = check_options(file, arguments)
        report = ImportReport(self.stdout, self.stderr)
        try:
            with open_record_file(file, options.read, is_title=options.mapping.is_title) as record_file:
                progress = self._import(file, record_file, options, report)
        except OSError as error:
            path = error.filename or file
            raise CommandError(f"{path}: can't be opened ({error.strerror or error}); give another file.") from error
        except ColumnError as error:
            raise CommandError(f"--column={error}") from error
        except FileFormatError as error:
            raise CommandError(f"{file}: {error}") from error
        report.print_summary(progress, seconds=time.monotonic() - started)
        if not progress.imported + progress.duplicates:
            raise CommandError(f"{file}: none of its {progress.rejected:,} records is valid; the reasons are above.")

    def _import(
        self, path: Path, record_file: RecordFile, options: ImportOptions, report: ImportReport
    ) -> ImportProgress:
        columns = _list_columns(record_file)
        options.mapping.check(columns)
        report.print_mapping(f"{path.name}: {record_file}", [*options.mapping.describe(columns), *record_file.remarks])
        version, progress_file = get_version(record_file.raw), ProgressFile(path)
        progress = _resume(path, progress_file, version=version, options=options.text, report=report)
        with ExitStack() as stack:
            if options.rejects is not None:
                stack.enter_context(report.open_rejects(options.rejects, is_resumed=progress.line > 0))
            bar = stack.enter_context(
                tqdm(total=path.stat().st_size, unit="B", unit_scale=True, disable=None, file=sys.stderr)
            )
            start = FileOffset(progress.line, progress.offset) if progress.line else None
            batches = split_batches(record_file.parse_records(start), start=start or FileOffset(), size=options.batch)
            work = FileImport(
                options.mapping,
                options.source,
                is_announced=options.is_announced,
                has_dates="published_at" in options.mapping.plan(columns).columns,
                counts_ignored=record_file.header is None,
                on_rejected=report.add_rejected,
                on_append=partial(record_items, progress.run),
            )
            can_save = True
            try:
                for batch in batches:
                    work.import_batch(batch, progress)
                    bar.update(record_file.raw.tell() - bar.n)
                    can_save = can_save and _save(progress_file, progress, report)
            except (DatabaseError, KeyboardInterrupt) as error:
                reason = str(error) or "interrupted"
                raise CommandError(
                    f"{path}: stopped after line {progress.line}: {reason}; run again to resume, "
                    f"or with --undo {progress.run} in place of the file to take back what was imported."
                ) from error
            except ImportUndone as error:
                raise CommandError(
                    f"{path}: stopped after line {progress.line}, because import {progress.run} was taken back; "
                    "run again to import the file."
                ) from error
        finish_run(progress.run)
        if not progress.line:
            raise FileFormatError("holds no records; give a file with one headline per line.")
        if can_save:
            progress_file.remove()
        if get_version(record_file.raw) != version:
            report.print_warning(f"{path}: has changed during the import; run again to import what was added.")
        return progress


def _list_columns(record_file: RecordFile) -> tuple[str, ...]:
    """Return the columns of a file; of JSON, the members of its first objects."""
    if record_file.header is not None:
        return record_file.header.columns
    sample = [record.data for record in islice(record_file.parse_records(), SAMPLE_RECORDS)]
    return tuple(dict.fromkeys(name for data in sample if isinstance(data, dict) for name in data))


def _resume(
    path: Path, progress_file: ProgressFile, *, version: str, options: str, report: ImportReport
) -> ImportProgress:
    """Return the saved progress if it is of the same file and options; otherwise that of a new run."""
    saved = progress_file.load()
    if saved is not None:
        if saved.version != version:
            reason = "the file has changed since the run that stopped; what that run imported are duplicates"
        elif saved.options != options:
            reason = "the options differ from the run that stopped; what that run imported are duplicates"
        elif is_undone(saved.run):
            reason = f"import {saved.run}, which had stopped, was taken back"
        else:
            report.print_warning(f"{path}: resuming after line {saved.line}, where an earlier run stopped.")
            return saved
        report.print_warning(f"{path}: starting over, because {reason}.")
    return ImportProgress(version, options, start_run(path.name).pk)


def _save(progress_file: ProgressFile, progress: ImportProgress, report: ImportReport) -> bool:
    """Save the progress beside the file. Returns False, after a warning, if that fails."""
    try:
        progress_file.save(progress)
    except OSError as error:
        reason = error.strerror
        report.print_warning(
            f"{progress_file.path}: can't be written ({reason}); if interrupted, the import starts over."
        )
        return False
    return True
